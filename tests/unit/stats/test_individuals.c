/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/individuals.h"

#include <math.h>

/* Moving ranges 2, 3, 1, 4: mean 2.5; limits 20 -+ 3 * 2.5 / 1.12838. */
static void test_limits(void **state)
{
    (void)state;
    const double v[] = {19, 21, 18, 19, 23};
    const struct stm_individuals c = stm_individuals_of(v, 5);
    assert_near(c.mean, 20, 1e-12);
    assert_near(c.range, 2.5, 1e-12);
    assert_near(c.low, 20 - 6.6467, 1e-4);
    assert_near(c.high, 20 + 6.6467, 1e-4);
    assert_false(stm_individuals_outside(&c, 23));
    assert_true(stm_individuals_outside(&c, 26.65));
    assert_true(stm_individuals_outside(&c, 13.35));
}

static void test_few(void **state)
{
    (void)state;
    const double v[] = {5};
    struct stm_individuals c = stm_individuals_of(v, 1);
    assert_near(c.mean, 5, 0);
    assert_true(isnan(c.low));
    assert_false(stm_individuals_outside(&c, 500));
    c = stm_individuals_of(NULL, 0);
    assert_true(isnan(c.mean));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits), cmocka_unit_test(test_few)};
    return STM_TEST_MAIN(tests);
}
