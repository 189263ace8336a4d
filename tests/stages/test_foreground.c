/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of fields and wells from what the cells cover. */
#include "tests/support/stm_assert.h"

#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <string.h>

extern const struct stm_stage stm_stage_foreground;

enum { SITES = 3, COLUMNS = 16 };

static void open_field(struct stm_fixture *f, double percent, double low, double high)
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE};
    stm_fixture_open(f, &stm_stage_foreground, 8, 8, roles, 1);
    f->site.geo.pixel_um = 0.87;
    f->site.confluence = (struct stm_confluence){percent, low, high, 1.5, 4, NAN, 0};
}

static void run(struct stm_fixture *f)
{
    struct stm_error err;
    assert_ok(stm_stage_foreground.run(&f->site, &f->env, &err), &err);
}

static void fields_have_their_columns(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_field(&f, 40, 38, 43);
    run(&f);
    assert_near(stm_fixture_value(&f, "Confluence"), 40, 0);
    assert_near(stm_fixture_value(&f, "Confluence_Low"), 38, 0);
    assert_near(stm_fixture_value(&f, "Confluence_High"), 43, 0);
    assert_near(stm_fixture_value(&f, "Confluence_Rounded"), 1.5, 0);
    assert_near(stm_fixture_value(&f, "Confluence_Excluded"), 4, 0);
    assert_true(isnan(stm_fixture_value(&f, "Foreground_Threshold")));
    assert_int_equal(f.site.row.verdict, STM_VERDICT_OK);
    stm_fixture_close(&f);
}

static double well_value(const struct stm_fixture *f, const double *values, const char *name)
{
    const int i = stm_columns_find(&f->well_columns, name);
    assert_true(i >= 0);
    return values[i];
}

/* Student's t with 2 degrees of freedom: 4.302653. Fields of 40, 44, 48 %, each 2 points uncertain. */
static void wells_add_what_the_fields_differ_by(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    struct stm_site_row rows[SITES];
    double site[SITES][COLUMNS], values[COLUMNS];
    memset(rows, 0, sizeof rows);
    open_field(&f, 0, 0, 0);
    for (int s = 0; s < SITES; s++) {
        f.site.confluence = (struct stm_confluence){40 + 4 * s, 38 + 4 * s, 42 + 4 * s, 0, 0, NAN, 0};
        run(&f);
        memcpy(site[s], f.site.site_values, (size_t)f.columns.n * sizeof(double));
        rows[s] = (struct stm_site_row){.width = 100, .height = 100, .pixel_um = 1, .values = site[s]};
    }
    struct stm_well well = {.values = values, .sites = rows, .n_sites = SITES};
    assert_ok(stm_stage_foreground.well(&well, &f.env, &err), &err);
    const double error = hypot(4.302653 * 4 / sqrt(3), 2);
    assert_near(well_value(&f, values, "Confluence"), 44, 1e-9);
    assert_near(well_value(&f, values, "Confluence_Low"), 44 - error, 1e-5);
    assert_near(well_value(&f, values, "Confluence_High"), 44 + error, 1e-5);
    assert_near(well_value(&f, values, "Confluence_BetweenSites"), 4, 1e-9);
    stm_fixture_close(&f);
}

static void an_unknown_pixel_size_is_said(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    open_field(&f, 40, 38, 43);
    f.site.geo.pixel_um = NAN;
    run(&f);
    assert_int_equal(f.site.row.verdict, STM_VERDICT_WARN);
    assert_non_null(strstr(f.site.row.reason, "pixel size unknown"));
    stm_stage_foreground.note(&f.site, &f.env);
    f.env.notes = &f.notes;
    assert_ok(stm_stage_foreground.conclude(&f.env, &err), &err);
    assert_non_null(strstr(f.notes.text, "pixel size unknown in 1 field"));
    stm_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_have_their_columns),
        cmocka_unit_test(wells_add_what_the_fields_differ_by),
        cmocka_unit_test(an_unknown_pixel_size_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
