/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/stats/linearity_golden.h"

#include <math.h>
#include <stdlib.h>

/* images/linearity/counts.csv */
static const struct golden golden[] = {
    {"counts.csv",
     "Hemocytometer",
     15,
     4,
     {"1188985.134", "0.9990612419", "0.9996304913", "0.0798022763", "0.01889455536", "0.8558229682",
      "0.3467822351", "3293.949747", "171.6384397"},
     {"0.1071875513", "0.07682009116", "0.09360670863", "0.04115043845", "0.02749875827"}},
    {"counts.csv",
     "Imager",
     15,
     4,
     {"1106412.248", "0.9981855313", "0.9984277817", "0.6630080729", "0.03847830899", "2.445857267",
      "0.6446432341", "13057.75676", "385.6696772"},
     {"0.04069366277", "0.02787113679", "0.02917735297", "0.01607885263", "0.01228852457"}},
};

static const char example[] = STM_SOURCE_ROOT "/images/linearity/counts.csv";

static void values_have_all_digits(void **state)
{
    (void)state;
    struct stm_linearity analysis;
    struct stm_linearity_data data;
    analyse_file(&analysis, &data, example);
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++)
        check_golden(&golden[i], &analysis);
    stm_linearity_close(&analysis);
    stm_linearity_free(&data);
}

/* A series from text; freed by the caller. */
static void take(struct stm_linearity_data *data, struct stm_string *text)
{
    struct stm_csv csv;
    struct stm_error err = {0};
    assert_ok(stm_csv_parse(&csv, text->text, text->length, ',', &err), &err);
    assert_ok(stm_linearity_take(data, &csv, &err), &err);
}

static const char head[] =
    "counting_method,target_dilution_fraction,random_sample_number,rep_obsv,cell_conc\n";

/* value(fraction, sample, observation) at 0.2, 0.4, 0.6, 0.8, three samples of three observations. */
static void series(struct stm_linearity_data *data, double (*value)(double, int, int))
{
    struct stm_string text = {0};
    stm_string_add(&text, head);
    for (int f = 1; f <= 4; f++)
        for (int s = 0; s < 3; s++)
            for (int o = 0; o < 3; o++)
                stm_string_addf(&text, "m,0.%d,%d,%d,%.17g\n", 2 * f, 3 * f + s, o, value(0.2 * f, s, o));
    take(data, &text);
}

static void run(struct stm_linearity *analysis, const struct stm_linearity_data *data, int order, int draws,
                uint64_t seed)
{
    const struct stm_linearity_options options = {
        .weights = STM_LINEARITY_X, .order = order, .draws = draws, .seed = seed, .confidence = 0.95};
    struct stm_error err = {0};
    assert_ok(stm_linearity_run(analysis, data, &options, &err), &err);
}

static double proportional(double x, int sample, int observation)
{
    (void)sample;
    return 1e6 * x * (1 + 0.01 * (observation - 1));
}

/* By hand: every sample has mean 1e6 x and CV 1 %. */
static void proportional_data_have_no_index(void **state)
{
    (void)state;
    struct stm_linearity_data data;
    struct stm_linearity a;
    series(&data, proportional);
    run(&a, &data, 0, 200, 1);
    const struct stm_linearity_estimate *const e = a.result[0].estimate;
    assert_near(e[STM_LINEARITY_B1].value, 1e6, 1e-6);
    assert_near(e[STM_LINEARITY_R2].value, 1, 1e-12);
    assert_near(e[STM_LINEARITY_R2_CENTRED].value, 1, 1e-12);
    for (int k = STM_LINEARITY_SSE_SCALED; k <= STM_LINEARITY_SAE_STABLE; k++)
        assert_true(e[k].value == 0 && isnan(e[k].interval.low));
    for (int f = 0; f < 4; f++) {
        assert_near(e[STM_LINEARITY_CV + f].value, 0.01, 1e-12);
        assert_near(e[STM_LINEARITY_MEAN + f].value, 2e5 * (f + 1), 1e-6);
    }
    assert_true(isnan(e[STM_LINEARITY_CV + 4].value));
    assert_true(e[STM_LINEARITY_B1].interval.low < 1e6 && e[STM_LINEARITY_B1].interval.high > 1e6);
    stm_linearity_close(&a);
    stm_linearity_free(&data);
}

static double quadratic(double x, int sample, int observation)
{
    (void)sample, (void)observation;
    return 1e6 * x * (1 - x / 4);
}

/* By hand: with v = x the slope is sum y / sum x = 1e6 (1 - sum x^2 / sum x / 4) = 850000; the curve goes
 * through the means, so curve over line is (1 - x / 4) / 0.85. */
static void curved_data_have_the_index_of_the_curve(void **state)
{
    (void)state;
    struct stm_linearity_data data;
    struct stm_linearity a;
    series(&data, quadratic);
    for (int order = 2; order <= 3; order++) {
        double pi = 0, absolute = 0;
        run(&a, &data, order, 50, 1);
        for (int f = 1; f <= 4; f++) {
            const double e = (0.15 - 0.2 * f / 4) / 0.85;
            pi += 3 * e * e;
            absolute += 3 * fabs(e);
        }
        const struct stm_linearity_estimate *const e = a.result[0].estimate;
        assert_near(e[STM_LINEARITY_B1].value, 850000, 1e-6);
        assert_near(e[STM_LINEARITY_SSE_SCALED].value, pi, 1e-12);
        assert_near(e[STM_LINEARITY_SAE_SCALED].value, absolute, 1e-12);
        assert_near(a.result[0].fit.curve.order, order, 0);
        assert_near(e[STM_LINEARITY_B1].interval.low, 850000, 1e-6); /* nothing scatters */
        stm_linearity_close(&a);
    }
    stm_linearity_free(&data);
}

/* The expected values are the definitions in exact rational arithmetic. */
static double rough(double x, int sample, int observation)
{
    return 1e6 * x * (1 + 0.1 * (sample - 1) + 0.02 * (observation - 1)) + 20000 * observation;
}

static void weights_and_both_r2(void **state)
{
    (void)state;
    static const struct {
        enum stm_linearity_weights weights;
        const char *b1, *r2, *centred;
    } rows[] = {
        {STM_LINEARITY_X, "1040000", "0.9934328358", "0.9700418994"},
        {STM_LINEARITY_1, "1033333.333", "0.9935897436", "0.9602564103"},
        {STM_LINEARITY_X2, "1052083.333", "0.9932581907", "0.9692683218"},
    };
    struct stm_linearity_data data;
    series(&data, rough);
    for (size_t i = 0; i < 3; i++) {
        const struct stm_linearity_options o = {.weights = rows[i].weights, .draws = 50, .confidence = 0.95};
        const struct golden g = {"rough", "m", 12, 3, {0}, {0}};
        struct stm_linearity a;
        struct stm_error err = {0};
        assert_ok(stm_linearity_run(&a, &data, &o, &err), &err);
        const struct stm_linearity_estimate *const e = a.result[0].estimate;
        check_digits(&g, "b1", e[STM_LINEARITY_B1].value, rows[i].b1);
        check_digits(&g, "R2", e[STM_LINEARITY_R2].value, rows[i].r2);
        check_digits(&g, "R2 centred", e[STM_LINEARITY_R2_CENTRED].value, rows[i].centred);
        stm_linearity_close(&a);
    }
    stm_linearity_free(&data);
}

/* numpy 1.24.2 Chebyshev.fit of order 4 with weights n / x, scipy 1.10.1 stats.f.sf. */
static void the_f_test_sees_the_lossy_imager(void **state)
{
    (void)state;
    struct stm_linearity a;
    struct stm_linearity_data data;
    analyse_file(&a, &data, example);
    const struct stm_linearity_departure eye = a.result[0].departure, imager = a.result[1].departure;
    assert_true(eye.of_bend == 4 && eye.of_scatter == 10);
    assert_near(eye.f, 1.621265447, 1e-9);
    assert_near(eye.p, 0.2437010942, 1e-9);
    assert_near(imager.f, 16.19569224, 1e-8);
    assert_near(imager.p, 0.0002279466938, 1e-12);
    stm_linearity_close(&a);
    stm_linearity_free(&data);
}

static void ratios_compare_methods(void **state)
{
    (void)state;
    struct stm_linearity a;
    struct stm_linearity_data data;
    analyse_file(&a, &data, example);
    assert_int_equal(a.n_ratios, 1);
    const struct stm_linearity_ratio *const r = &a.ratio[0];
    assert_near(r->estimate[0].value, 1188985.134 / 1106412.248, 1e-9);
    assert_near(r->estimate[1].value, 0.01889455536 / 0.03847830899, 1e-9);
    for (int k = 0; k < STM_LINEARITY_RATIOS; k++)
        assert_true(r->estimate[k].interval.low < r->estimate[k].interval.high);
    assert_int_equal(stm_linearity_ratio_index(1), STM_LINEARITY_SSE_SCALED);
    assert_true(r->estimate[0].interval.low > 1); /* the imager loses 6 % */
    stm_linearity_close(&a);
    stm_linearity_free(&data);
}

static bool same(const struct stm_linearity_result *a, const struct stm_linearity_result *b)
{
    for (int k = 0; k < STM_LINEARITY_VALUES; k++)
        if (memcmp(&a->estimate[k], &b->estimate[k], sizeof a->estimate[k]) != 0 &&
            !(isnan(a->estimate[k].value) && isnan(b->estimate[k].value)))
            return false;
    return true;
}

/* The same file with its rows backwards, and with one method alone. */
static void same_seed_same_intervals_whatever_the_order(void **state)
{
    (void)state;
    struct stm_linearity_data data, backwards, alone;
    struct stm_linearity a, b;
    struct stm_csv csv;
    struct stm_error err = {0};
    struct stm_string text[2] = {{0}, {0}};
    assert_ok(stm_linearity_read(&data, example, &err), &err);
    assert_ok(stm_csv_read(&csv, example, 1 << 20, 0, &err), &err);
    for (size_t row = 0; row < csv.rows; row++)
        for (int t = 0; t < 2; t++) {
            const size_t from = row && t == 0 ? csv.rows - row : row;
            if (t == 1 && row && strcmp(stm_csv_cell(&csv, row, 0), "Imager") != 0) continue;
            for (size_t c = 0; c < stm_csv_columns(&csv, from); c++)
                stm_string_addf(&text[t], "%s%s", c ? "," : "", stm_csv_cell(&csv, from, c));
            stm_string_add(&text[t], "\n");
        }
    take(&backwards, &text[0]);
    take(&alone, &text[1]);
    run(&a, &data, 0, 100, 5);
    run(&b, &backwards, 0, 100, 5);
    assert_string_equal(b.result[0].method->name, "Imager");
    assert_true(same(&a.result[0], &b.result[1]) && same(&a.result[1], &b.result[0]));
    stm_linearity_close(&b);
    run(&b, &alone, 0, 100, 5);
    assert_true(same(&a.result[1], &b.result[0]));
    stm_linearity_close(&b);
    run(&b, &data, 0, 100, 6);
    assert_false(same(&a.result[0], &b.result[0]));
    assert_false(b.result[0].estimate[0].interval.low == a.result[0].estimate[0].interval.low);
    assert_near(b.result[0].estimate[0].interval.low / a.result[0].estimate[0].interval.low, 1, 0.02);
    stm_linearity_close(&a);
    stm_linearity_close(&b);
    stm_csv_free(&csv);
    stm_linearity_free(&data);
    stm_linearity_free(&backwards);
    stm_linearity_free(&alone);
}

static void hopeless_data_are_refused(void **state)
{
    (void)state;
    struct stm_linearity_data data;
    struct stm_linearity a;
    struct stm_error err = {0};
    struct stm_linearity_options o = {.order = 4, .draws = 50, .confidence = 0.95};
    series(&data, proportional);
    assert_fails(stm_linearity_run(&a, &data, &o, &err), &err,
                 "order 4 needs 5 dilution fractions; 'm' has 4");
    stm_linearity_close(&a);
    o.order = 0;
    for (int i = 0; i < data.method[0].n_values; i++)
        data.values[i] = 0;
    assert_fails(stm_linearity_run(&a, &data, &o, &err), &err, "all concentrations are zero");
    stm_linearity_close(&a);
    for (int i = 0; i < data.method[0].n_samples; i++) {
        data.values[3 * i] = 1;
        data.samples[i].x = 0.5;
    }
    assert_fails(stm_linearity_run(&a, &data, &o, &err), &err, "too alike for a curve of order 3");
    stm_linearity_close(&a);
    stm_linearity_free(&data);
}

/* One observation in a sample: the CV of all nine of the fraction; zeros too. */
static void lone_observations_fall_back_to_the_pooled_cv(void **state)
{
    (void)state;
    struct stm_linearity_data data;
    struct stm_linearity a;
    series(&data, rough);
    data.samples[1].n = 1;
    run(&a, &data, 0, 50, 1);
    /* the observations at 0.2 that are left */
    const double v[] = {rough(0.2, 0, 0), rough(0.2, 0, 1), rough(0.2, 0, 2), rough(0.2, 1, 0),
                        rough(0.2, 2, 0), rough(0.2, 2, 1), rough(0.2, 2, 2)};
    const struct stm_linearity_point all = stm_linearity_point_of(0.2, v, 7);
    assert_near(a.result[0].estimate[STM_LINEARITY_CV].value, all.sd / all.mean, 1e-14);
    stm_linearity_close(&a);
    stm_linearity_free(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_all_digits),
        cmocka_unit_test(proportional_data_have_no_index),
        cmocka_unit_test(curved_data_have_the_index_of_the_curve),
        cmocka_unit_test(weights_and_both_r2),
        cmocka_unit_test(the_f_test_sees_the_lossy_imager),
        cmocka_unit_test(ratios_compare_methods),
        cmocka_unit_test(same_seed_same_intervals_whatever_the_order),
        cmocka_unit_test(hopeless_data_are_refused),
        cmocka_unit_test(lone_observations_fall_back_to_the_pooled_cv),
    };
    return STM_TEST_MAIN(tests);
}
