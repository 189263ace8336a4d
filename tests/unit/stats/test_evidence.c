/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/decision.h"
#include "pipeline/stats/evidence.h"
#include "pipeline/stats/interval.h"
#include "pipeline/stats/planning.h"

#include <math.h>

enum { MANY = 2000 };

/* So many fields without excess scatter that nothing but the count matters: Clopper and Pearson, Garwood. */
static void many_even_fields_say_what_their_cells_say(void **state)
{
    (void)state;
    static double part[MANY], whole[MANY], size[MANY];
    for (int i = 0; i < MANY; i++) {
        part[i] = i % 10 != 0;
        whole[i] = size[i] = 1;
    }
    const struct stm_evidence s = stm_evidence_share(part, whole, MANY, 0, 0.95);
    const struct stm_interval cp = stm_interval_clopper_pearson(0.9 * MANY, MANY, 0.9);
    assert_near(s.value, 0.9, 1e-12);
    assert_near(stm_evidence_lower(&s, 0.95), cp.low, 5e-5);
    assert_near(stm_evidence_upper(&s, 0.95), cp.high, 5e-5);
    const struct stm_evidence r = stm_evidence_rate(whole, size, MANY, 0, 0.95);
    const struct stm_interval poisson = stm_interval_poisson(MANY, 0.9);
    assert_near(stm_evidence_lower(&r, 0.95), poisson.low / MANY, 1e-4);
    assert_near(stm_evidence_upper(&r, 0.95), poisson.high / MANY, 1e-4);
}

static void limits_and_probabilities_are_each_others_inverse(void **state)
{
    (void)state;
    static const double live[] = {40, 38, 45, 29}, all[] = {50, 44, 52, 40}, size[] = {1, 1, 1.1, 0.9};
    const struct stm_evidence e[] = {
        stm_evidence_share(live, all, 4, 0.01, 0.95), stm_evidence_rate(all, size, 4, 0.03, 0.95),
        stm_evidence_share(live, all, 4, 0, 0.95), stm_evidence_rate(all, size, 4, 0, 0.95)};
    for (int i = 0; i < 4; i++)
        for (double c = 0.6; c < 0.999; c += 0.05) {
            assert_near(stm_evidence_p_above(&e[i], stm_evidence_lower(&e[i], c)), 1 - c, 1e-9);
            assert_near(stm_evidence_p_below(&e[i], stm_evidence_upper(&e[i], c)), 1 - c, 1e-9);
            assert_near(stm_evidence_probability_below(&e[i], stm_evidence_lower(&e[i], c)), 1 - c, 1e-9);
            assert_near(stm_evidence_probability_below(&e[i], stm_evidence_upper(&e[i], c)), c, 1e-9);
        }
}

static void differing_fields_say_less(void **state)
{
    (void)state;
    static const double even[] = {45, 45, 45, 45, 45, 45}, uneven[] = {50, 50, 50, 50, 40, 30},
                        all[] = {50, 50, 50, 50, 50, 50};
    const struct stm_evidence a = stm_evidence_share(even, all, 6, 0, 0.95),
                              b = stm_evidence_share(uneven, all, 6, 0, 0.95);
    assert_near(a.value, b.value, 1e-12);
    assert_near(a.design, 1, 0);
    assert_true(b.design > 10); /* ratio estimator: 66.67 per unit^2 over 0.09 * 50 = 4.5 */
    assert_true(b.careful > b.design);
    assert_true(b.freedom < 5);
    assert_true(b.effective < a.effective / 10);
    assert_true(stm_evidence_lower(&b, 0.95) < stm_evidence_lower(&a, 0.95));
}

/* With so many cells that only the part which is alike in all fields is left. */
static void what_is_alike_in_all_fields_remains(void **state)
{
    (void)state;
    static double part[MANY], whole[MANY];
    for (int i = 0; i < MANY; i++) {
        part[i] = 900;
        whole[i] = 1000;
    }
    const struct stm_evidence e = stm_evidence_share(part, whole, MANY, 0.02, 0.95);
    assert_near(stm_evidence_standard(&e), 0.02, 1e-4);
    assert_near(stm_evidence_lower(&e, 0.95), 0.9 - 1.645 * 0.02, 0.001);
}

static void one_field_or_none_says_nothing(void **state)
{
    (void)state;
    static const double part[] = {90}, whole[] = {100}, none[] = {0, 0};
    const struct stm_evidence one = stm_evidence_share(part, whole, 1, 0, 0.95),
                              empty = stm_evidence_share(none, none, 2, 0, 0.95);
    assert_near(one.value, 0.9, 1e-12);
    assert_near(stm_evidence_lower(&one, 0.95), 0, 0);
    assert_near(stm_evidence_upper(&one, 0.95), 1, 0);
    assert_true(isnan(empty.value));
    assert_int_equal(stm_judge(&one, 0.5, INFINITY, 0.95).decision, STM_INSUFFICIENT);
    assert_int_equal(stm_judge(&empty, 0.5, INFINITY, 0.95).decision, STM_INSUFFICIENT);
    assert_true(stm_planning_units(&one, 0.5, INFINITY, 0.95, 1000) > 0);
    assert_int_equal(stm_planning_units(&empty, 0.5, INFINITY, 0.95, 1000), -1);
}

static struct stm_evidence evenly(int fields, double live, double all, double systematic)
{
    double part[64], whole[64];
    for (int i = 0; i < fields; i++) {
        part[i] = live;
        whole[i] = all;
    }
    return stm_evidence_share(part, whole, fields, systematic, 0.95);
}

static void claims_are_decided_on_both_sides(void **state)
{
    (void)state;
    const struct stm_evidence e = evenly(12, 45, 50, 0);
    assert_int_equal(stm_judge(&e, 0.80, INFINITY, 0.95).decision, STM_SUPPORTS);
    assert_int_equal(stm_judge(&e, 0.89, INFINITY, 0.95).decision, STM_INSUFFICIENT);
    assert_int_equal(stm_judge(&e, 0.95, INFINITY, 0.95).decision, STM_CONTRADICTS);
    assert_int_equal(stm_judge(&e, -INFINITY, 0.95, 0.95).decision, STM_SUPPORTS);
    assert_int_equal(stm_judge(&e, 0.85, 0.95, 0.95).decision, STM_SUPPORTS);
    assert_int_equal(stm_judge(&e, 0.88, 0.95, 0.95).decision, STM_INSUFFICIENT);
    assert_int_equal(stm_judge(&e, 0.10, 0.85, 0.95).decision, STM_CONTRADICTS);
    assert_int_equal(stm_judge(&e, -INFINITY, INFINITY, 0.95).decision, STM_INSUFFICIENT);
    const struct stm_judgement j = stm_judge(&e, 0.80, INFINITY, 0.95);
    assert_true(j.below < 0.05);
    assert_true(isnan(j.above));
}

/* A value at the guarded limit supports, one a little below it does not. */
static void the_guard_band_is_where_support_begins(void **state)
{
    (void)state;
    struct stm_evidence e = evenly(12, 45, 50, 0.01);
    const double limit = stm_judge(&e, 0.80, INFINITY, 0.95).accept_low;
    assert_true(limit > 0.80 && limit < 0.90);
    e.value = limit + 1e-6;
    assert_int_equal(stm_judge(&e, 0.80, INFINITY, 0.95).decision, STM_SUPPORTS);
    e.value = limit - 1e-6;
    assert_int_equal(stm_judge(&e, 0.80, INFINITY, 0.95).decision, STM_INSUFFICIENT);
    assert_true(isnan(stm_judge(&e, 0.9999, INFINITY, 0.95).accept_low)); /* nothing would do */
}

/* The number that is asked for decides, one less does not. */
static void more_fields_decide(void **state)
{
    (void)state;
    const struct stm_evidence e = evenly(4, 43, 50, 0);
    assert_int_equal(stm_judge(&e, 0.80, INFINITY, 0.95).decision, STM_INSUFFICIENT);
    const int more = stm_planning_units(&e, 0.80, INFINITY, 0.95, 1000);
    assert_true(more > 0 && more < 20);
    const struct stm_evidence enough = evenly(4 + more, 43, 50, 0), less = evenly(3 + more, 43, 50, 0);
    assert_int_equal(stm_judge(&enough, 0.80, INFINITY, 0.95).decision, STM_SUPPORTS);
    assert_int_equal(stm_judge(&less, 0.80, INFINITY, 0.95).decision, STM_INSUFFICIENT);
    assert_int_equal(stm_planning_units(&enough, 0.80, INFINITY, 0.95, 1000), 0);
    const struct stm_evidence biased = evenly(4, 43, 50, 0.05);
    assert_int_equal(stm_planning_units(&biased, 0.80, INFINITY, 0.95, 100000), -1);
}

static void plans_of_cells_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        double limit, seen;
        int n;
    } needed[] = {{0.7, 0.75, 255}, {0.7, 0.8, 65},   {0.7, 0.85, 40}, {0.7, 0.9, 20},
                  {0.7, 0.95, 20},  {0.8, 0.85, 200}, {0.8, 0.9, 50},  {0.8, 0.95, 30}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        assert_int_equal(stm_planning_cells(needed[i].limit, needed[i].seen, 0.95, 20, 5, 3000), needed[i].n);
    assert_int_equal(stm_planning_cells(0.8, 0.79, 0.95, 20, 5, 3000), -1);
    assert_near(stm_planning_share(0.5, 0.05, 1, 0.95), 385, 0); /* the pollster's number */
    assert_near(stm_planning_count(0.1, 2, 0.95), 769, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_even_fields_say_what_their_cells_say),
        cmocka_unit_test(limits_and_probabilities_are_each_others_inverse),
        cmocka_unit_test(differing_fields_say_less),
        cmocka_unit_test(what_is_alike_in_all_fields_remains),
        cmocka_unit_test(one_field_or_none_says_nothing),
        cmocka_unit_test(claims_are_decided_on_both_sides),
        cmocka_unit_test(the_guard_band_is_where_support_begins),
        cmocka_unit_test(more_fields_decide),
        cmocka_unit_test(plans_of_cells_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
