/* cmocka with the headers it needs before it, and our own checks on top. Every test file includes this first.
 */
#ifndef STM_ASSERT_H
#define STM_ASSERT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/core/error.h"

#include <stdio.h>
#include <string.h>

/* The call succeeds; prints the error otherwise. */
#define assert_ok(call, err)                                                                                 \
    do {                                                                                                     \
        if (!(call)) fail_msg("%s failed: %s: %s", #call, (err)->where, (err)->message);                     \
    } while (0)

/* The call fails with a sentence that contains `words`. */
#define assert_fails(call, err, words)                                                                       \
    do {                                                                                                     \
        assert_false(call);                                                                                  \
        if (!strstr((err)->message, words)) fail_msg("message '%s' lacks '%s'", (err)->message, words);      \
    } while (0)

/* |a - b| <= tolerance */
#define assert_near(a, b, tolerance)                                                                         \
    do {                                                                                                     \
        const double stm_a = (a), stm_b = (b), stm_d = stm_a > stm_b ? stm_a - stm_b : stm_b - stm_a;        \
        if (!(stm_d <= (tolerance))) fail_msg("%s = %.9g, expected %.9g", #a, stm_a, stm_b);                 \
    } while (0)

#define STM_TEST_MAIN(tests) cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL)

#endif
