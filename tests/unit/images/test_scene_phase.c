/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/images/scene_checks.h"

#include <stdlib.h>

static const struct stm_scene *scene(void)
{
    return stm_scene_find("phase");
}

static void truth_is_that_of_the_labels(void **state)
{
    (void)state;
    struct stm_field f = check_render(scene(), 400, 300, 3,
                                      (const char *const[]){"rounded_percent=20", "dead_percent=20", NULL});
    int dead = 0;
    for (int i = 0; i < f.truth.n_cells; i++)
        dead += f.truth.objects[i].class == STM_CLASS_DEAD;
    assert_true(f.truth.n_cells > 30 && f.truth.n > f.truth.n_cells && dead > 3);
    check_truth_is_that_of_the_labels(&f);
    stm_synth_free(&f);
}

static void seeds_decide_everything(void **state)
{
    (void)state;
    check_seeds(scene());
}

static void a_bare_surface_has_no_cells(void **state)
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
    struct stm_field f =
        check_render(scene(), 260, 240, 1, (const char *const[]){"confluence_percent=60", NULL});
    assert_int_equal(check_hash(&f), 0x1112d5ec571018b7u);
    stm_synth_free(&f);
}

static void confluence_is_as_asked(void **state)
{
    (void)state;
    static const double asked[] = {5, 40, 75, 95};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char set[64];
        snprintf(set, sizeof set, "confluence_percent=%g", asked[i]);
        struct stm_field f = check_render(scene(), 500, 500, i, (const char *const[]){set, NULL});
        assert_near(100 * f.truth.foreground, asked[i], 3);
        stm_synth_free(&f);
    }
}

/* Brightness relative to the bare surface far from cells. */
static void cells_are_dark_with_bright_halos(void **state)
{
    (void)state;
    static const char *const set[] = {"confluence_percent=12",
                                      "rounded_percent=0",
                                      "dead_percent=0",
                                      "specks=0",
                                      "falloff_percent=0",
                                      "flat_percent=0",
                                      NULL};
    struct stm_field f = check_render(scene(), 500, 500, 5, set);
    double sum[3] = {0}, n[3] = {0}; /* inside, within 3 pixels outside, far away */
    for (int y = 20; y < 480; y++)
        for (int x = 20; x < 480; x++) {
            int near = 20;
            for (int d = 1; d < 20; d++)
                for (int k = 0; k < 4; k++) {
                    const int u = x + (k == 0 ? d : k == 1 ? -d : 0), v = y + (k == 2 ? d : k == 3 ? -d : 0);
                    if (f.truth.cells.px[v * 500 + u] && d < near) near = d;
                }
            const int where = f.truth.cells.px[y * 500 + x] ? 0 : near <= 3 ? 1 : near == 20 ? 2 : -1;
            if (where < 0) continue;
            sum[where] += f.plane[0].px[y * 500 + x] - 100;
            n[where]++;
        }
    const double bare = sum[2] / n[2];
    assert_near(bare, 1500, 30);
    assert_true(sum[0] / n[0] < 0.85 * bare);
    assert_true(sum[1] / n[1] > 1.08 * bare);
    stm_synth_free(&f);
}

static bool is_whole(const struct stm_field *f, const struct stm_truth_object *o)
{
    return o->x0 > 0 && o->y0 > 0 && o->x1 < f->w && o->y1 < f->h;
}

static void rounded_cells_shine(void **state)
{
    (void)state;
    static const char *const set[] = {"confluence_percent=8", "rounded_percent=60", "dead_percent=0",
                                      "falloff_percent=0", NULL};
    struct stm_field f = check_render(scene(), 500, 500, 6, set);
    int round = 0, shine = 0;
    for (int i = 0; i < f.truth.n_cells; i++) {
        const struct stm_truth_object *const o = &f.truth.objects[i];
        if (!(o->brightness > 2) || !is_whole(&f, o)) continue;
        uint16_t most = 0;
        for (int y = o->y0; y < o->y1; y++)
            for (int x = o->x0; x < o->x1; x++)
                if (f.plane[0].px[y * 500 + x] > most) most = f.plane[0].px[y * 500 + x];
        round++;
        shine += most > 2.2 * 1500;
        assert_true(o->major < 1.4 * o->minor);
    }
    assert_true(round > 5 && shine == round);
    stm_synth_free(&f);
}

static void spindles_are_longer_than_flat_cells(void **state)
{
    (void)state;
    double ratio[2] = {0};
    for (int flat = 0; flat < 2; flat++) {
        const char *const set[] = {flat ? "spindle_percent=0" : "spindle_percent=100",
                                   flat ? "flat_percent=100" : "flat_percent=0",
                                   "confluence_percent=10",
                                   "rounded_percent=0",
                                   "dead_percent=0",
                                   NULL};
        struct stm_field f = check_render(scene(), 700, 700, 2, set);
        int n = 0;
        for (int i = 0; i < f.truth.n_cells; i++)
            if (is_whole(&f, &f.truth.objects[i])) {
                ratio[flat] += f.truth.objects[i].major / f.truth.objects[i].minor;
                n++;
            }
        assert_true(n > 4);
        ratio[flat] /= n;
        stm_synth_free(&f);
    }
    assert_true(ratio[0] > 3.5 && ratio[1] < 1.8);
}

/* Every nucleus lies in its own cell (rounded ones may lie above it), few cells have none, and the picture by
 * transmitted light is the one without nuclei. */
static void nuclei_lie_in_their_cells(void **state)
{
    (void)state;
    static const char *const set[] = {"confluence_percent=60", "rounded_percent=0",
                                      "dead_percent=0",        "nuclei=yes",
                                      "binucleate_percent=20", NULL};
    struct stm_field f = check_render(scene(), 400, 300, 4, set),
                     plain = check_render(scene(), 400, 300, 4,
                                          (const char *const[]){set[0], set[1], set[2], NULL});
    int *const area = calloc((size_t)f.truth.n_cells + 1, sizeof *area);
    double light[2] = {0}, n[2] = {0};
    int without = 0;
    assert_non_null(area);
    assert_int_equal(f.channels, 2);
    assert_int_equal(plain.channels, 1);
    assert_null(plain.truth.nuclei.px);
    for (int i = 0; i < 400 * 300; i++) {
        const uint32_t nucleus = f.truth.nuclei.px[i];
        assert_int_equal(f.plane[0].px[i], plain.plane[0].px[i]);
        assert_int_equal(f.truth.cells.px[i], plain.truth.cells.px[i]);
        assert_true(!nucleus || nucleus == f.truth.cells.px[i]);
        light[nucleus > 0] += f.plane[1].px[i];
        n[nucleus > 0]++;
        area[nucleus]++;
    }
    for (int i = 1; i <= f.truth.n_cells; i++)
        without += !area[i] && is_whole(&f, &f.truth.objects[i - 1]);
    assert_in_range(f.truth.n_cells, 30, 200);
    assert_in_range(without, 0, f.truth.n_cells / 15);
    assert_true(light[1] / n[1] > 3 * light[0] / n[0]);
    free(area);
    stm_synth_free(&plain);
    stm_synth_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_is_that_of_the_labels),
        cmocka_unit_test(seeds_decide_everything),
        cmocka_unit_test(a_bare_surface_has_no_cells),
        cmocka_unit_test(every_parameter_may_be_extreme),
        cmocka_unit_test(bytes_are_the_same_everywhere),
        cmocka_unit_test(confluence_is_as_asked),
        cmocka_unit_test(cells_are_dark_with_bright_halos),
        cmocka_unit_test(rounded_cells_shine),
        cmocka_unit_test(spindles_are_longer_than_flat_cells),
        cmocka_unit_test(nuclei_lie_in_their_cells),
    };
    return STM_TEST_MAIN(tests);
}
