/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/polynomial.h"

#include <math.h>

enum { MAX_POINTS = 64 };

static double scratch[MAX_POINTS * (STM_POLYNOMIAL_ORDER + 2)];

/* Weighted fit of order 2 by hand: y = 1 + 2 x + 3 x^2 has no residuals, whatever the weights. */
static void a_polynomial_is_found_again(void **state)
{
    (void)state;
    const double x[] = {-2, 0, 1, 5, 7}, w[] = {1, 10, 0.1, 3, 2};
    double y[5];
    struct stm_polynomial p;
    for (int i = 0; i < 5; i++)
        y[i] = 1 + 2 * x[i] + 3 * x[i] * x[i];
    assert_true(stm_polynomial_scratch(5, 2) <= sizeof scratch / sizeof *scratch);
    assert_true(stm_polynomial_fit(&p, x, y, w, 5, 2, scratch));
    for (int i = -30; i <= 90; i++)
        assert_near(stm_polynomial_at(&p, 0.1 * i), 1 + 0.2 * i + 0.03 * i * i, 1e-11);
}

/* Two points at 0 with weights 1 and 3, one at 1: the mean at 0 is 0.75 * 8 + 0.25 * 4 = 7. */
static void weights_decide_between_points(void **state)
{
    (void)state;
    const double x[] = {0, 0, 1}, y[] = {4, 8, 2}, w[] = {1, 3, 5};
    struct stm_polynomial p;
    assert_true(stm_polynomial_fit(&p, x, y, w, 3, 1, scratch));
    assert_near(stm_polynomial_at(&p, 0), 7, 1e-14);
    assert_near(stm_polynomial_at(&p, 1), 2, 1e-14);
    assert_true(stm_polynomial_fit(&p, x, y, w, 3, 0, scratch));
    assert_near(stm_polynomial_at(&p, 9), (4 + 24 + 10) / 9.0, 1e-14);
}

/* Order 13 through 14 equidistant points, of three samples each: powers of x would have a condition number of
 * 1e11 here, and its square in the normal equations. */
static void high_orders_lose_no_digits(void **state)
{
    (void)state;
    double x[42], y[42], w[42];
    struct stm_polynomial p;
    for (int i = 0; i < 42; i++) {
        x[i] = (i / 3 + 1) / 14.0;
        w[i] = 1 / x[i];
        y[i] = (i / 3 % 2 ? 1e6 : 9e5) * x[i] + 1e4 * (i % 3 - 1);
    }
    assert_true(stm_polynomial_fit(&p, x, y, w, 42, 13, scratch));
    for (int i = 1; i < 42; i += 3) /* the middle one of three is their mean */
        assert_near(stm_polynomial_at(&p, x[i]), y[i], 1e-6);
}

static void too_few_places_are_refused(void **state)
{
    (void)state;
    const double x[] = {1, 1, 2, 2, 2}, y[] = {1, 2, 3, 4, 5}, w[] = {1, 1, 1, 1, 1};
    struct stm_polynomial p;
    assert_true(stm_polynomial_fit(&p, x, y, w, 5, 1, scratch));
    assert_false(stm_polynomial_fit(&p, x, y, w, 5, 2, scratch));
    assert_false(stm_polynomial_fit(&p, x, y, w, 2, 1, scratch));
    assert_true(stm_polynomial_fit(&p, x, y, w, 2, 0, scratch));
    assert_false(stm_polynomial_fit(&p, x, y, w, 0, 0, scratch));
    assert_false(stm_polynomial_fit(&p, x, y, w, 5, STM_POLYNOMIAL_ORDER + 1, scratch));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_polynomial_is_found_again),
        cmocka_unit_test(weights_decide_between_points),
        cmocka_unit_test(high_orders_lose_no_digits),
        cmocka_unit_test(too_few_places_are_refused),
    };
    return STM_TEST_MAIN(tests);
}
