/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/chamber/kind.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_cells, stm_stage_live_dead;

enum { W = 400, H = 300 };
static const enum stm_role roles[] = {STM_ROLE_RED, STM_ROLE_GREEN, STM_ROLE_BLUE};

/* An object as stage cells would describe it. */
struct seen {
    double diameter, mean, contrast, peak, dye, core, rim, blur;
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
        stm_fixture_set_object(f, i + 1, "Cell_Core", seen[i].core);
        stm_fixture_set_object(f, i + 1, "Cell_Rim", seen[i].rim);
        stm_fixture_set_object(f, i + 1, "Cell_Blur", seen[i].blur);
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

static const struct seen lens = {20, -0.1, 0.2, 0.5, 0, 0.1, -0.25, 1},
                         stained = {20, -0.3, 0.1, -0.1, 0.3, -0.32, -0.25, 1},
                         pale = {20, -0.2, 0.1, -0.1, 0.055, -0.2, -0.2, 1},
                         speck = {7, -0.2, 0.1, -0.1, 0.2, -0.2, -0.2, 1};

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

/* A lens whose bright middle the blur has taken still has a middle that is no darker than its rim. */
static void defocus_makes_no_cell_dead(void **state)
{
    (void)state;
    const struct seen soft = {22, -0.08, 0.05, 0.2, 0, -0.02, -0.09, 2},
                      softer = {22, -0.11, 0.05, -0.02, 0, -0.13, -0.09, 2},
                      stain = {20, -0.3, 0.08, -0.14, 0.3, -0.37, -0.24, 2},
                      far_out = {20, -0.3, 0.08, -0.14, 0.3, -0.37, -0.24, 4};
    const struct seen seen[] = {soft, soft, soft, softer, stain, far_out};
    struct stm_fixture f;
    open_seen(&f, seen, 6, 0);
    run_all(&f);
    assert_true(stm_fixture_value(&f, "Cells_Judged") == 2);
    assert_near(stm_fixture_value(&f, "Cells_Lens"), 0.2, 0.011);
    assert_int_equal(f.site.objects[0].class, STM_CLASS_LIVE);
    assert_int_equal(f.site.objects[3].class, STM_CLASS_AMBIGUOUS); /* -0.073, the border is at -0.07 */
    assert_int_equal(f.site.objects[4].class, STM_CLASS_DEAD);
    assert_int_equal(f.site.objects[5].class, STM_CLASS_AMBIGUOUS); /* a fifth of its diameter */
    stm_fixture_close(&f);
}

static void fields_out_of_focus_are_said_and_rejected(void **state)
{
    (void)state;
    static const enum stm_verdict verdicts[] = {STM_VERDICT_OK, STM_VERDICT_WARN, STM_VERDICT_REJECTED};
    for (int i = 0; i < 3; i++) {
        struct seen one = lens;
        one.blur = 1.9 + 0.5 * i; /* 9.5, 12 and 14.5 % */
        const struct seen seen[] = {one, one, one};
        struct stm_fixture f;
        open_seen(&f, seen, 3, 2);
        run_all(&f);
        assert_int_equal(f.site.row.verdict, verdicts[i]);
        if (i) assert_non_null(strstr(f.site.row.reason, "out of focus: edges of cells are blurred by"));
        assert_near(stm_fixture_value(&f, "Cells_Blur"), one.blur, 0.05);
        stm_fixture_close(&f);
    }
}

/* 12 px cells, 1.5 px: an eighth of them, but no more than small cells in focus can measure. */
static void small_cells_are_not_out_of_focus(void **state)
{
    (void)state;
    struct seen one = lens;
    one.diameter = 12;
    one.blur = 1.5;
    const struct seen seen[] = {one, one, one};
    struct stm_fixture f;
    open_seen(&f, seen, 3, 2);
    run_all(&f);
    assert_int_equal(f.site.row.verdict, STM_VERDICT_OK);
    stm_fixture_close(&f);
}

static void the_better_the_focus_the_more_is_asked_of_a_middle(void **state)
{
    (void)state;
    assert_near(stm_kind_border(-1), -0.12, 1e-12);
    assert_near(stm_kind_border(0.4), -0.02, 1e-12);
    assert_near(stm_kind_border(5), stm_kind_border(0.85), 1e-12);
    /* what a camera that is nearly saturated can still show counts as much */
    struct stm_kind_input in = {{0}};
    in.value[STM_KIND_PEAK] = 0.15;
    in.value[STM_KIND_HEADROOM] = 0.2;
    assert_near(stm_kind_lens(&in), 0.3 * 0.45, 1e-12);
    in.value[STM_KIND_HEADROOM] = 2;
    assert_near(stm_kind_lens(&in), 0.3 * 0.15, 1e-12);
}

/* What the crossing of wide lines leaves is neither as contrasty as a live cell nor as dark as a dead one. */
static void residues_of_crossings_are_debris(void **state)
{
    (void)state;
    const struct seen residue = {18, 0.05, 0.1, 0.3, 0, 0, 0.05, 1};
    const struct seen seen[] = {lens, lens, lens, lens, residue, residue, stained, lens};
    struct stm_fixture f;
    open_seen(&f, seen, 8, 0);
    for (int i = 5; i <= 8; i++) {
        stm_fixture_set_object(&f, i, "Cell_OnLines", 1);
        stm_fixture_set_object(&f, i, "Cell_OnCross", i == 5 ? 0.2 : 0.7); /* 5: along one line */
    }
    run_all(&f);
    assert_int_equal(f.site.objects[4].class, STM_CLASS_LIVE);
    assert_int_equal(f.site.objects[5].class, STM_CLASS_DEBRIS);
    assert_int_equal(f.site.objects[6].class, STM_CLASS_DEAD);
    assert_int_equal(f.site.objects[7].class, STM_CLASS_LIVE);
    stm_fixture_close(&f);
}

static void squares_decide_what_is_counted_where_there_are_any(void **state)
{
    (void)state;
    const struct seen seen[] = {lens, lens, stained};
    struct stm_fixture f;
    open_seen(&f, seen, 3, 2);
    stm_fixture_set_object(&f, 1, "Cell_Square", 0);
    stm_fixture_set_object(&f, 2, "Cell_Square", 2);
    stm_fixture_set_object(&f, 3, "Cell_Square", 1);
    run_all(&f);
    assert_int_equal(f.site.objects[0].counted, 0);
    assert_int_equal(f.site.objects[1].counted, 1);
    assert_true(stm_fixture_value(&f, "Viability") == 50);
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
    const struct seen bright = {12, 0.6, 0.4, 1.5, -0.3, 0.6, 0.5, 1},
                      dim = {9, 0.3, 0.1, 0.5, -0.1, 0.3, 0.2, 1},
                      brown = {11, -0.3, 0.1, -0.1, 0, -0.3, -0.3, 1};
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
        cmocka_unit_test(defocus_makes_no_cell_dead),
        cmocka_unit_test(fields_out_of_focus_are_said_and_rejected),
        cmocka_unit_test(small_cells_are_not_out_of_focus),
        cmocka_unit_test(the_better_the_focus_the_more_is_asked_of_a_middle),
        cmocka_unit_test(residues_of_crossings_are_debris),
        cmocka_unit_test(squares_decide_what_is_counted_where_there_are_any),
        cmocka_unit_test(a_picture_in_which_nothing_tells_them_apart_says_so),
        cmocka_unit_test(bright_cells_of_phase_contrast_live_and_dim_specks_are_debris),
        cmocka_unit_test(what_the_edge_cuts_counts_when_its_centre_is_inside),
    };
    return STM_TEST_MAIN(tests);
}
