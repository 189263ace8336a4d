/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/wellname.h"

static void spellings_of_a_well_are_one_well(void **state)
{
    (void)state;
    static const char *const spellings[] = {"A1", "a1", "A01", " a01 ", "A001", " A1"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        int row = -1, col = -1;
        assert_true(stm_wellname_parse(spellings[i], strlen(spellings[i]), &row, &col));
        assert_int_equal(row, 0);
        assert_int_equal(col, 0);
    }
}

static void every_well_of_1536_reads_back(void **state)
{
    (void)state;
    for (int row = 0; row < STM_WELL_ROWS; row++)
        for (int col = 0; col < STM_WELL_COLUMNS; col++) {
            char text[STM_WELL_TEXT];
            int r = -1, c = -1;
            stm_wellname_text(text, row, col);
            assert_true(stm_wellname_parse(text, strlen(text), &r, &c));
            assert_int_equal(r, row);
            assert_int_equal(c, col);
        }
    char last[STM_WELL_TEXT];
    stm_wellname_text(last, 31, 47);
    assert_string_equal(last, "AF48");
}

static void other_text_is_no_well(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    "A",   "1",   "A0",  "A49",   "AG1", "AAA1",
                                        "A1B", "1A1", "A-1", "A 1", "A0001", "ä1",  "A1\n"};
    int row, col;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (stm_wellname_parse(wrong[i], strlen(wrong[i]), &row, &col))
            fail_msg("'%s' read as a well", wrong[i]);
    char none[STM_WELL_TEXT];
    stm_wellname_text(none, -1, 3);
    assert_string_equal(none, "-");
}

static void rows_are_letters_or_numbers(void **state)
{
    (void)state;
    int row;
    assert_true(stm_wellname_parse_row("02", 2, &row) && row == 1);
    assert_true(stm_wellname_parse_row("b", 1, &row) && row == 1);
    assert_true(stm_wellname_parse_row("AF", 2, &row) && row == 31);
    assert_false(stm_wellname_parse_row("33", 2, &row) || stm_wellname_parse_row("0", 1, &row) ||
                 stm_wellname_parse_row("AG", 2, &row) || stm_wellname_parse_row("", 0, &row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_of_a_well_are_one_well),
        cmocka_unit_test(every_well_of_1536_reads_back),
        cmocka_unit_test(other_text_is_no_well),
        cmocka_unit_test(rows_are_letters_or_numbers),
    };
    return STM_TEST_MAIN(tests);
}
