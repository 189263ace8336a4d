/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>

extern const struct stm_stage stm_stage_classify, stm_stage_aggregate;

/* What stage classify says of a site, and the stage under test on a well of such sites. */
struct field {
    double live, dead, ambiguous, debris;
    enum stm_verdict verdict;
};
enum { MOST = 8, SITE_COLUMNS = 16, WELL_COLUMNS = 64 };
struct bench {
    struct stm_fixture f;
    struct stm_well well;
    struct stm_site_row rows[MOST];
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

static void run(struct bench *b, const struct field *field, int n)
{
    static const enum stm_role roles[] = {STM_ROLE_NUCLEI};
    struct stm_error err;
    memset(b, 0, sizeof *b);
    stm_fixture_open_after(&b->f, &stm_stage_classify, &stm_stage_aggregate, 8, 8, roles, 1);
    for (int s = 0; s < n; s++) {
        b->rows[s] =
            (struct stm_site_row){.verdict = field[s].verdict, .width = 1000, .height = 500, .pixel_um = 1};
        b->rows[s].values = b->site_values[s];
        set(b, s, "Count_Nuclei", field[s].live + field[s].dead + field[s].ambiguous);
        set(b, s, "Count_Live", field[s].live);
        set(b, s, "Count_Dead", field[s].dead);
        set(b, s, "Count_Ambiguous", field[s].ambiguous);
        set(b, s, "Count_Debris", field[s].debris);
    }
    for (int i = 0; i < WELL_COLUMNS; i++)
        b->values[i] = NAN;
    b->well = (struct stm_well){.values = b->values, .sites = b->rows, .n_sites = n};
    assert_ok(stm_stage_aggregate.well(&b->well, &b->f.env, &err), &err);
}

static void counts_and_bounds_of_one_field(void **state)
{
    (void)state;
    struct bench b;
    const struct field one[] = {{80, 20, 10, 3, STM_VERDICT_OK}};
    run(&b, one, 1);
    assert_true(get(&b, "Count_Nuclei") == 110 && get(&b, "Count_Live") == 80 && get(&b, "Count_Dead") == 20);
    assert_true(get(&b, "Count_Ambiguous") == 10 && get(&b, "Count_Debris") == 3);
    assert_true(get(&b, "Viability") == 80);
    assert_near(get(&b, "Viability_Low"), 71.1171, 1e-4); /* Wilson, 80 of 100 */
    assert_near(get(&b, "Viability_High"), 86.6633, 1e-4);
    assert_true(get(&b, "Viability_DesignEffect") == 1);
    assert_near(get(&b, "Viability_IfAmbiguousLive"), 9000.0 / 110, 1e-12);
    assert_near(get(&b, "Viability_IfAmbiguousDead"), 8000.0 / 110, 1e-12);
    assert_near(get(&b, "Nuclei_per_mm2"), 220, 1e-9); /* 110 in half a square millimetre */
    assert_near(get(&b, "Nuclei_per_mm2_Low"), 2 * get(&b, "Count_Nuclei_Low"), 1e-9);
    assert_true(isnan(get(&b, "Dispersion_P")) && get(&b, "Dispersion_Phi") == 1);
    assert_int_equal(b.well.row.verdict, STM_VERDICT_OK);
    stm_fixture_close(&b.f);
}

static void fields_that_agree_keep_wilson(void **state)
{
    (void)state;
    struct bench b;
    const struct field same[] = {{20, 5, 0, 0, 0}, {20, 5, 0, 0, 0}, {20, 5, 0, 0, 0}, {20, 5, 0, 0, 0}};
    run(&b, same, 4);
    assert_near(get(&b, "Viability_Low"), 71.1171, 1e-4);
    assert_near(get(&b, "Viability_High"), 86.6633, 1e-4);
    assert_true(get(&b, "Count_Nuclei_PerSite") == 25 && get(&b, "Dispersion_Phi") == 1);
    assert_near(get(&b, "Count_Nuclei_Low"), 81.3640, 1e-4); /* Garwood, 100 */
    assert_near(get(&b, "Count_Nuclei_High"), 121.6268, 1e-4);
    stm_fixture_close(&b.f);
}

static void fields_that_differ_widen_everything(void **state)
{
    (void)state;
    struct bench b;
    const struct field apart[] = {{40, 0, 0, 0, 0}, {10, 10, 0, 0, 0}, {28, 2, 0, 0, 0}, {2, 8, 0, 0, 0}};
    run(&b, apart, 4);
    /* p = 0.8: residuals 8, -6, 4, -6; variance 152 * 4 / (100^2 * 3) against 0.16 / 100 */
    assert_near(get(&b, "Viability_DesignEffect"), 152 * 4.0 / 30000 / 0.0016, 1e-9);
    assert_true(get(&b, "Viability") == 80);
    assert_true(get(&b, "Viability_Low") < 51 && get(&b, "Viability_High") > 93);
    assert_near(get(&b, "Dispersion_Phi"), (225 + 25 + 25 + 225) / 25.0 / 3, 1e-9);
    assert_true(get(&b, "Dispersion_P") < 0.001);
    assert_true(get(&b, "Count_Nuclei_Low") < 60 && get(&b, "Count_Nuclei_High") > 150);
    stm_fixture_close(&b.f);
}

static void rejected_fields_are_left_out_and_told(void **state)
{
    (void)state;
    struct bench b;
    const struct field some[] = {{90, 10, 0, 0, STM_VERDICT_WARN}, {20, 80, 0, 0, STM_VERDICT_REJECTED}};
    run(&b, some, 2);
    assert_true(get(&b, "Count_Nuclei") == 100 && get(&b, "Viability") == 90);
    assert_true(get(&b, "Count_Nuclei_WithRejected") == 200 && get(&b, "Viability_WithRejected") == 55);
    assert_int_equal(b.well.row.verdict, STM_VERDICT_WARN);
    assert_string_equal(b.well.row.reason,
                        "1 of 2 fields of view were left out; with the rejected ones viability "
                        "would be 55.0 instead of 90.0 %");
    stm_fixture_close(&b.f);
}

static void failed_fields_have_no_numbers(void **state)
{
    (void)state;
    struct bench b;
    const struct field some[] = {{90, 10, 0, 0, STM_VERDICT_OK}, {NAN, NAN, NAN, NAN, STM_VERDICT_FAILED}};
    run(&b, some, 2);
    assert_true(get(&b, "Count_Nuclei") == 100 && get(&b, "Count_Nuclei_WithRejected") == 100);
    assert_true(get(&b, "Viability_WithRejected") == 90);
    stm_fixture_close(&b.f);
    run(&b, some + 1, 1);
    assert_true(isnan(get(&b, "Count_Nuclei")) && isnan(get(&b, "Viability")));
    assert_int_equal(b.well.row.verdict, STM_VERDICT_REJECTED);
    assert_string_equal(b.well.row.reason, "none of 1 fields of view could be used");
    stm_fixture_close(&b.f);
}

static void nothing_there_is_zero_with_an_upper_limit(void **state)
{
    (void)state;
    struct bench b;
    const struct field none[] = {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}};
    run(&b, none, 2);
    assert_true(get(&b, "Count_Nuclei") == 0 && get(&b, "Count_Nuclei_Low") == 0);
    assert_near(get(&b, "Count_Nuclei_High"), 3.6889, 1e-4);
    assert_true(isnan(get(&b, "Viability")) && isnan(get(&b, "Viability_Low")));
    assert_true(isnan(get(&b, "Viability_DesignEffect")));
    stm_fixture_close(&b.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_bounds_of_one_field),
        cmocka_unit_test(fields_that_agree_keep_wilson),
        cmocka_unit_test(fields_that_differ_widen_everything),
        cmocka_unit_test(rejected_fields_are_left_out_and_told),
        cmocka_unit_test(failed_fields_have_no_numbers),
        cmocka_unit_test(nothing_there_is_zero_with_an_upper_limit),
    };
    return STM_TEST_MAIN(tests);
}
