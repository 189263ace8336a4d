/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/param.h"

static const char *const methods[] = {"otsu", "local", NULL};
struct knobs {
    double sigma_um;
    int minimum;
    bool strict;
    int method;
    char pattern[STM_PARAM_TEXT];
};
static const struct stm_param rows[] = {
    STM_REAL(knobs, sigma_um, "um", 0.1, 50, 1.2, "smoothing"),
    STM_INT(knobs, minimum, "px", 0, 100, 7, "smallest"),
    STM_BOOL(knobs, strict, false, "stop at the first"),
    STM_CHOICE(knobs, method, methods, 1, "how"),
    STM_TEXT(knobs, pattern, "*", "which files"),
    {0},
};

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct knobs a, b;
    struct stm_error err;
    char text[STM_PARAM_TEXT];
    stm_param_defaults(rows, &a);
    for (const struct stm_param *row = rows; row->name; row++)
        assert_true(stm_param_is_default(row, &a));
    assert_ok(stm_param_set(rows, &a, "sigma_um", "0.1", &err), &err);
    assert_ok(stm_param_set(rows, &a, "minimum", "12", &err), &err);
    assert_ok(stm_param_set(rows, &a, "strict", "ON", &err), &err);
    assert_ok(stm_param_set(rows, &a, "method", "otsu", &err), &err);
    assert_ok(stm_param_set(rows, &a, "pattern", "x*.tif", &err), &err);
    stm_param_defaults(rows, &b);
    for (const struct stm_param *row = rows; row->name; row++) {
        assert_false(stm_param_is_default(row, &a));
        assert_ok(stm_param_set(rows, &b, row->name, stm_param_get(row, &a, text, sizeof text), &err), &err);
    }
    assert_true(a.sigma_um == b.sigma_um && a.minimum == b.minimum && b.strict && b.method == 0);
    assert_string_equal(b.pattern, "x*.tif");
}

static void refusals_say_what_is_allowed(void **state)
{
    (void)state;
    struct knobs a;
    struct stm_error err;
    stm_param_defaults(rows, &a);
    assert_fails(stm_param_set(rows, &a, "sigma_um", "51", &err), &err, "0.1 to 50 um");
    assert_fails(stm_param_set(rows, &a, "sigma_um", "nan", &err), &err, "0.1 to 50 um");
    assert_fails(stm_param_set(rows, &a, "minimum", "1.5", &err), &err, "0 to 100");
    assert_fails(stm_param_set(rows, &a, "strict", "maybe", &err), &err, "yes | no");
    assert_fails(stm_param_set(rows, &a, "method", "magic", &err), &err, "otsu | local");
    assert_fails(stm_param_set(rows, &a, "sigma", "1", &err), &err, "did you mean 'sigma_um'");
    assert_true(a.sigma_um == 1.2 && a.minimum == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_written_reads_back),
                                       cmocka_unit_test(refusals_say_what_is_allowed)};
    return STM_TEST_MAIN(tests);
}
