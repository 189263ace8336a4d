/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/images/scene_checks.h"

#include "images/camera.h"

#include <math.h>
#include <stdlib.h>

static const struct stm_scene *scene(void)
{
    return stm_scene_find("fluorescence");
}

static void truth_is_that_of_the_labels(void **state)
{
    (void)state;
    struct stm_field f = check_render(scene(), 500, 400, 3, NULL);
    assert_true(f.truth.n_cells > 100 && f.truth.n > f.truth.n_cells);
    check_truth_is_that_of_the_labels(&f);
    stm_synth_free(&f);
}

static void seeds_decide_everything(void **state)
{
    (void)state;
    check_seeds(scene());
}

static void an_empty_field_has_no_cells(void **state)
{
    (void)state;
    check_empty_field(scene());
}

static void every_parameter_may_be_extreme(void **state)
{
    (void)state;
    check_extremes(scene());
}

/* The hash is that of gcc 12 -O2 on x86-64; every other build must find the same. */
static void bytes_are_the_same_everywhere(void **state)
{
    (void)state;
    struct stm_field f = check_render(scene(), 300, 300, 1, (const char *const[]){"cells=60", NULL});
    assert_int_equal(check_hash(&f), 0xe50a34f1f0eb1c47u);
    stm_synth_free(&f);
}

static int clumped(const struct stm_field *f)
{
    int n = 0;
    for (int i = 0; i < f->truth.n_cells; i++)
        n += f->truth.objects[i].clump > 0;
    return n;
}

static void numbers_are_as_asked(void **state)
{
    (void)state;
    static const char *const set[] = {
        "cells=500", "dead_percent=40", "clumped_percent=30", "specks=60", "fragments=0", "lint=0", NULL};
    double cells = 0, dead = 0, touching = 0, debris = 0;
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct stm_field f = check_render(scene(), 1200, 1000, seed, set);
        for (int i = 0; i < f.truth.n_cells; i++) {
            const struct stm_truth_object *const o = &f.truth.objects[i];
            cells += o->counted && o->x0 > 0 && o->y0 > 0; /* whole cells: fewer than centres in the field */
            dead += o->class == STM_CLASS_DEAD;
        }
        touching += (double)clumped(&f) / f.truth.n_cells;
        dead -= 0.4 * f.truth.n_cells;
        debris += f.truth.n - f.truth.n_cells;
        stm_synth_free(&f);
    }
    assert_near(cells / 4, 490, 50);
    assert_near(dead / 4, 0, 30);
    assert_near(touching / 4, 0.29, 0.05);
    assert_near(debris / 4, 60, 16);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sizes_and_brightness_are_as_asked(void **state)
{
    (void)state;
    static const char *const set[] = {
        "cells=600",   "dead_percent=0", "clumped_percent=0", "mitotic_percent=0",
        "signal=1000", "nucleus_um=16",  "dim_percent=10",    NULL};
    struct stm_field f = check_render(scene(), 1300, 1300, 9, set);
    double brightness[2000], diameter[2000];
    int n = 0, dim = 0;
    for (int i = 0; i < f.truth.n_cells; i++) {
        const struct stm_truth_object *const o = &f.truth.objects[i];
        if (!o->counted || o->x0 == 0 || o->y0 == 0) continue;
        brightness[n] = o->brightness;
        diameter[n++] = 2 * sqrt(o->major * o->minor) * f.pixel_um;
        dim += o->brightness < 400;
        assert_near(o->area / (3.14159265 * o->major * o->minor), 1, 0.12);
    }
    qsort(brightness, (size_t)n, sizeof *brightness, ascending);
    qsort(diameter, (size_t)n, sizeof *diameter, ascending);
    assert_true(n > 400);
    assert_near(brightness[n / 2], 1000, 60);
    assert_near(diameter[n / 2], 16.4, 0.5); /* a quarter are larger by 18 % */
    assert_near((double)dim / n, 0.09, 0.04);
    assert_true(brightness[0] > 0.1 * 1000 && brightness[0] < 0.2 * brightness[n - 1]);
    stm_synth_free(&f);
}

/* Without cells the image is the background under the lamp. */
static void illumination_falls_off_as_asked(void **state)
{
    (void)state;
    static const char *const set[] = {
        "cells=0", "specks=0",   "fragments=0",        "lint=0", "blurs=0", "background=4000",
        "bits=16", "offset=100", "falloff_percent=40", NULL};
    struct stm_field f = check_render(scene(), 320, 320, 1, set);
    double lo = 1e9, hi = 0;
    for (int by = 0; by < 320; by += 8)
        for (int bx = 0; bx < 320; bx += 8) {
            double mean = 0;
            for (int i = 0; i < 64; i++)
                mean += (f.plane[0].px[(by + i / 8) * 320 + bx + i % 8] - 100) / 64.0;
            lo = fmin(lo, mean);
            hi = fmax(hi, mean);
        }
    assert_near(1 - lo / hi, 0.4, 0.02);
    stm_synth_free(&f);
}

/* A sharp, noiseless picture crosses half of the nucleus' edge brightness on the outline of its label. */
static void labels_end_at_half_height(void **state)
{
    (void)state;
    static const char *const set[] = {
        "cells=12",       "clumped_percent=0", "dead_percent=0", "psf_um=0",          "defocus_um=0",
        "haze_percent=0", "falloff_percent=0", "background=0",   "read_noise=0",      "electrons=100",
        "bits=16",        "signal=20000",      "specks=0",       "fragments=0",       "lint=0",
        "blurs=0",        "brightness_cv=0",   "dim_percent=0",  "mitotic_percent=0", NULL};
    struct stm_field f = check_render(scene(), 300, 300, 8, set);
    int inside = 0, bright = 0, outside = 0, dark = 0;
    for (int y = 1; y < 299; y++)
        for (int x = 1; x < 299; x++) {
            const uint32_t *const l = f.truth.cells.px + y * 300 + x;
            const bool edge = l[0] != l[1] || l[0] != l[-1] || l[0] != l[300] || l[0] != l[-300];
            if (!edge) continue;
            const int v = f.plane[0].px[y * 300 + x] - 110;
            inside += *l != 0;
            bright +=
                *l != 0 && v > 7000; /* half of an edge of 70 to 100 % of 20000, less a tenth of skirt */
            outside += *l == 0;
            dark += *l == 0 && v < 11000;
        }
    assert_true(inside > 300 && outside > 300);
    assert_true(bright > 0.97 * inside && dark > 0.97 * outside);
    stm_synth_free(&f);
}

static void dead_cells_are_stained(void **state)
{
    (void)state;
    struct stm_field f =
        check_render(scene(), 700, 700, 4, (const char *const[]){"cells=150", "dead_percent=50", NULL});
    double sum[STM_CLASSES] = {0}, n[STM_CLASSES] = {0};
    for (int i = 0; i < 700 * 700; i++) {
        const uint32_t label = f.truth.cells.px[i];
        const enum stm_class class = label ? f.truth.objects[label - 1].class : STM_CLASS_NONE;
        sum[class] += f.plane[1].px[i] - 110;
        n[class]++;
    }
    const double none = sum[STM_CLASS_NONE] / n[STM_CLASS_NONE],
                 live = sum[STM_CLASS_LIVE] / n[STM_CLASS_LIVE];
    assert_true(sum[STM_CLASS_DEAD] / n[STM_CLASS_DEAD] > 8 * live);
    assert_true(live > none + 10); /* bleed-through is faint, but there */
    stm_synth_free(&f);
}

/* Calcein shows around live nuclei and not in dead ones, and leaves the other channels as they are. */
static void calcein_is_a_third_channel(void **state)
{
    (void)state;
    struct stm_field f = check_render(
        scene(), 500, 500, 4, (const char *const[]){"cells=40", "dead_percent=50", "calcein=yes", NULL});
    double sum[STM_CLASSES] = {0}, n[STM_CLASSES] = {0};
    assert_int_equal(f.channels, 3);
    assert_string_equal(f.channel[2], "Calcein");
    for (int i = 0; i < 500 * 500; i++) {
        const uint32_t label = f.truth.cells.px[i];
        const enum stm_class class = label ? f.truth.objects[label - 1].class : STM_CLASS_NONE;
        sum[class] += f.plane[2].px[i] - 110;
        n[class]++;
    }
    assert_true(sum[STM_CLASS_LIVE] / n[STM_CLASS_LIVE] > 4 * sum[STM_CLASS_DEAD] / n[STM_CLASS_DEAD]);
    stm_synth_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_is_that_of_the_labels),
        cmocka_unit_test(seeds_decide_everything),
        cmocka_unit_test(an_empty_field_has_no_cells),
        cmocka_unit_test(every_parameter_may_be_extreme),
        cmocka_unit_test(bytes_are_the_same_everywhere),
        cmocka_unit_test(numbers_are_as_asked),
        cmocka_unit_test(sizes_and_brightness_are_as_asked),
        cmocka_unit_test(illumination_falls_off_as_asked),
        cmocka_unit_test(labels_end_at_half_height),
        cmocka_unit_test(dead_cells_are_stained),
        cmocka_unit_test(calcein_is_a_third_channel),
    };
    return STM_TEST_MAIN(tests);
}
