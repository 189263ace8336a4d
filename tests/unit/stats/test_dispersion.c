/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/dispersion.h"

#include <math.h>

static void index_of_dispersion_by_hand(void **state)
{
    (void)state;
    const double counts[] = {12, 18, 9, 25, 16, 30}; /* mean 110/6, sum of squares 2330 - 110^2/6 */
    const struct stm_dispersion d = stm_dispersion_of(counts, NULL, 6);
    assert_near(d.mean, 110 / 6.0, 1e-12);
    assert_near(d.statistic, 188.0 / 11, 1e-12);
    assert_near(d.index, 188.0 / 55, 1e-12);
    assert_near(d.phi, d.index, 0);
    assert_near(d.p, 0.004330573665, 1e-12); /* scipy chi2.sf(188 / 11, 5) */
}

static void evenly_spread_counts_have_phi_one(void **state)
{
    (void)state;
    const double counts[] = {10, 10, 10};
    const struct stm_dispersion d = stm_dispersion_of(counts, NULL, 3);
    assert_true(d.index == 0 && d.phi == 1 && d.p == 1);
}

static void fields_of_different_size_are_expected_to_differ(void **state)
{
    (void)state;
    const double counts[] = {10, 20, 60}, sizes[] = {1, 2, 6}, other[] = {1, 1, 1};
    assert_near(stm_dispersion_of(counts, sizes, 3).statistic, 0, 1e-12);
    assert_near(stm_dispersion_of(counts, other, 3).statistic, (400 + 100 + 900) / 30.0, 1e-12);
}

static void too_little_to_say(void **state)
{
    (void)state;
    const double one[] = {10}, none[] = {0, 0};
    assert_true(isnan(stm_dispersion_of(one, NULL, 1).p) && stm_dispersion_of(one, NULL, 1).phi == 1);
    assert_true(isnan(stm_dispersion_of(none, NULL, 2).p) && stm_dispersion_of(none, NULL, 2).phi == 1);
    assert_true(isnan(stm_dispersion_of(none, NULL, 0).mean));
    assert_true(isnan(stm_ratio_of(none, none, 2).p));
    assert_true(stm_ratio_of(one, one, 1).effect == 1);
}

static void ratio_over_fields_by_hand(void **state)
{
    (void)state;
    const double part[] = {3, 1, 6, 2}, whole[] = {30, 22, 41, 25};
    const struct stm_ratio r = stm_ratio_of(part, whole, 4);
    assert_near(r.p, 12 / 118.0, 1e-15);
    assert_near(r.variance, 0.000495872547386, 1e-15); /* numpy, the formula as written in the header */
    assert_true(r.effect == 1);                        /* 0.64 of the binomial variance */
}

static void fields_that_differ_have_an_effect(void **state)
{
    (void)state;
    const double part[] = {50, 0}, whole[] = {50, 50}; /* variance of the two proportions 1 and 0: 1/4 */
    const struct stm_ratio r = stm_ratio_of(part, whole, 2);
    assert_near(r.variance, 0.25, 1e-15);
    assert_near(r.effect, 0.25 / (0.25 / 100), 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_of_dispersion_by_hand),
        cmocka_unit_test(evenly_spread_counts_have_phi_one),
        cmocka_unit_test(fields_of_different_size_are_expected_to_differ),
        cmocka_unit_test(too_little_to_say),
        cmocka_unit_test(ratio_over_fields_by_hand),
        cmocka_unit_test(fields_that_differ_have_an_effect),
    };
    return STM_TEST_MAIN(tests);
}
