/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/interval.h"

#include <math.h>

/* From the definitions alone: binomial and Poisson sums solved for their parameter by bisection, printed with
 * these digits. */
static const struct {
    double k, n;
    const char *wilson, *clopper_pearson;
} proportions[] = {
    {0, 10, "0.000000 0.277533", "0.000000 0.308497"},
    {9, 10, "0.595850 0.982124", "0.554984 0.997471"},
    {10, 10, "0.722467 1.000000", "0.691503 1.000000"},
    {45, 50, "0.786398 0.956524", "0.781865 0.966725"},
    {70, 100, "0.604151 0.781051", "0.600185 0.787594"},
    {80, 100, "0.711171 0.866633", "0.708157 0.873344"},
    {90, 100, "0.825634 0.944771", "0.823777 0.950995"},
    {95, 100, "0.888250 0.978456", "0.887165 0.983568"},
    {180, 200, "0.850594 0.934330", "0.849787 0.937841"},
    {285, 300, "0.919153 0.969468", "0.918873 0.971749"},
    {900, 1000, "0.879848 0.917091", "0.879712 0.917895"},
};

static const struct {
    double n;
    const char *garwood;
} counts[] = {
    {0, "0.0000 3.6889"},         {1, "0.0253 5.5716"},       {4, "1.0899 10.2416"},
    {10, "4.7954 18.3904"},       {25, "16.1787 36.9049"},    {50, "37.1110 65.9188"},
    {100, "81.3640 121.6268"},    {200, "173.2409 229.7220"}, {400, "361.7563 441.1866"},
    {1000, "938.9730 1063.9521"},
};

/* Smallest multiple of 5, from 20, at which the one-sided 95 % lower limit of a viability observed as `seen`
 * reaches `limit`. */
static const struct {
    double limit, seen;
    int n;
} needed[] = {
    {0.7, 0.75, 255}, {0.7, 0.8, 65},   {0.7, 0.85, 40}, {0.7, 0.9, 20},
    {0.7, 0.95, 20},  {0.8, 0.85, 200}, {0.8, 0.9, 50},  {0.8, 0.95, 30},
};

static const char *print(struct stm_interval i, int decimals)
{
    static char text[64];
    snprintf(text, sizeof text, "%.*f %.*f", decimals, i.low, decimals, i.high);
    return text;
}

static void proportions_match_to_all_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof proportions / sizeof *proportions; i++) {
        const double k = proportions[i].k, n = proportions[i].n;
        assert_string_equal(print(stm_interval_wilson(k, n, 0.95), 6), proportions[i].wilson);
        assert_string_equal(print(stm_interval_clopper_pearson(k, n, 0.95), 6),
                            proportions[i].clopper_pearson);
    }
}

static void counts_match_to_all_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        assert_string_equal(print(stm_interval_poisson(counts[i].n, 0.95), 4), counts[i].garwood);
}

static void lower_limit_says_how_many_cells_decide(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        int n = 20;
        while (n < 3000 && stm_lower_limit(floor(needed[i].seen * n + 1e-9), n, 0.95) < needed[i].limit)
            n += 5;
        assert_int_equal(n, needed[i].n);
    }
}

static void over_dispersed_counts_are_wider(void **state)
{
    (void)state;
    const struct stm_interval plain = stm_interval_count(400, 1, 0.95),
                              wide = stm_interval_count(400, 4, 0.95);
    assert_string_equal(print(plain, 4), "361.7563 441.1866");
    assert_near(wide.low, 4 * 81.3640, 2e-4); /* four times the interval of 100 */
    assert_near(wide.high, 4 * 121.6268, 2e-4);
    assert_string_equal(print(stm_interval_count(400, 0.2, 0.95), 4), "361.7563 441.1866");
}

static void nothing_seen_is_no_interval(void **state)
{
    (void)state;
    assert_true(isnan(stm_interval_wilson(0, 0, 0.95).low));
    assert_true(isnan(stm_interval_clopper_pearson(3, 2, 0.95).high));
    assert_true(isnan(stm_interval_poisson(NAN, 0.95).low));
    assert_true(stm_interval_count(0, 3, 0.95).low == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proportions_match_to_all_digits),
        cmocka_unit_test(counts_match_to_all_digits),
        cmocka_unit_test(lower_limit_says_how_many_cells_decide),
        cmocka_unit_test(over_dispersed_counts_are_wider),
        cmocka_unit_test(nothing_seen_is_no_interval),
    };
    return STM_TEST_MAIN(tests);
}
