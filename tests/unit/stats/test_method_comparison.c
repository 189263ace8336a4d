/* SPDX-License-Identifier: GPL-2.0-or-later */
/* agreement, deming, chart, components, holm, budget: published examples. */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/agreement.h"
#include "pipeline/stats/budget.h"
#include "pipeline/stats/chart.h"
#include "pipeline/stats/components.h"
#include "pipeline/stats/deming.h"
#include "pipeline/stats/holm.h"

#include <math.h>

/* Peak expiratory flow by a large and a small meter, first readings (Bland and Altman 1986, table 1). */
static const double large[] = {494, 395, 516, 434, 476, 557, 413, 442, 650,
                               433, 417, 656, 267, 478, 178, 423, 427};
static const double small[] = {512, 430, 520, 428, 500, 600, 364, 380, 658,
                               445, 432, 626, 260, 477, 259, 350, 451};

static void bland_and_altman_s_flow_meters(void **state)
{
    (void)state;
    const struct stm_agreement a = stm_agreement_of(large, small, 17, false, 0.95);
    assert_near(a.bias, -2.1, 0.05);
    assert_near(a.sd, 38.8, 0.05);
    assert_near(a.low, -78.1, 0.1); /* they print -79.7, with 2 in place of 1.96 */
    assert_near(a.high, 73.9, 0.1);
    assert_near(a.bias_of.low, -22.0, 0.1); /* -2.1 -+ 2.12 * 9.4 */
    assert_near(a.bias_of.high, 17.8, 0.1);
    assert_true(a.p > 0.8);
    assert_true(isnan(stm_agreement_of(large, small, 2, false, 0.95).bias));
}

static void a_constant_ratio_is_a_bias_in_percent_and_a_trend_in_units(void **state)
{
    (void)state;
    double twice[17];
    for (int i = 0; i < 17; i++)
        twice[i] = 1.1 * large[i];
    const struct stm_agreement percent = stm_agreement_of(twice, large, 17, true, 0.95),
                               units = stm_agreement_of(twice, large, 17, false, 0.95);
    assert_near(percent.bias, 100 * 0.1 / 1.05, 1e-9);
    assert_near(percent.sd, 0, 1e-9);
    assert_near(units.trend, 0.1 / 1.05, 1e-9);
    assert_true(units.trend_p < 1e-6);
}

static void a_deming_line_does_not_mind_which_is_which(void **state)
{
    (void)state;
    const struct stm_deming a = stm_deming_of(large, small, 17, 1, 0.95),
                            b = stm_deming_of(small, large, 17, 1, 0.95);
    assert_near(a.slope * b.slope, 1, 1e-12);
    assert_near(a.intercept, -b.intercept * a.slope, 1e-9);
    assert_true(a.slope_of.low < 1 && a.slope_of.high > 1);
    const struct stm_deming c = stm_deming_of(large, small, 17, 4, 0.95),
                            d = stm_deming_of(small, large, 17, 0.25, 0.95);
    assert_near(c.slope * d.slope, 1, 1e-12);
}

static void a_deming_line_finds_an_exact_line(void **state)
{
    (void)state;
    double y[17];
    for (int i = 0; i < 17; i++)
        y[i] = 3 + 0.5 * large[i];
    const struct stm_deming d = stm_deming_of(large, y, 17, 1, 0.95);
    assert_near(d.slope, 0.5, 1e-12);
    assert_near(d.intercept, 3, 1e-9);
    assert_near(d.slope_of.high - d.slope_of.low, 0, 1e-9);
    assert_true(isnan(stm_deming_of(large, y, 2, 1, 0.95).slope));
}

/* NIST/SEMATECH handbook 6.3.2.4. */
static void the_handbook_s_ewma(void **state)
{
    (void)state;
    static const double x[] = {52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5,
                               49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1};
    static const double expected[] = {50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33,
                                      50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99};
    double z[20], half[20];
    assert_int_equal(stm_chart_ewma(x, 20, (struct stm_chart_base){50, 2.0539}, 0.3, 3, z, half), -1);
    for (int i = 0; i < 20; i++)
        assert_near(z[i], expected[i], 0.006);
    assert_near(50 + half[19], 52.5884, 1e-3);
    assert_near(half[0], 3 * 2.0539 * 0.3, 1e-9);
}

/* NIST/SEMATECH handbook 6.3.2.3: target 325, slack 0.3175, limit 4.1959 in units of the data. */
static void the_handbook_s_cusum(void **state)
{
    (void)state;
    static const double x[] = {324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125,
                               324.525, 325.225, 324.600, 324.625, 325.150, 328.325, 327.250,
                               327.825, 328.500, 326.675, 327.775, 326.875, 328.350};
    double up[20], down[20];
    assert_int_equal(stm_chart_cusum(x, 20, (struct stm_chart_base){325, 1}, 0.3175, 4.1959, up, down), 13);
    assert_near(up[12], 3.0075, 1e-6);
    assert_near(up[13], 4.9400, 1e-6);
    assert_near(down[3], 0.3325, 1e-6);
}

static void the_base_of_a_chart_comes_from_moving_ranges(void **state)
{
    (void)state;
    static const double x[] = {10, 12, 9, 11};
    const struct stm_chart_base b = stm_chart_base_of(x, 4);
    assert_near(b.target, 10.5, 1e-12);
    assert_near(b.sigma, (2 + 3 + 2) / 3.0 / 1.128379, 1e-5);
}

/* Strength of cloth from four looms (Montgomery, Design and Analysis of Experiments): MS 29.73 and 1.90,
 * variance components 6.96 and 1.90. */
static void the_looms(void **state)
{
    (void)state;
    static const double x[] = {98, 97, 99, 96, 91, 90, 93, 92, 96, 95, 97, 95, 95, 96, 99, 98};
    static const int loom[] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3};
    const struct stm_components c = stm_components_of(x, loom, 16, 4);
    assert_near(c.within, 1.90, 0.005);
    assert_near(c.between, 6.96, 0.005);
    assert_near(c.f, 15.68, 0.005);
    assert_true(c.p < 0.001);
    assert_near(c.intermediate, sqrt(6.96 + 1.90), 0.002);
    static const int alone[] = {0, 1, 2, 3};
    assert_true(isnan(stm_components_of(x, alone, 4, 4).within));
}

static void holm_s_correction(void **state)
{
    (void)state;
    const double p[] = {0.01, 0.04, 0.03, NAN, 0.005}, expected[] = {0.03, 0.06, 0.06, NAN, 0.02};
    double adjusted[5];
    stm_holm(p, adjusted, 5);
    for (int i = 0; i < 5; i++)
        if (i == 3)
            assert_true(isnan(adjusted[i]));
        else
            assert_near(adjusted[i], expected[i], 1e-12);
}

/* GUM (JCGM 100:2008), example H.1: end gauge; u_c = 32 nm, effective degrees of freedom 16.7. */
static void the_gum_s_end_gauge(void **state)
{
    (void)state;
    struct stm_budget b = {0};
    stm_budget_add(&b, "standard", "", 'B', 25, 18);
    stm_budget_add(&b, "difference", "", 'A', 9.7, 25.6);
    stm_budget_add(&b, "expansion", "", 'B', 2.9, 50);
    stm_budget_add(&b, "temperature", "", 'B', 16.6, 2);
    stm_budget_add(&b, "nothing", "", 'B', 0, 2);
    stm_budget_close(&b);
    assert_int_equal(b.n, 4);
    assert_near(b.combined, 31.7, 0.05);
    assert_near(b.freedom, 16.7, 0.5);
    assert_near(b.coverage, 2.11, 0.02);
    assert_near(b.expanded, b.coverage * b.combined, 1e-12);
    double all = 0;
    for (int i = 0; i < b.n; i++)
        all += stm_budget_share(&b, i);
    assert_near(all, 1, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bland_and_altman_s_flow_meters),
        cmocka_unit_test(a_constant_ratio_is_a_bias_in_percent_and_a_trend_in_units),
        cmocka_unit_test(a_deming_line_does_not_mind_which_is_which),
        cmocka_unit_test(a_deming_line_finds_an_exact_line),
        cmocka_unit_test(the_handbook_s_ewma),
        cmocka_unit_test(the_handbook_s_cusum),
        cmocka_unit_test(the_base_of_a_chart_comes_from_moving_ranges),
        cmocka_unit_test(the_looms),
        cmocka_unit_test(holm_s_correction),
        cmocka_unit_test(the_gum_s_end_gauge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
