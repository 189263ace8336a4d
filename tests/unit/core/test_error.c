/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

static void errors_grow_outwards(void **state)
{
    (void)state;
    struct stm_error err;
    char text[1024];
    assert_false(
        stm_fail(&err, STM_BAD_INPUT, "image is %d x %d, the plate is %d x %d", 1020, 1024, 1024, 1024));
    stm_fail_in(&err, "stage %s", "load");
    stm_fail_in(&err, "well B03");
    stm_fail_file(&err, "B03_w1.tif");
    stm_fail_file(&err, "later.tif");
    stm_error_text(&err, text, sizeof text);
    assert_string_equal(text,
                        "B03_w1.tif: well B03, stage load: image is 1020 x 1024, the plate is 1024 x 1024");
    assert_int_equal(err.status, STM_BAD_INPUT);
}

static void long_contexts_are_cut_not_overrun(void **state)
{
    (void)state;
    struct stm_error err;
    stm_fail(&err, STM_IO, "x");
    for (int i = 0; i < 100; i++)
        stm_fail_in(&err, "a rather long context number %d", i);
    assert_true(strlen(err.where) == sizeof err.where - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(errors_grow_outwards),
                                       cmocka_unit_test(long_contexts_are_cut_not_overrun)};
    return STM_TEST_MAIN(tests);
}
