/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/exact.h"

#include <math.h>

static void functions_agree_with_the_library(void **state)
{
    (void)state;
    for (int i = -2000; i <= 2000; i++) {
        const double x = i * 0.173;
        assert_near(stm_exact_exp(x) / exp(x), 1, 4e-16);
        assert_near(stm_exact_log(exp(x)), x, 3e-16 * (1 + fabs(x)));
        assert_near(stm_exact_direction(x).c, cos(6.283185307179586 * (x - floor(x))), 4e-15);
        assert_near(stm_exact_direction(x).s, sin(6.283185307179586 * (x - floor(x))), 4e-15);
    }
    assert_near(stm_exact_pow(2, 0.5), sqrt(2), 4e-16);
}

static void ends_are_defined(void **state)
{
    (void)state;
    assert_true(stm_exact_exp(-1e9) == 0);
    assert_true(isfinite(stm_exact_exp(1e9)));
    assert_true(stm_exact_exp(0) == 1 && stm_exact_log(1) == 0);
    assert_true(stm_exact_direction(0.25).s == 1 && stm_exact_direction(-0.5).c == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_agree_with_the_library),
        cmocka_unit_test(ends_are_defined),
    };
    return STM_TEST_MAIN(tests);
}
