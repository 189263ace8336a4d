/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/rows.h"
#include "tests/support/tmpdir.h"

static struct stm_error err;

/* Opens directory/table.csv with this text. */
static struct stm_rows *rows_of(const char *directory, const char *text, enum stm_row_kind kind)
{
    char path[4096];
    struct stm_rows *rows;
    stm_tmpdir_write(directory, "table.csv", text);
    snprintf(path, sizeof path, "%s/table.csv", directory);
    assert_ok(stm_rows_open(&rows, path, kind, &err), &err);
    return rows;
}

static void expect(struct stm_rows *rows, const char *text)
{
    const char *row;
    size_t n;
    assert_ok(stm_rows_next(rows, &row, &n, &err), &err);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(row, text, n);
}

static void test_lines(void **state)
{
    (void)state;
    char *const directory = stm_tmpdir_create();
    struct stm_rows *rows = rows_of(directory, "a,\"b\nc\"\n\nlast", STM_ROWS_LINES);
    expect(rows, "a,\"b\n");
    expect(rows, "c\"\n");
    expect(rows, "\n");
    expect(rows, "last");
    expect(rows, "");
    expect(rows, "");
    stm_rows_close(&rows);
    rows = rows_of(directory, "a,\"b\nc\"\"\n\"\nlast\n", STM_ROWS_QUOTED);
    expect(rows, "a,\"b\nc\"\"\n\"\n");
    expect(rows, "last\n");
    expect(rows, "");
    stm_rows_close(&rows);
    stm_tmpdir_remove(directory);
}

/* Longer than any buffer, and in pieces. */
static void test_long(void **state)
{
    (void)state;
    enum { N = 5 * STM_ROW_PIECE + 7 };
    static char text[N + 3];
    char *const directory = stm_tmpdir_create();
    const char *row;
    size_t n, sum = 0;
    memset(text, 'x', N);
    text[N] = '\n';
    text[N + 1] = 'y';
    struct stm_rows *rows = rows_of(directory, text, STM_ROWS_LINES);
    assert_ok(stm_rows_next(rows, &row, &n, &err), &err);
    assert_int_equal(n, N + 1);
    expect(rows, "y");
    stm_rows_close(&rows);
    rows = rows_of(directory, text, STM_ROWS_PIECES);
    for (int i = 0; i < 5; i++, sum += n) {
        assert_ok(stm_rows_next(rows, &row, &n, &err), &err);
        assert_int_equal(n, STM_ROW_PIECE);
    }
    assert_ok(stm_rows_next(rows, &row, &n, &err), &err);
    assert_int_equal(sum + n, N + 2);
    expect(rows, "");
    stm_rows_close(&rows);
    stm_tmpdir_remove(directory);
}

static void test_cells(void **state)
{
    (void)state;
    static const char row[] = "a,,\"x,\"\"y\"\"\", b \r\n";
    struct stm_cell cell[3];
    char text[16];
    assert_int_equal(stm_row_cells(row, sizeof row - 1, cell, 3), 4);
    assert_true(stm_cell_text(&cell[0], text, sizeof text));
    assert_string_equal(text, "a");
    assert_true(stm_cell_text(&cell[1], text, sizeof text));
    assert_string_equal(text, "");
    assert_true(stm_cell_text(&cell[2], text, sizeof text));
    assert_string_equal(text, "x,\"y\"");
    assert_false(stm_cell_text(&cell[2], text, 5));
    assert_int_equal(stm_row_cells("", 0, cell, 3), 1);
    assert_int_equal(cell[0].n, 0);
}

static void test_missing(void **state)
{
    (void)state;
    struct stm_rows *rows;
    assert_fails(stm_rows_open(&rows, "/nowhere/at/all", STM_ROWS_LINES, &err), &err, "cannot be read");
    assert_null(rows);
    stm_rows_close(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_missing),
    };
    return STM_TEST_MAIN(tests);
}
