/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>

extern const struct stm_stage stm_stage_growth;

enum { CONFLUENCE, EXCLUDED, CELLS, AREA, INPUTS, MOST = 12 };

/* A well with two fields of view at each time point; the stages before are stood in for by their columns. */
struct bench {
    struct stm_fixture f;
    struct stm_well well;
    struct stm_column column[INPUTS];
    struct stm_columns inputs;
    struct stm_site_row rows[MOST];
    double site_values[MOST][INPUTS], values[16];
};

static void open_well(struct bench *b, int times, const double *confluence, const double *cells)
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE};
    memset(b, 0, sizeof *b);
    stm_fixture_open(&b->f, &stm_stage_growth, 8, 8, roles, 1);
    b->column[CONFLUENCE] = (struct stm_column){.name = "Confluence"};
    b->column[EXCLUDED] = (struct stm_column){.name = "Confluence_Excluded"};
    b->column[CELLS] = (struct stm_column){.name = "Count_Cells"};
    b->column[AREA] = (struct stm_column){.name = "Counted_Area"};
    b->inputs = (struct stm_columns){b->column, INPUTS};
    b->f.env.site_columns = &b->inputs;
    for (int s = 0; s < 2 * times; s++) {
        const int t = s % times;
        b->rows[s] = (struct stm_site_row){.width = 100, .height = 50, .timepoint = t};
        b->rows[s].values = b->site_values[s];
        b->site_values[s][CONFLUENCE] = confluence[t] + (s < times ? 1 : -1);
        b->site_values[s][CELLS] = cells[t];
        b->site_values[s][AREA] = 5000;
    }
    for (int i = 0; i < 16; i++)
        b->values[i] = NAN;
    b->well = (struct stm_well){.values = b->values, .sites = b->rows, .n_sites = 2 * times};
}

static void set(struct bench *b, const char *name, const char *value)
{
    struct stm_error err;
    assert_ok(stm_param_set(stm_stage_growth.params, b->f.params, name, value, &err), &err);
}

static double get(struct bench *b, const char *name)
{
    struct stm_error err;
    assert_ok(stm_stage_growth.well(&b->well, &b->f.env, &err), &err);
    const int i = stm_columns_find(&b->f.well_columns, name);
    assert_true(i >= 0);
    return b->values[i];
}

static const double doubling[] = {5, 10, 20, 40}, cells[] = {10, 30, 90, 270};

static void doubling_times_are_found(void **state)
{
    (void)state;
    struct bench b;
    open_well(&b, 4, doubling, cells);
    set(&b, "step_min", "1440");
    assert_near(get(&b, "Growth_TimePoints"), 4, 0);
    assert_near(get(&b, "Growth_ConfluenceDoubling_h"), 24, 1e-9);
    assert_near(get(&b, "Growth_CountDoubling_h"), 15.1423140, 1e-6); /* 24 ln 2 / ln 3 */
    stm_fixture_close(&b.f);
}

static void crowded_times_and_rejected_fields_are_left_out(void **state)
{
    (void)state;
    struct bench b;
    open_well(&b, 5, (const double[]){5, 10, 20, 40, 70}, (const double[]){10, 30, 90, 270, 300});
    set(&b, "step_min", "1440");
    b.rows[2].verdict = STM_VERDICT_REJECTED;
    b.site_values[2][CONFLUENCE] = 99;
    b.site_values[7][CONFLUENCE] = 20;
    assert_near(get(&b, "Growth_TimePoints"), 4, 0);
    assert_near(get(&b, "Growth_ConfluenceDoubling_h"), 24, 1e-9);
    stm_fixture_close(&b.f);
}

/* Half as many cells on half the area are as many. */
static void counts_are_over_the_area_they_come_from(void **state)
{
    (void)state;
    struct bench b;
    open_well(&b, 4, doubling, cells);
    set(&b, "step_min", "1440");
    for (int s = 0; s < b.well.n_sites; s += 4) { /* all fields of the first time */
        b.site_values[s][CELLS] = 5;
        b.site_values[s][AREA] = 2500;
    }
    assert_near(get(&b, "Growth_CountDoubling_h"), 15.1423140, 1e-6);
    b.site_values[0][AREA] = b.site_values[4][AREA] = NAN; /* not told: all of the image */
    assert_true(get(&b, "Growth_CountDoubling_h") < 15);
    stm_fixture_close(&b.f);
}

static void without_times_nothing_is_said(void **state)
{
    (void)state;
    struct bench b;
    struct stm_error err;
    open_well(&b, 4, doubling, cells);
    assert_true(isnan(get(&b, "Growth_ConfluenceDoubling_h"))); /* no growth.step_min */
    for (int s = 0; s < b.well.n_sites; s++) {
        b.f.site.row.timepoint = b.rows[s].timepoint;
        stm_stage_growth.note(&b.f.site, &b.f.env);
    }
    b.f.env.notes = &b.f.notes;
    assert_ok(stm_stage_growth.conclude(&b.f.env, &err), &err);
    assert_non_null(strstr(b.f.notes.text, "growth.step_min"));
    for (int s = 0; s < b.well.n_sites; s++)
        b.rows[s].timepoint = -1;
    for (int i = 0; i < 16; i++)
        b.values[i] = NAN;
    set(&b, "step_min", "60");
    assert_true(isnan(get(&b, "Growth_TimePoints")));
    assert_true(isnan(get(&b, "Growth_CountDoubling_h")));
    stm_fixture_close(&b.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubling_times_are_found),
        cmocka_unit_test(crowded_times_and_rejected_fields_are_left_out),
        cmocka_unit_test(counts_are_over_the_area_they_come_from),
        cmocka_unit_test(without_times_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
