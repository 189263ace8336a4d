/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/core/csv.h"

#include <stdlib.h>

static const char *written(const char *text)
{
    static struct stm_string out;
    stm_string_free(&out);
    stm_csv_text(&out, text);
    return out.text ? out.text : "";
}

static void cells_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    assert_string_equal(written("plain text"), "plain text");
    assert_string_equal(written(""), "");
    assert_string_equal(written("a,b"), "\"a,b\"");
    assert_string_equal(written("say \"hi\""), "\"say \"\"hi\"\"\"");
    assert_string_equal(written("two\nlines"), "\"two\nlines\"");
    assert_string_equal(written("cr\rhere"), "\"cr\rhere\"");
    assert_string_equal(written(" edge"), "\" edge\"");
    assert_string_equal(written("\xFF"), "\xEF\xBF\xBD");
}

static void formulas_are_disarmed(void **state)
{
    (void)state;
    assert_string_equal(written("=1+1"), "'=1+1");
    assert_string_equal(written("+cmd|' /C calc'!A0"), "'+cmd|' /C calc'!A0");
    assert_string_equal(written("-2+3"), "'-2+3");
    assert_string_equal(written("@SUM(A1)"), "'@SUM(A1)");
    assert_string_equal(written("\tx"), "'\tx");
    assert_string_equal(written("=A1,\"x\""), "\"'=A1,\"\"x\"\"\"");
    assert_string_equal(written("-"), "-"); /* a well that is none */
    assert_string_equal(written("-0.5"), "-0.5");
    assert_string_equal(written("a=b"), "a=b");
}

/* "a|b;c" for two rows, the first with two cells. */
static const char *parsed(const char *text, char separator)
{
    static char out[1024];
    struct stm_csv csv;
    struct stm_error err = {0};
    assert_ok(stm_csv_parse(&csv, strdup(text), strlen(text), separator, &err), &err);
    out[0] = '\0';
    for (size_t r = 0; r < csv.rows; r++) {
        if (r) strcat(out, ";");
        for (size_t c = 0; c < stm_csv_columns(&csv, r); c++) {
            if (c) strcat(out, "|");
            strcat(out, stm_csv_cell(&csv, r, c));
        }
    }
    stm_csv_free(&csv);
    return out;
}

static void tables_are_rows_of_cells(void **state)
{
    (void)state;
    assert_string_equal(parsed("a,b\nc,d\n", ','), "a|b;c|d");
    assert_string_equal(parsed("a,b\r\nc,d", ','), "a|b;c|d");
    assert_string_equal(parsed("a\rb", ','), "a;b");
    assert_string_equal(parsed("a,\n,b\n,", ','), "a|;|b;|");
    assert_string_equal(parsed("a\n\nb\n", ','), "a;;b");
    assert_string_equal(parsed("", ','), "");
    assert_string_equal(parsed("\"x,y\",\"q\"\"q\"\n\"two\nlines\",\"\"\n", ','), "x,y|q\"q;two\nlines|");
    assert_string_equal(parsed("a;b,c\n", ';'), "a|b,c");
    assert_string_equal(parsed("it\"s,fine\n", ','), "it\"s|fine");
}

static void separators_are_found(void **state)
{
    (void)state;
    assert_string_equal(parsed("a;b;\"c,,,,\"\n1,5;2;3", 0), "a|b|c,,,,;1,5|2|3");
    assert_string_equal(parsed("a\tb\n", 0), "a|b");
    assert_string_equal(parsed("alone\n", 0), "alone");
}

static void byte_order_marks_are_understood(void **state)
{
    (void)state;
    assert_string_equal(parsed("\xEF\xBB\xBF"
                               "a,b\n",
                               0),
                        "a|b");
    static const char little[] =
        "\xFF\xFE"
        "a\0,\0\xB5\0\n\0\x3D\xD8\x2C\xDE\x00\xDC"; /* "a,µ" and U+1F62C, a lone surrogate */
    static const char big[] = "\xFE\xFF\0a\0,\0b";
    struct stm_csv csv;
    struct stm_error err = {0};
    char *copy = malloc(sizeof little);
    assert_non_null(copy);
    memcpy(copy, little, sizeof little);
    assert_ok(stm_csv_parse(&csv, copy, sizeof little - 1, 0, &err), &err);
    assert_string_equal(stm_csv_cell(&csv, 0, 1), "\xC2\xB5");
    assert_string_equal(stm_csv_cell(&csv, 1, 0), "\xF0\x9F\x98\xAC\xEF\xBF\xBD");
    stm_csv_free(&csv);
    copy = malloc(sizeof big);
    assert_non_null(copy);
    memcpy(copy, big, sizeof big);
    assert_ok(stm_csv_parse(&csv, copy, sizeof big - 1, 0, &err), &err);
    assert_string_equal(stm_csv_cell(&csv, 0, 1), "b");
    stm_csv_free(&csv);
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    struct stm_csv csv;
    struct stm_error err = {0};
    static const char text[] = "Block,x\n\nSample ID, Viability (%) ,Dilution\nS1,91.5\n";
    assert_ok(stm_csv_parse(&csv, strdup(text), sizeof text - 1, 0, &err), &err);
    assert_int_equal(stm_csv_find(&csv, 2, "viability (%)"), 1);
    assert_int_equal(stm_csv_find(&csv, 2, "Viab"), -1);
    assert_int_equal(stm_csv_find(&csv, 99, "x"), -1);
    assert_int_equal(csv.line[3], 4);
    assert_string_equal(stm_csv_cell(&csv, 3, 1), "91.5");
    assert_string_equal(stm_csv_cell(&csv, 3, 2), "");
    assert_string_equal(stm_csv_cell(&csv, 99, 0), "");
    stm_csv_free(&csv);
}

static void damage_is_said_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        size_t n;
    } cases[] = {
        {"a\nb,\"c\nd", "line 2: a quote is not closed", 8},
        {"\"a\"b\n", "line 1: text stands between a closing quote", 5},
        {"\"a\nb\",\"c\"d\n", "line 2: text stands between", 11},
        {"a\0b", "byte 2 is a zero", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stm_csv csv;
        struct stm_error err = {0};
        char *const copy = malloc(cases[i].n + 1);
        assert_non_null(copy);
        memcpy(copy, cases[i].text, cases[i].n + 1);
        assert_fails(stm_csv_parse(&csv, copy, cases[i].n, ',', &err), &err, cases[i].words);
        assert_int_equal(err.status, STM_BAD_INPUT);
        stm_csv_free(&csv);
    }
}

static uint32_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return (uint32_t)(*x >> 32);
}

/* Whatever is written reads back. The first byte is never one that a formula begins with. */
static void what_is_written_reads_back(void **state)
{
    (void)state;
    static const char letters[] = "ab,\"\n\r;\t =-";
    uint64_t seed = 20261120;
    for (int round = 0; round < 300; round++) {
        struct stm_string out = {0};
        char cell[20][4][12];
        for (int r = 0; r < 20; r++) {
            const char *cells[4];
            for (int c = 0; c < 4; c++) {
                char *const t = cell[r][c];
                const uint32_t n = next(&seed) % 11;
                for (uint32_t i = 0; i < n; i++)
                    t[i] = i ? letters[next(&seed) % (sizeof letters - 1)] : 'x';
                t[n] = '\0';
                cells[c] = t;
            }
            stm_csv_row(&out, 4, cells);
        }
        struct stm_csv csv;
        struct stm_error err = {0};
        assert_ok(stm_csv_parse(&csv, out.text, out.length, ',', &err), &err);
        assert_int_equal(csv.rows, 20);
        for (int r = 0; r < 20; r++)
            for (int c = 0; c < 4; c++)
                assert_string_equal(stm_csv_cell(&csv, (size_t)r, (size_t)c), cell[r][c]);
        stm_csv_free(&csv);
    }
}

/* No bytes crash it, and none are read beyond the end. */
static void any_bytes_are_a_table_or_an_error(void **state)
{
    (void)state;
    static const char letters[] = ",\"\n\ra\xFF\xFE\xEF\xBB";
    uint64_t seed = 7;
    int tables = 0, errors = 0;
    for (int round = 0; round < 3000; round++) {
        const size_t n = next(&seed) % 40;
        char *const data = malloc(n + 1);
        assert_non_null(data);
        for (size_t i = 0; i < n; i++)
            data[i] = letters[next(&seed) % (sizeof letters - 1)];
        data[n] = '\0';
        struct stm_csv csv;
        struct stm_error err = {0};
        if (stm_csv_parse(&csv, data, n, 0, &err))
            tables++;
        else
            errors++;
        assert_true(csv.n_cells <= n + 1 && csv.rows <= n + 1);
        stm_csv_free(&csv);
    }
    assert_true(tables > 100 && errors > 100);
}

static void files_have_a_limit(void **state)
{
    (void)state;
    char *const folder = stm_tmpdir_create();
    char path[512];
    struct stm_csv csv;
    struct stm_error err = {0};
    stm_tmpdir_write(folder, "t.csv", "a,b\n1,\"2\n");
    snprintf(path, sizeof path, "%s/t.csv", folder);
    assert_fails(stm_csv_read(&csv, path, 100, 0, &err), &err, "line 2: a quote is not closed");
    assert_string_equal(err.file, path);
    stm_csv_free(&csv);
    assert_fails(stm_csv_read(&csv, path, 5, 0, &err), &err, "has more than 5 bytes");
    stm_csv_free(&csv);
    stm_tmpdir_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_where_they_must_be),
        cmocka_unit_test(formulas_are_disarmed),
        cmocka_unit_test(tables_are_rows_of_cells),
        cmocka_unit_test(separators_are_found),
        cmocka_unit_test(byte_order_marks_are_understood),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(damage_is_said_with_its_line),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(any_bytes_are_a_table_or_an_error),
        cmocka_unit_test(files_have_a_limit),
    };
    return STM_TEST_MAIN(tests);
}
