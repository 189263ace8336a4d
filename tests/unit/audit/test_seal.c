/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/audit/seal.h"

#include <stdlib.h>

enum { COLUMNS = 5 };
static struct stm_error err;

static void keep(void *context, const char *block)
{
    stm_lines_add(context, block);
}

/* A table of numbers, cell (r, c) = r * 10 + c, with up to two cells altered and rows [cut, cut + n) left
 * out. */
struct table {
    int rows, cut, n_cut, altered[2][2];
};

static struct stm_lines seal(struct table t)
{
    struct stm_lines blocks = {0};
    struct stm_sealer s;
    char text[COLUMNS][32];
    assert_ok(stm_sealer_begin(&s, COLUMNS, keep, &blocks, &err), &err);
    for (int r = 0; r < t.rows; r++) {
        struct stm_cell cell[COLUMNS];
        if (r >= t.cut && r < t.cut + t.n_cut) continue;
        for (int c = 0; c < COLUMNS; c++) {
            bool other = false;
            for (int i = 0; i < 2; i++)
                other |= t.altered[i][0] == r && t.altered[i][1] == c;
            const int n = snprintf(text[c], sizeof text[c], "%d%s", r * 10 + c, other ? "x" : "");
            cell[c] = (struct stm_cell){text[c], (size_t)n};
        }
        stm_sealer_row(&s, cell, COLUMNS);
    }
    assert_ok(stm_sealer_end(&s, &err), &err);
    return blocks;
}

static char found[4096];

static void note(void *context, const struct stm_seal_change *change)
{
    (void)context;
    const size_t n = strlen(found);
    snprintf(found + n, sizeof found - n, "%c%zu", "~-+"[change->what], change -> row);
    for (size_t i = 0; i < change->columns; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), ".%zu", change->column[i]);
    strncat(found, " ", sizeof found - strlen(found) - 1);
}

static void expect(struct table then, struct table now, const char *changes)
{
    struct stm_lines a = seal(then), b = seal(now);
    found[0] = '\0';
    assert_ok(stm_seal_compare(&a, &b, note, NULL, &err), &err);
    assert_string_equal(found, changes);
    stm_lines_free(&a);
    stm_lines_free(&b);
}

#define NONE                                                                                                 \
    {                                                                                                        \
        {-1, -1},                                                                                            \
        {                                                                                                    \
            -1, -1                                                                                           \
        }                                                                                                    \
    }

static void test_fields(void **state)
{
    (void)state;
    const struct table whole = {.rows = 1000, .altered = NONE};
    expect(whole, whole, "");
    expect(whole, (struct table){1000, 0, 0, {{3, 2}, {-1, -1}}}, "~3.2 ");
    expect(whole, (struct table){1000, 0, 0, {{0, 0}, {999, 4}}}, "~0.0 ~999.4 ");
    /* in one block the columns are candidates, in two they are not */
    expect(whole, (struct table){1000, 0, 0, {{300, 1}, {301, 3}}}, "~300.1.3 ~301.1.3 ");
    expect(whole, (struct table){1000, 0, 0, {{255, 1}, {256, 3}}}, "~255.1 ~256.3 ");
}

static void test_rows(void **state)
{
    (void)state;
    const struct table whole = {.rows = 600, .altered = NONE}, less = {600, 255, 2, NONE},
                       empty = {.rows = 0, .altered = NONE};
    expect(whole, less, "-255 -256 ");
    expect(less, whole, "+255 +256 ");
    expect(whole, (struct table){600, 10, 1, {{20, 1}, {-1, -1}}}, "-10 -20 +19 ");
    expect(empty, (struct table){.rows = 1, .altered = NONE}, "+0 ");
    expect(empty, empty, "");
}

/* No byte passes for the border of two cells. */
static void test_borders(void **state)
{
    (void)state;
    static const struct stm_cell rows[][2] = {{{"a", 1}, {"b", 1}},
                                              {{"ab", 2}, {"", 0}},
                                              {{"a\x1f"
                                                "b",
                                                3},
                                               {"", 0}}};
    struct stm_lines blocks = {0};
    struct stm_sealer s;
    for (size_t i = 0; i < 3; i++)
        for (size_t n = 1; n <= 2; n++) {
            assert_ok(stm_sealer_begin(&s, 0, keep, &blocks, &err), &err);
            stm_sealer_row(&s, rows[i], n);
            assert_ok(stm_sealer_end(&s, &err), &err);
        }
    const size_t n = blocks.n;
    stm_lines_sort(&blocks);
    assert_int_equal(blocks.n, n); /* all six differ */
    stm_lines_free(&blocks);
}

static void test_damaged(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "|",
                                      "0123|",
                                      "0123456789abcdef",
                                      "0123456789abcdeF|",
                                      "0123456789abcdef|0",
                                      "0123456789abcdef|0123456789abcdef "};
    struct stm_lines good = seal((struct table){.rows = 3, .altered = NONE});
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct stm_lines blocks = {0};
        stm_lines_add(&blocks, bad[i]);
        assert_fails(stm_seal_compare(&blocks, &good, note, NULL, &err), &err, "damaged");
        stm_lines_free(&blocks);
    }
    assert_int_equal(stm_seal_columns(&good), COLUMNS);
    stm_lines_free(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_borders),
        cmocka_unit_test(test_damaged),
    };
    return STM_TEST_MAIN(tests);
}
