/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/images/scene_checks.h"

#include <stdlib.h>

static const struct stm_scene *scene(void)
{
    return stm_scene_find("suspension");
}

static void truth_is_that_of_the_labels(void **state)
{
    (void)state;
    struct stm_field f = check_render(scene(), 500, 400, 3, (const char *const[]){"debris_percent=20", NULL});
    assert_true(f.truth.n_cells > 80 && f.truth.n > f.truth.n_cells);
    check_truth_is_that_of_the_labels(&f);
    stm_synth_free(&f);
}

static void seeds_decide_everything(void **state)
{
    (void)state;
    check_seeds(scene());
}

static void an_empty_chamber_has_no_cells(void **state)
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
    static const char *const set[] = {"cells=40", "scale_bar=yes", "vignette_percent=10", "grid=centre",
                                      NULL};
    struct stm_field f = check_render(scene(), 300, 260, 1, set);
    assert_int_equal(check_hash(&f), 0x60695baed68ae7a7u);
    stm_synth_free(&f);
}

static void numbers_are_as_asked(void **state)
{
    (void)state;
    static const char *const set[] = {"cells=200", "dead_percent=30", "debris_percent=25",
                                      "clumped_percent=0", NULL};
    double cells = 0, dead = 0, debris = 0, clumped = 0, n = 0;
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct stm_field f = check_render(scene(), 900, 900, seed, set);
        for (int i = 0; i < f.truth.n_cells; i++) {
            cells += f.truth.objects[i].x0 > 0 && f.truth.objects[i].y0 > 0 && f.truth.objects[i].counted;
            dead += f.truth.objects[i].class == STM_CLASS_DEAD;
            clumped += f.truth.objects[i].clump > 0;
        }
        n += f.truth.n_cells;
        debris += f.truth.n - f.truth.n_cells;
        stm_synth_free(&f);
    }
    assert_near(cells / 4, 195, 30);
    assert_near(dead / n, 0.3, 0.06);
    assert_true(clumped == 0);
    assert_true(debris / 4 > 50 && debris / 4 < 130); /* 67 objects, shreds have many parts */
}

/* Mean colour of a class. */
static void colour_of(const struct stm_field *f, enum stm_class class, double mean[3])
{
    double n = 0;
    mean[0] = mean[1] = mean[2] = 0;
    for (int i = 0; i < f->w * f->h; i++) {
        const uint32_t label = f->truth.cells.px[i];
        if ((label ? f->truth.objects[label - 1].class : STM_CLASS_NONE) != class) continue;
        for (int c = 0; c < 3; c++)
            mean[c] += f->rgb.px[3 * i + c];
        n++;
    }
    for (int c = 0; c < 3; c++)
        mean[c] /= n;
}

static void dead_cells_are_blue_and_live_ones_grey(void **state)
{
    (void)state;
    static const char *const set[] = {"dead_percent=50", "grid=none", "falloff_percent=0", "debris_percent=0",
                                      NULL};
    struct stm_field f = check_render(scene(), 700, 700, 4, set);
    double none[3], live[3], dead[3];
    colour_of(&f, STM_CLASS_NONE, none);
    colour_of(&f, STM_CLASS_LIVE, live);
    colour_of(&f, STM_CLASS_DEAD, dead);
    assert_near(none[1], 168, 5);
    assert_near(dead[0] / none[0], 0.42, 0.1); /* 10^-0.45 and less in the nucleus, more at the edge */
    assert_true(dead[2] / none[2] > 0.75 && dead[1] / none[1] < 0.65);
    assert_near(live[0] / none[0], live[2] / none[2], 0.02);
    stm_synth_free(&f);
}

static void live_cells_are_bright_inside_a_dark_rim(void **state)
{
    (void)state;
    static const char *const set[] = {"dead_percent=0",   "grid=none",         "falloff_percent=0", "noise=0",
                                      "debris_percent=0", "clumped_percent=0", "focus_spread=0",    NULL};
    struct stm_field f = check_render(scene(), 600, 600, 6, set);
    int right = 0, n = 0;
    for (int i = 0; i < f.truth.n_cells; i++) {
        const struct stm_truth_object *const o = &f.truth.objects[i];
        if (!o->counted || o->x0 == 0 || o->y0 == 0 || o->defocus > 1) continue;
        const int y = (int)(o->y + 0.5), left = o->x0 + 1;
        const uint8_t *const row = f.rgb.px + y * f.rgb.stride + 1;
        right += row[3 * (int)(o->x + 0.5)] > 180 && row[3 * left] < 140;
        n++;
    }
    assert_true(n > 50 && right > 0.9 * n);
    stm_synth_free(&f);
}

static void the_grid_has_its_pitch(void **state)
{
    (void)state;
    static const char *const set[] = {"cells=0", "debris_percent=0", "noise=0", "falloff_percent=0", NULL};
    struct stm_field f = check_render(scene(), 900, 64, 2, set);
    int lines = 0, background = f.rgb.px[1];
    for (int x = 1; x < 899; x++) { /* extremes along a row, far from the background, are lines */
        const int a = f.rgb.px[3 * x - 2], b = f.rgb.px[3 * x + 1], c = f.rgb.px[3 * x + 4];
        if (abs(b - 168) > 20 && ((b > a && b >= c && b > 168) || (b < a && b <= c && b < 168))) lines++;
    }
    assert_true(background > 0);
    assert_true(lines >= 3 && lines <= 6); /* 810 um: three or four lines, one may be threefold */
    stm_synth_free(&f);
}

static void what_is_hidden_is_not_in_the_truth(void **state)
{
    (void)state;
    static const char *const set[] = {"cells=400", "vignette_percent=40", "scale_bar=yes", NULL};
    struct stm_field f = check_render(scene(), 600, 600, 1, set);
    assert_int_equal(f.rgb.px[0], 0);
    for (int i = 0; i < 600 * 600; i++) {
        const int dx = i % 600 - 300, dy = i / 600 - 300;
        if (dx * dx + dy * dy > 260 * 260) assert_int_equal(f.truth.cells.px[i], 0);
    }
    assert_true(f.truth.n_cells > 100);
    stm_synth_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_is_that_of_the_labels),
        cmocka_unit_test(seeds_decide_everything),
        cmocka_unit_test(an_empty_chamber_has_no_cells),
        cmocka_unit_test(every_parameter_may_be_extreme),
        cmocka_unit_test(bytes_are_the_same_everywhere),
        cmocka_unit_test(numbers_are_as_asked),
        cmocka_unit_test(dead_cells_are_blue_and_live_ones_grey),
        cmocka_unit_test(live_cells_are_bright_inside_a_dark_rim),
        cmocka_unit_test(the_grid_has_its_pitch),
        cmocka_unit_test(what_is_hidden_is_not_in_the_truth),
    };
    return STM_TEST_MAIN(tests);
}
