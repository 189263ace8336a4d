/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/quantile.h"

#include <math.h>

/* scipy 1.10.1: norm.ppf, t.ppf, beta.ppf, gamma.ppf, chi2.sf */
static void quantiles_match_scipy(void **state)
{
    (void)state;
    assert_near(stm_quantile_normal(0.025), -1.959963985, 1e-9);
    assert_near(stm_quantile_normal(0.9999), 3.719016485, 1e-9);
    assert_near(stm_quantile_student(0.975, 1), 12.70620474, 1e-8);
    assert_near(stm_quantile_student(0.975, 7), 2.364624251, 1e-9);
    assert_near(stm_quantile_beta(0.025, 2.5, 300), 0.001380947297, 1e-12);
    assert_near(stm_quantile_beta(0.999, 1e4, 3), 0.9999809487, 1e-10);
    assert_near(stm_quantile_gamma(0.025, 0.5), 0.0004910345586, 1e-13);
    assert_near(stm_quantile_gamma(0.975, 1e5), 100620.7416, 1e-4);
    assert_near(stm_tail_chi_square(3.84, 1), 0.05004352125, 1e-11);
    assert_near(stm_tail_chi_square(100, 50), 3.454931383e-05, 1e-14);
    assert_near(stm_tail_f(3.48, 4, 10), 0.04992722707, 1e-11);
    assert_near(stm_tail_f(25, 2, 30), 4.078204654e-07, 1e-16);
}

static void what_has_no_quantile_is_nan(void **state)
{
    (void)state;
    assert_true(isnan(stm_quantile_normal(0)));
    assert_true(isnan(stm_quantile_normal(NAN)));
    assert_true(isnan(stm_quantile_beta(0.5, 0, 1)));
    assert_true(isnan(stm_quantile_gamma(1, 3)));
    assert_true(isnan(stm_tail_chi_square(-1, 3)));
    assert_true(isnan(stm_tail_f(-1, 3, 3)) && isnan(stm_tail_f(1, 0, 3)));
}

/* Where the library's own inverse gives up: near the normal distribution, and where nearly all is at zero. */
static void extreme_parameters_have_quantiles(void **state)
{
    (void)state;
    assert_near(stm_quantile_beta(0.05, 1.8e6, 2e5), 0.9 - 1.6449 * sqrt(0.09 / 2e6), 1e-6);
    assert_near(stm_quantile_gamma(0.05, 1e7), 1e7 - 1.6449 * sqrt(1e7), 2);
    assert_near(stm_quantile_gamma(0.01, 1e-3), 0, 1e-50);
    for (double n = 0.1; n < 1e6; n *= 7) {
        assert_near(stm_below_beta(stm_quantile_beta(0.2, n, 2 * n), n, 2 * n), 0.2, 1e-9);
        assert_near(stm_below_gamma(stm_quantile_gamma(0.2, n), n), 0.2, 1e-5);
    }
    assert_near(stm_below_normal(1.959963985), 0.975, 1e-9);
    assert_near(stm_below_student(2.364624251, 7), 0.975, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_match_scipy),
        cmocka_unit_test(what_has_no_quantile_is_nan),
        cmocka_unit_test(extreme_parameters_have_quantiles),
    };
    return STM_TEST_MAIN(tests);
}
