/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/split.h"

#include <math.h>

/* n values spread evenly over [low, high] on the logarithmic scale. */
static void add_many(struct stm_split *s, double low, double high, int n)
{
    for (int i = 0; i < n; i++)
        stm_split_add(s, low * pow(high / low, (i + 0.5) / n));
}

static void bins_begin_at_eighths_of_an_octave(void **state)
{
    (void)state;
    struct stm_split s = {0};
    stm_split_add(&s, 1);
    stm_split_add(&s, 1.0905);
    stm_split_add(&s, 1.0906);
    stm_split_add(&s, 0.99999);
    stm_split_add(&s, 1.0 / 64);
    stm_split_add(&s, 255.99);
    assert_true(s.bin[48] == 2 && s.bin[49] == 1 && s.bin[47] == 1);
    assert_true(s.bin[0] == 1 && s.bin[STM_SPLIT_BINS - 1] == 1 && s.n == 6);
}

static void outermost_bins_take_the_rest(void **state)
{
    (void)state;
    struct stm_split s = {0};
    const double outside[] = {0, -1, 1e-9, -INFINITY, 256, INFINITY};
    for (int i = 0; i < 6; i++)
        stm_split_add(&s, outside[i]);
    stm_split_add(&s, NAN);
    assert_true(s.n == 6 && s.bin[0] == 4 && s.bin[STM_SPLIT_BINS - 1] == 2);
}

static void one_population_keeps_the_default(void **state)
{
    (void)state;
    struct stm_split none = {0}, live = {0}, dead = {0};
    add_many(&live, 0.02, 0.3, 5000);
    add_many(&dead, 3, 40, 5000);
    const struct stm_split *all[] = {&none, &live, &dead};
    for (int i = 0; i < 3; i++) {
        const struct stm_cut cut = stm_split_cut(all[i]);
        assert_true(cut.at == 1 && cut.reason == STM_CUT_ONE && cut.doubt == 0);
    }
}

static void a_gap_that_holds_the_default_keeps_it(void **state)
{
    (void)state;
    struct stm_split s = {0};
    add_many(&s, 0.02, 0.4, 3000);
    add_many(&s, 2, 20, 300);
    assert_true(stm_split_cut(&s).at == 1);
}

/* Live nuclei reach beyond 1 because their own stain bleeds through. */
static void a_gap_above_the_default_is_found(void **state)
{
    (void)state;
    struct stm_split s = {0};
    add_many(&s, 0.05, 1.2, 5000);
    add_many(&s, 5, 30, 200);
    const struct stm_cut cut = stm_split_cut(&s);
    assert_true(cut.reason == STM_CUT_GAP && cut.at > 1.2 && cut.at < 4 && cut.doubt <= 5);
}

/* A camera's large offset makes all signals small. */
static void a_gap_below_the_default_is_found(void **state)
{
    (void)state;
    struct stm_split s = {0};
    add_many(&s, 0.01, 0.08, 4000);
    add_many(&s, 0.3, 3, 1000);
    const struct stm_cut cut = stm_split_cut(&s);
    assert_true(cut.reason == STM_CUT_GAP && cut.at > 0.08 && cut.at < 0.35);
}

/* The gap is looked for between populations, not beyond the last of them. */
static void emptiness_outside_is_no_gap(void **state)
{
    (void)state;
    struct stm_split s = {0};
    add_many(&s, 0.01, 0.5, 3000);
    add_many(&s, 0.9, 4, 1000);
    const struct stm_cut cut = stm_split_cut(&s);
    assert_true(cut.at > 0.5 && cut.at < 1);
}

static void one_population_across_the_default_is_not_cut(void **state)
{
    (void)state;
    struct stm_split bleeding = {0}, weak = {0};
    add_many(&bleeding, 0.1, 1.7, 3000);
    add_many(&weak, 0.7, 8, 3000);
    assert_true(stm_split_cut(&bleeding).reason == STM_CUT_POPULATION);
    assert_true(stm_split_cut(&bleeding).at > 1.6);
    assert_true(stm_split_cut(&weak).reason == STM_CUT_POPULATION);
    assert_true(stm_split_cut(&weak).at < 0.75);
}

static void a_few_stragglers_do_not_move_it(void **state)
{
    (void)state;
    struct stm_split s = {0};
    add_many(&s, 0.02, 0.4, 900);
    add_many(&s, 3, 20, 90);
    add_many(&s, 0.8, 1.25, 2);
    assert_int_equal(stm_split_cut(&s).reason, STM_CUT_ONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_begin_at_eighths_of_an_octave),
        cmocka_unit_test(outermost_bins_take_the_rest),
        cmocka_unit_test(one_population_keeps_the_default),
        cmocka_unit_test(a_gap_that_holds_the_default_keeps_it),
        cmocka_unit_test(a_gap_above_the_default_is_found),
        cmocka_unit_test(a_gap_below_the_default_is_found),
        cmocka_unit_test(emptiness_outside_is_no_gap),
        cmocka_unit_test(one_population_across_the_default_is_not_cut),
        cmocka_unit_test(a_few_stragglers_do_not_move_it),
    };
    return STM_TEST_MAIN(tests);
}
