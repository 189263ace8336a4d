/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_cells, stm_stage_live_dead, stm_stage_concentration;

enum { MOST = 4, CELLS = 400, SITE_COLUMNS = 64, WELL_COLUMNS = 64 };

struct bench {
    struct stm_fixture f;
    struct stm_well well;
    struct stm_site_row rows[MOST];
    struct stm_object objects[MOST][CELLS];
    double object_values[MOST][CELLS][2]; /* square, part */
    double site_values[MOST][SITE_COLUMNS], values[WELL_COLUMNS];
};

static void set(struct bench *b, int s, const char *column, double value)
{
    const int i = stm_columns_find(&b->f.columns, column);
    assert_in_range(i, 0, SITE_COLUMNS - 1);
    b->site_values[s][i] = value;
}

static double get(const struct bench *b, const char *column)
{
    const int i = stm_columns_find(&b->f.well_columns, column);
    if (i < 0) fail_msg("there is no column %s", column);
    return b->values[i];
}

static void add_columns(struct stm_columns *to, const struct stm_measure *more)
{
    for (; more->name; more++) {
        to->column = realloc(to->column, (size_t)(to->n + 1) * sizeof *to->column);
        struct stm_column *const c = &to->column[to->n++];
        c->measure = more;
        snprintf(c->name, sizeof c->name, "%s", more->name);
    }
}

/* Fields of 1 mm x 1 mm with `live` live and `dead` dead cells spread evenly, 0.1 mm deep. */
static void open_fields(struct bench *b, int n, int live, int dead)
{
    static const enum stm_role roles[] = {STM_ROLE_BRIGHTFIELD};
    memset(b, 0, sizeof *b);
    stm_fixture_open_after(&b->f, &stm_stage_live_dead, &stm_stage_concentration, 8, 8, roles, 1);
    /* the columns of stage cells that are read */
    static const struct stm_measure more[] = {{"Chamber_Area_mm2", "", 0, ""},
                                              {"Chamber_PixelError", "", 0, ""},
                                              {"Chamber_Depth_um", "", 0, ""},
                                              {"Squares_Counted", "", 0, ""},
                                              {0}};
    static const struct stm_measure of_objects[] = {
        {"Cell_Square", "", 0, ""}, {"Cell_SquarePart", "", 0, ""}, {0}};
    add_columns(&b->f.columns, more);
    add_columns(&b->f.object_columns, of_objects);
    for (int s = 0; s < n; s++) {
        b->rows[s] = (struct stm_site_row){.width = 1000, .height = 1000, .pixel_um = 1};
        b->rows[s].values = b->site_values[s];
        b->rows[s].objects = b->objects[s];
        b->rows[s].object_values = b->object_values[s][0];
        b->rows[s].n_objects = live + dead;
        for (int i = 0; i < live + dead; i++)
            b->objects[s][i] = (struct stm_object){.class = i < live ? STM_CLASS_LIVE : STM_CLASS_DEAD,
                                                   .counted = 1,
                                                   .cx = 125 + 250 * (i % 4),
                                                   .cy = 125 + 250 * (i / 4 % 4)};
        set(b, s, "Count_Cells", live + dead);
        set(b, s, "Count_Live", live);
        set(b, s, "Count_Dead", dead);
        set(b, s, "Chamber_Area_mm2", 1);
        set(b, s, "Chamber_PixelError", 0.5);
        set(b, s, "Chamber_Depth_um", 100);
        set(b, s, "Squares_Counted", NAN);
    }
    for (int i = 0; i < WELL_COLUMNS; i++)
        b->values[i] = NAN;
    b->well = (struct stm_well){.values = b->values, .sites = b->rows, .n_sites = n};
}

static void run(struct bench *b)
{
    struct stm_error err;
    assert_ok(stm_stage_concentration.well(&b->well, &b->f.env, &err), &err);
}

static void set_param(struct bench *b, const char *name, const char *value)
{
    struct stm_error err;
    assert_ok(stm_param_set(stm_stage_concentration.params, b->f.params, name, value, &err), &err);
}

/* 160 cells in a square millimetre 0.1 mm deep: 0.1 uL, so 1 600 000 in a millilitre, twice that before dye.
 */
static void the_arithmetic_of_the_chamber(void **state)
{
    (void)state;
    struct bench b;
    open_fields(&b, 2, 144, 16);
    set_param(&b, "dilution", "2");
    set_param(&b, "sample_ml", "5");
    run(&b);
    assert_near(get(&b, "Chamber_Volume_uL"), 0.2, 1e-12);
    assert_near(get(&b, "Cells_per_mL"), 3.2e6, 1e-3);
    assert_near(get(&b, "LiveCells_per_mL"), 2.88e6, 1e-3);
    assert_near(get(&b, "Cells_in_Sample"), 16e6, 1e-2);
    assert_near(get(&b, "Viability"), 90, 1e-9);
    assert_near(get(&b, "Dispersion_Phi"), 1, 1e-12);
    assert_int_equal(b.well.row.verdict, STM_VERDICT_OK);
    stm_fixture_close(&b.f);
}

static void the_budget_adds_up(void **state)
{
    (void)state;
    struct bench b;
    open_fields(&b, 1, 320, 0);
    set_param(&b, "dilution", "2");
    run(&b);
    const double parts = 10000.0 / 320 + 4 + 2.25 + 4 + 1 + 2.25;
    assert_near(get(&b, "Uncertainty"), sqrt(parts), 1e-9);
    assert_near(get(&b, "Uncertainty_Scale"), 1, 1e-12);
    /* Garwood's lower limit of 320 with the rest in quadrature */
    const double rest = 1.959964 * sqrt(13.5) / 100 * 320, below = 320 - 285.890;
    assert_near(get(&b, "Cells_per_mL_Low") / get(&b, "Cells_per_mL") * 320,
                320 - sqrt(below * below + rest * rest), 0.05);
    stm_fixture_close(&b.f);
}

static void few_crowded_and_uneven_cells_are_said(void **state)
{
    (void)state;
    struct bench b;
    open_fields(&b, 1, 40, 2);
    run(&b);
    assert_int_equal(b.well.row.verdict, STM_VERDICT_WARN);
    assert_non_null(strstr(b.well.row.reason, "only 42 cells"));
    stm_fixture_close(&b.f);
    open_fields(&b, 1, 200, 0);
    for (int i = 0; i < 200; i++)
        b.objects[0][i].cx = i < 150 ? 100 : 800;
    run(&b);
    assert_non_null(strstr(b.well.row.reason, "unevenly"));
    assert_true(get(&b, "Dispersion_Phi") > 5 && get(&b, "Uncertainty_Dispersion") > 10);
    stm_fixture_close(&b.f);
}

static void without_a_scale_there_is_no_concentration(void **state)
{
    (void)state;
    struct bench b;
    open_fields(&b, 1, 200, 0);
    set(&b, 0, "Chamber_Area_mm2", NAN);
    run(&b);
    assert_true(isnan(get(&b, "Cells_per_mL")) && get(&b, "Count_Cells") == 200);
    assert_non_null(strstr(b.well.row.reason, "--pixel-size"));
    stm_fixture_close(&b.f);
}

/* Sixteenths of squares, not of pictures, are compared, and the scale does not matter: two squares of 160
 * cells spread evenly, all of them in one corner of the picture. */
static void squares_are_compared_by_their_parts(void **state)
{
    (void)state;
    struct bench b;
    open_fields(&b, 1, 320, 0);
    set(&b, 0, "Squares_Counted", 2);
    set(&b, 0, "Chamber_Area_mm2", 2);
    for (int i = 0; i < 320; i++) {
        b.objects[0][i].cx = b.objects[0][i].cy = 10;
        b.object_values[0][i][0] = 1 + i % 2;
        b.object_values[0][i][1] = 1 + i / 2 % 16;
    }
    run(&b);
    assert_near(get(&b, "Cells_per_mL"), 1.6e6, 1e-3);
    assert_near(get(&b, "Dispersion_Phi"), 1, 1e-12);
    assert_true(get(&b, "Uncertainty_Scale") == 0);
    for (int i = 0; i < 320; i++)
        b.object_values[0][i][0] = 1 + (i % 8 == 0); /* 280 and 40 */
    run(&b);
    assert_true(get(&b, "Dispersion_Phi") > 3 && get(&b, "Dispersion_P") < 0.001);
    assert_non_null(strstr(b.well.row.reason, "unevenly"));
    stm_fixture_close(&b.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_arithmetic_of_the_chamber),
        cmocka_unit_test(the_budget_adds_up),
        cmocka_unit_test(few_crowded_and_uneven_cells_are_said),
        cmocka_unit_test(without_a_scale_there_is_no_concentration),
        cmocka_unit_test(squares_are_compared_by_their_parts),
    };
    return STM_TEST_MAIN(tests);
}
