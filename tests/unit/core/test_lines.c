/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/lines.h"

static void lines_are_sorted_once_each(void **state)
{
    (void)state;
    struct stm_lines lines = {0};
    for (int i = 99; i >= 0; i--)
        stm_lines_addf(&lines, "%02d", i / 2);
    stm_lines_sort(&lines);
    assert_false(lines.failed);
    assert_int_equal(lines.n, 50);
    assert_string_equal(lines.line[0], "00");
    assert_string_equal(lines.line[49], "49");
    stm_lines_free(&lines);
    assert_null(lines.line);
}

static void an_empty_list_is_a_list(void **state)
{
    (void)state;
    struct stm_lines lines = {0};
    stm_lines_sort(&lines);
    assert_int_equal(lines.n, 0);
    stm_lines_free(&lines);
    stm_lines_add(&lines, "");
    assert_string_equal(lines.line[0], "");
    stm_lines_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_sorted_once_each),
        cmocka_unit_test(an_empty_list_is_a_list),
    };
    return STM_TEST_MAIN(tests);
}
