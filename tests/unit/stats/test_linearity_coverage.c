/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often 95 % intervals hold the truth, on simulated dilution series. With an argument, more series and
 * the numbers of docs/linearity.md. */
#include "tests/support/stm_assert.h"

#include "images/dilution.h"
#include "pipeline/stats/linearity.h"

#include <stdlib.h>

/* A counter without loss whose tubes scatter, whose counts scatter, and both; then one with a loss. */
static const struct {
    const char *what;
    struct stm_dilution_counter counter;
    double tube_cv;
} worlds[] = {
    {"tubes scatter by 5 %, counts by 1 %", {"a", 1, 0, 0.01}, 0.05},
    {"tubes scatter by 3 %, counts by 5 %", {"a", 1, 0, 0.05}, 0.03},
    {"tubes scatter by 1 %, counts by 5 %", {"a", 1, 0, 0.05}, 0.01},
    {"15 % of the densest are lost, all scatter by 1 %", {"a", 1, 0.15, 0.01}, 0.01},
};
enum { LOSSY = 3, WORLDS = sizeof worlds / sizeof *worlds };

struct tally {
    int series, b1, pi, ratio, bent;
};

static void analyse(struct stm_linearity *a, struct stm_linearity_data *data, int world, uint64_t seed,
                    int draws, double scatter)
{
    struct stm_dilution_counter counters[] = {worlds[world].counter, {"b", 1, 0, 0.02}, {0}};
    counters[0].spread_cv *= scatter;
    const struct stm_dilution_recipe recipe = {seed, 1e6, 0.005 * scatter, worlds[world].tube_cv * scatter, 5,
                                               3,    3,   counters};
    const struct stm_linearity_options options = {.draws = draws, .seed = seed, .confidence = 0.95};
    struct stm_string text = {0};
    struct stm_csv csv;
    struct stm_error err = {0};
    stm_dilution_csv(&text, &recipe);
    assert_ok(stm_csv_parse(&csv, text.text, text.length, ',', &err), &err);
    assert_ok(stm_linearity_take(data, &csv, &err), &err);
    assert_ok(stm_linearity_run(a, data, &options, &err), &err);
}

static bool holds(const struct stm_linearity_estimate *e, double truth)
{
    return e->interval.low <= truth && truth <= e->interval.high;
}

/* Truth of the lossy world: slope and index without scatter. */
static void truth_of(int world, double *b1, double *pi)
{
    struct stm_linearity a;
    struct stm_linearity_data data;
    analyse(&a, &data, world, 1, 50, 0);
    *b1 = a.result[0].estimate[STM_LINEARITY_B1].value;
    *pi = a.result[0].estimate[STM_LINEARITY_SSE_SCALED].value;
    stm_linearity_close(&a);
    stm_linearity_free(&data);
}

static struct tally tally(int world, int series, int draws)
{
    struct tally t = {.series = series};
    double b1, pi;
    truth_of(world, &b1, &pi);
    for (int i = 0; i < series; i++) {
        struct stm_linearity a;
        struct stm_linearity_data data;
        analyse(&a, &data, world, 1000u + (unsigned)i, draws, 1);
        t.b1 += holds(&a.result[0].estimate[STM_LINEARITY_B1], b1);
        t.pi += holds(&a.result[0].estimate[STM_LINEARITY_SSE_SCALED], pi);
        t.bent += a.result[0].departure.p < 0.05;
        t.ratio += holds(&a.ratio[0].estimate[0], b1 / 1e6);
        stm_linearity_close(&a);
        stm_linearity_free(&data);
    }
    return t;
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    for (int w = 0; w < WORLDS; w++) {
        const struct tally t = tally(w, 150, 100);
        assert_in_range(t.b1, 150 * 82 / 100, 150);
        assert_in_range(t.ratio, 150 * 82 / 100, 150);
        if (w == LOSSY) assert_in_range(t.pi, 150 * 82 / 100, 150);
        assert_in_range(t.bent, w == LOSSY ? 148 : 1, w == LOSSY ? 150 : 150 * 14 / 100); /* 5 % by chance */
    }
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        (void)argv;
        for (int w = 0; w < WORLDS; w++) {
            const struct tally t = tally(w, 1000, 200);
            printf("%s: b1 %.1f %%, ratio of b1 %.1f %%, PI %.1f %%, bent %.1f %%\n", worlds[w].what,
                   100.0 * t.b1 / t.series, 100.0 * t.ratio / t.series, 100.0 * t.pi / t.series,
                   100.0 * t.bent / t.series);
        }
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(intervals_hold_the_truth)};
    return STM_TEST_MAIN(tests);
}
