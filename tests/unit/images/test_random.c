/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/random.h"

#include <math.h>

enum { N = 40000 };

/* Mean, variance and skewness of N draws. */
struct moments {
    double mean, variance, skewness;
};

static struct moments moments_of(double (*draw)(struct stm_random *, double), double argument)
{
    struct stm_random r = stm_random_from(7);
    static double x[N];
    struct moments m = {0};
    for (int i = 0; i < N; i++)
        m.mean += (x[i] = draw(&r, argument)) / N;
    for (int i = 0; i < N; i++)
        m.variance += (x[i] - m.mean) * (x[i] - m.mean) / N;
    for (int i = 0; i < N; i++)
        m.skewness += pow((x[i] - m.mean) / sqrt(m.variance), 3) / N;
    return m;
}

static double normal(struct stm_random *r, double unused)
{
    (void)unused;
    return stm_random_normal(r);
}

static void normal_numbers_have_their_moments(void **state)
{
    (void)state;
    const struct moments m = moments_of(normal, 0);
    assert_near(m.mean, 0, 0.02); /* four standard errors: 4 / sqrt(N) */
    assert_near(m.variance, 1, 0.03);
    assert_near(m.skewness, 0, 0.05);
}

static void poisson_numbers_have_their_moments(void **state)
{
    (void)state;
    static const double means[] = {0.3, 4, 29, 31, 1000};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        const struct moments m = moments_of(stm_random_poisson, means[i]);
        assert_near(m.mean, means[i], 4 * sqrt(means[i] / N));
        assert_near(m.variance / means[i], 1, 0.05);
        assert_near(m.skewness, 1 / sqrt(means[i]), 0.1);
    }
    struct stm_random r = stm_random_from(1);
    assert_true(stm_random_poisson(&r, 0) == 0 && stm_random_poisson(&r, -5) == 0);
}

static void whole_numbers_are_even(void **state)
{
    (void)state;
    struct stm_random r = stm_random_from(3);
    int count[7] = {0};
    for (int i = 0; i < N; i++)
        count[stm_random_below(&r, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_near(count[i], N / 7.0, 4 * sqrt(N / 7.0));
}

static double spread(struct stm_random *r, double cv)
{
    return stm_random_spread(r, cv);
}

static void spreads_have_their_variation(void **state)
{
    (void)state;
    const struct moments m = moments_of(spread, 0.2);
    assert_near(sqrt(m.variance) / m.mean, 0.2, 0.01);
    assert_near(m.mean, sqrt(1.04), 0.01);
}

/* The numbers themselves are part of the contract: samples are made from them. */
static void numbers_never_change(void **state)
{
    (void)state;
    struct stm_random r = stm_random_from(stm_seed_text(stm_seed(1, 2), "site"));
    assert_int_equal(stm_random_bits(&r), 0xb250448cb8448041u);
    assert_true(stm_random_real(&r) == 0x1.d4b82d1662dacp-3);
    assert_true(stm_random_normal(&r) == 0x1.297530bb8da44p-4);
    assert_true(stm_random_poisson(&r, 5) == 0x1.8p+1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_numbers_have_their_moments),
        cmocka_unit_test(poisson_numbers_have_their_moments),
        cmocka_unit_test(whole_numbers_are_even),
        cmocka_unit_test(spreads_have_their_variation),
        cmocka_unit_test(numbers_never_change),
    };
    return STM_TEST_MAIN(tests);
}
