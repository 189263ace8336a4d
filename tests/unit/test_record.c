/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/record.h"

static void reasons_add_up_and_verdicts_only_rise(void **state)
{
    (void)state;
    struct stm_site_row row = {0};
    stm_row_flag(&row, STM_VERDICT_REJECTED, "%d %% are %s", 34, "white");
    assert_string_equal(row.reason, "34 % are white");
    stm_row_flag(&row, STM_VERDICT_WARN, "dim");
    assert_string_equal(row.reason, "34 % are white; dim");
    assert_int_equal(row.verdict, STM_VERDICT_REJECTED);
}

/* A sentence that does not fit is left out whole; one that fits exactly is kept. */
static void reasons_never_run_over(void **state)
{
    (void)state;
    struct stm_site_row row = {0};
    stm_row_flag(&row, STM_VERDICT_WARN, "%0*d", STM_REASON - 9, 0);
    stm_row_flag(&row, STM_VERDICT_WARN, "too long");
    assert_int_equal(strlen(row.reason), STM_REASON - 9);
    stm_row_flag(&row, STM_VERDICT_WARN, "fits !");
    assert_int_equal(strlen(row.reason), STM_REASON - 1);
    assert_string_equal(row.reason + STM_REASON - 9, "; fits !");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reasons_add_up_and_verdicts_only_rise),
                                       cmocka_unit_test(reasons_never_run_over)};
    return STM_TEST_MAIN(tests);
}
