/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/growth.h"

#include <math.h>

static void doublings_without_scatter_are_exact(void **state)
{
    (void)state;
    const double time[] = {0, 20, 40, 60}, value[] = {7, 14, 28, 56};
    const struct stm_growth g = stm_growth_fit(time, value, 4, 0.95);
    assert_int_equal(g.n, 4);
    assert_near(g.doubling, 20, 1e-9);
    assert_near(g.interval.low, 20, 1e-6);
    assert_near(g.interval.high, 20, 1e-6);
}

/* Sums worked out outside, with the tabulated t(0.975; 3) = 3.182446305. */
static void scatter_has_students_interval(void **state)
{
    (void)state;
    const double time[] = {0, 12, 24, 36, 48}, value[] = {10, 13, 19, 22, 35};
    const struct stm_growth g = stm_growth_fit(time, value, 5, 0.95);
    assert_near(g.doubling, 27.4367131110, 1e-8);
    assert_near(g.interval.low, 21.8623920451, 1e-8);
    assert_near(g.interval.high, 36.8264713010, 1e-8);
}

static void nothing_is_said_without_growth(void **state)
{
    (void)state;
    const double time[] = {0, 1, 2}, same[] = {5.1, 5.1, 5.1}, less[] = {4, 2, 1}, wild[] = {1, 9, 2};
    assert_true(isnan(stm_growth_fit(time, same, 3, 0.95).doubling));
    assert_true(isnan(stm_growth_fit(time, less, 3, 0.95).doubling));
    const struct stm_growth g = stm_growth_fit(time, wild, 3, 0.95);
    assert_true(g.doubling > 0 && g.interval.low > 0 && isnan(g.interval.high));
}

static void fewer_than_three_positive_values_are_too_few(void **state)
{
    (void)state;
    const double time[] = {0, 1, 2, 2}, value[] = {0, 2, 4, NAN}, at_once[] = {3, 3, 3};
    const struct stm_growth g = stm_growth_fit(time, value, 4, 0.95);
    assert_int_equal(g.n, 2);
    assert_true(isnan(g.doubling) && isnan(g.interval.low));
    assert_true(isnan(stm_growth_fit(at_once, at_once, 3, 0.95).doubling));
    assert_true(isnan(stm_growth_fit(time, value, 0, 0.95).doubling));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doublings_without_scatter_are_exact),
        cmocka_unit_test(scatter_has_students_interval),
        cmocka_unit_test(nothing_is_said_without_growth),
        cmocka_unit_test(fewer_than_three_positive_values_are_too_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
