/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/chamber_budget.h"

#include <math.h>

static uint64_t word(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static double uniform(uint64_t *s)
{
    return ((double)(word(s) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *s)
{
    const double r = sqrt(-2 * log(uniform(s)));
    return r * cos(6.283185307179586 * uniform(s));
}

static int poisson(double mean, uint64_t *s)
{
    const double stop = exp(-mean);
    int n = 0;
    for (double p = uniform(s); p > stop; p *= uniform(s))
        n++;
    return n;
}

static void parts_add_in_quadrature(void **state)
{
    (void)state;
    const double part[STM_CHAMBER_U_PARTS] = {0.02, 0.01, 0.02, 0.005, 0.04};
    assert_near(stm_chamber_budget_systematic(part), sqrt(0.0004 + 0.0001 + 0.0004 + 0.0001 + 0.0016),
                1e-12); /* scale counts twice */
}

static void without_other_parts_it_is_the_counts_interval(void **state)
{
    (void)state;
    const double none[STM_CHAMBER_U_PARTS] = {0};
    const struct stm_interval i = stm_chamber_budget_interval(100, 1, 1e4, none, 0.95);
    assert_near(i.low, 813640, 1);
    assert_near(i.high, 1216268, 1);
    assert_true(isnan(stm_chamber_budget_interval(NAN, 1, 1, none, 0.95).low));
}

/* Samples of one true concentration: the count by chance, everything else wrong by its standard uncertainty.
 * The interval holds the truth in 93 to 97 of 100. */
static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    (void)state;
    static const double expected[] = {30, 100, 200, 500};
    const double part[STM_CHAMBER_U_PARTS] = {0.02, 0.015, 0.02, 0.005, 0.015};
    uint64_t seed = 20391;
    for (int k = 0; k < 4; k++) {
        enum { SAMPLES = 4000 };
        int inside = 0;
        for (int i = 0; i < SAMPLES; i++) {
            double wrong = 1;
            for (int p = 0; p < STM_CHAMBER_U_PARTS; p++)
                wrong *= 1 + part[p] * (p == STM_CHAMBER_U_SCALE ? 2 : 1) * normal(&seed);
            const int n = poisson(expected[k] * wrong, &seed);
            const struct stm_interval at = stm_chamber_budget_interval(n, 1, 1, part, 0.95);
            inside += at.low <= expected[k] && expected[k] <= at.high;
        }
        const double percent = 100.0 * inside / SAMPLES;
        if (percent < 93 || percent > 97) fail_msg("%.1f %% at %.0f cells", percent, expected[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_in_quadrature),
        cmocka_unit_test(without_other_parts_it_is_the_counts_interval),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
    };
    return STM_TEST_MAIN(tests);
}
