/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/summary.h"

#include <math.h>

static const double values[] = {3, 1, NAN, 4, 1, 5, 9, 2, 6, 5, 3.5, -8, NAN, 0};
enum { N = sizeof values / sizeof *values };

/* numpy 1.24.2 and scipy 1.10.1: mean, std(ddof=1), stats.skew, median, stats.median_abs_deviation,
 * percentile */
static void summary_matches_numpy(void **state)
{
    (void)state;
    const struct stm_summary s = stm_summarise(values, N);
    assert_int_equal(s.n, 12);
    assert_near(s.mean, 2.625, 1e-15);
    assert_near(s.sd, 4.17310109239, 1e-11);
    assert_near(s.skew, -1.17423827329, 1e-11);
    assert_near(s.median, 3.25, 0);
    assert_near(s.mad, 2, 0);
    assert_near(stm_percentile(values, N, 0), -8, 0);
    assert_near(stm_percentile(values, N, 0.1), 0.1, 1e-15);
    assert_near(stm_percentile(values, N, 0.25), 1, 0);
    assert_near(stm_percentile(values, N, 0.777), 5, 0);
    assert_near(stm_percentile(values, N, 1), 9, 0);
}

static void extremes_are_found(void **state)
{
    (void)state;
    const double v[] = {-INFINITY, -1e-300, -0.0, 0.0, 5e-324, 1e300, INFINITY};
    for (int i = 0; i < 7; i++)
        assert_true(stm_percentile(v, 7, i / 6.0) == v[i]);
}

static void few_values_leave_gaps(void **state)
{
    (void)state;
    const double one[] = {7}, same[] = {2, 2, 2};
    struct stm_summary s = stm_summarise(one, 1);
    assert_true(s.mean == 7 && s.median == 7 && s.mad == 0 && isnan(s.sd) && isnan(s.skew));
    s = stm_summarise(same, 3);
    assert_true(s.sd == 0 && isnan(s.skew));
    s = stm_summarise(one, 0);
    assert_true(s.n == 0 && isnan(s.mean) && isnan(s.median));
    assert_true(isnan(stm_percentile(one, 0, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summary_matches_numpy),
        cmocka_unit_test(extremes_are_found),
        cmocka_unit_test(few_values_leave_gaps),
    };
    return STM_TEST_MAIN(tests);
}
