/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_cells, stm_stage_live_dead;

enum { W = 400, H = 300 };
static const enum stm_role roles[] = {STM_ROLE_RED, STM_ROLE_GREEN, STM_ROLE_BLUE};

/* An object as stage cells would describe it. */
struct seen {
    double diameter, mean, contrast, peak, dye;
};

static void open_seen(struct stm_fixture *f, const struct seen *seen, int n, double chroma)
{
    static uint32_t labels[W * H];
    stm_fixture_open_after(f, &stm_stage_cells, &stm_stage_live_dead, W, H, roles, 3);
    memset(labels, 0, sizeof labels);
    for (int i = 0; i < n; i++)
        labels[(1 + i / 20 * 3) * W + 1 + i % 20 * 3] = (uint32_t)i + 1;
    stm_fixture_label(f, labels);
    for (int i = 0; i < n; i++) {
        f->site.objects[i].x0 = f->site.objects[i].y0 = 100;
        f->site.objects[i].x1 = f->site.objects[i].y1 = 120;
        stm_fixture_set_object(f, i + 1, "Cell_Diameter", seen[i].diameter);
        stm_fixture_set_object(f, i + 1, "Cell_Diameter_um", seen[i].diameter / 2);
        stm_fixture_set_object(f, i + 1, "Cell_AxisRatio", 0.9);
        stm_fixture_set_object(f, i + 1, "Cell_Mean", seen[i].mean);
        stm_fixture_set_object(f, i + 1, "Cell_Contrast", seen[i].contrast);
        stm_fixture_set_object(f, i + 1, "Cell_Peak", seen[i].peak);
        stm_fixture_set_object(f, i + 1, "Cell_Headroom", 0.6);
        stm_fixture_set_object(f, i + 1, "Cell_Dip", -0.4);
        stm_fixture_set_object(f, i + 1, "Cell_Core", seen[i].mean);
        stm_fixture_set_object(f, i + 1, "Cell_Steepness", 0.1);
        stm_fixture_set_object(f, i + 1, "Cell_Dye", seen[i].dye);
        stm_fixture_set_object(f, i + 1, "Cell_Cut", 0);
        stm_fixture_set_object(f, i + 1, "Cell_InClump", 0);
    }
    f->site.site_values[stm_columns_find(&f->columns, "Chamber_Chroma")] = chroma;
}

static void run_all(struct stm_fixture *f)
{
    struct stm_error err;
    stm_stage_live_dead.note(&f->site, &f->env);
    assert_ok(stm_stage_live_dead.conclude(&f->env, &err), &err);
    assert_ok(stm_stage_live_dead.classify(&f->site, &f->env, &err), &err);
}

static const struct seen lens = {20, -0.1, 0.2, 0.5, 0}, stained = {20, -0.3, 0.1, -0.1, 0.3},
                         pale = {20, -0.2, 0.1, -0.1, 0.055}, speck = {7, -0.2, 0.1, -0.1, 0.2};

static void dye_decides_where_there_is_colour(void **state)
{
    (void)state;
    const struct seen seen[] = {lens, lens, stained, pale, speck, lens};
    struct stm_fixture f;
    open_seen(&f, seen, 6, 2);
    run_all(&f);
    assert_int_equal(f.site.objects[0].class, STM_CLASS_LIVE);
    assert_int_equal(f.site.objects[2].class, STM_CLASS_DEAD);
    assert_int_equal(f.site.objects[3].class, STM_CLASS_AMBIGUOUS);
    assert_int_equal(f.site.objects[4].class, STM_CLASS_DEBRIS);
    assert_true(stm_fixture_value(&f, "Count_Live") == 3 && stm_fixture_value(&f, "Count_Dead") == 1);
    assert_true(stm_fixture_value(&f, "Count_Ambiguous") == 1 && stm_fixture_value(&f, "Count_Debris") == 1);
    assert_true(stm_fixture_value(&f, "Count_Cells") == 5 && stm_fixture_value(&f, "Viability") == 75);
    assert_true(stm_fixture_value(&f, "Cells_Judged") == 1);
    stm_fixture_close(&f);
}

static void without_colour_the_lens_decides(void **state)
{
    (void)state;
    const struct seen seen[] = {lens, lens, lens, stained, speck};
    struct stm_fixture f;
    open_seen(&f, seen, 5, 0);
    run_all(&f);
    assert_int_equal(f.site.objects[0].class, STM_CLASS_LIVE);
    assert_int_equal(f.site.objects[3].class, STM_CLASS_DEAD);
    assert_int_equal(f.site.objects[4].class, STM_CLASS_DEBRIS);
    assert_true(stm_fixture_value(&f, "Cells_Judged") == 2);
    stm_fixture_close(&f);
}

static void a_picture_in_which_nothing_tells_them_apart_says_so(void **state)
{
    (void)state;
    const struct seen seen[] = {stained, stained, stained, stained};
    struct stm_fixture f;
    open_seen(&f, seen, 4, 0);
    run_all(&f);
    assert_true(stm_fixture_value(&f, "Count_Ambiguous") == 4 && isnan(stm_fixture_value(&f, "Viability")));
    stm_fixture_close(&f);
}

static void bright_cells_of_phase_contrast_live_and_dim_specks_are_debris(void **state)
{
    (void)state;
    const struct seen bright = {12, 0.6, 0.4, 1.5, -0.3}, dim = {9, 0.3, 0.1, 0.5, -0.1},
                      brown = {11, -0.3, 0.1, -0.1, 0};
    const struct seen seen[] = {bright, bright, bright, bright, dim, dim, brown};
    struct stm_fixture f;
    open_seen(&f, seen, 7, 2);
    run_all(&f);
    assert_true(stm_fixture_value(&f, "Cells_Judged") == 3);
    assert_true(stm_fixture_value(&f, "Count_Live") == 4 && stm_fixture_value(&f, "Count_Dead") == 1);
    assert_true(stm_fixture_value(&f, "Count_Debris") == 2);
    stm_fixture_close(&f);
}

/* A disc of radius 10 whose centre is 3 px inside, or outside, the left edge. */
static void what_the_edge_cuts_counts_when_its_centre_is_inside(void **state)
{
    (void)state;
    const struct seen seen[] = {lens, lens, lens, lens};
    struct stm_error err;
    struct stm_fixture f;
    open_seen(&f, seen, 4, 2);
    f.site.objects[1].x0 = 0; /* 13 deep, 20 long */
    f.site.objects[1].x1 = 13;
    f.site.objects[2].x0 = 0; /* 7 deep, 19 long */
    f.site.objects[2].x1 = 7;
    f.site.objects[2].y1 = 119;
    f.site.objects[3].x0 = W - 13;
    f.site.objects[3].x1 = W;
    run_all(&f);
    assert_int_equal(f.site.objects[0].counted, 1);
    assert_int_equal(f.site.objects[1].counted, 1);
    assert_int_equal(f.site.objects[2].counted, 0);
    assert_int_equal(f.site.objects[3].counted, 1);
    assert_ok(stm_param_set(stm_stage_live_dead.params, f.params, "edge_rule", "frame", &err), &err);
    assert_ok(stm_stage_live_dead.classify(&f.site, &f.env, &err), &err);
    assert_int_equal(f.site.objects[2].counted, 1);
    assert_int_equal(f.site.objects[3].counted, 0);
    stm_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dye_decides_where_there_is_colour),
        cmocka_unit_test(without_colour_the_lens_decides),
        cmocka_unit_test(a_picture_in_which_nothing_tells_them_apart_says_so),
        cmocka_unit_test(bright_cells_of_phase_contrast_live_and_dim_specks_are_debris),
        cmocka_unit_test(what_the_edge_cuts_counts_when_its_centre_is_inside),
    };
    return STM_TEST_MAIN(tests);
}
