/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two seals held against each other: which rows changed, came or went, and in which columns. */
#include "pipeline/audit/seal.h"

#include <stdlib.h>
#include <string.h>

/* A row's digits are compared where they stand in the blocks. */
struct side {
    const char **row;
    size_t n;
    const struct stm_lines *blocks;
};

static bool is_block(const char *block, size_t *rows, size_t *columns)
{
    const size_t n = strspn(block, "0123456789abcdef");
    if (block[n] != '|' || n == 0 || n % STM_SEAL_DIGITS || n > STM_SEAL_ROWS * STM_SEAL_DIGITS) return false;
    const size_t m = strspn(block + n + 1, "0123456789abcdef");
    *rows = n / STM_SEAL_DIGITS;
    *columns = m / STM_SEAL_DIGITS;
    return block[n + 1 + m] == '\0' && m % STM_SEAL_DIGITS == 0;
}

size_t stm_seal_columns(const struct stm_lines *blocks)
{
    size_t rows, columns = 0;
    return blocks->n && is_block(blocks->line[0], &rows, &columns) ? columns : 0;
}

static bool open_side(struct side *side, const struct stm_lines *blocks, struct stm_error *err)
{
    size_t rows, columns;
    *side = (struct side){malloc((blocks->n * STM_SEAL_ROWS + 1) * sizeof *side->row), 0, blocks};
    if (!side->row || blocks->failed) return stm_fail(err, STM_NO_MEMORY, "no memory to compare seals");
    for (size_t b = 0; b < blocks->n; b++) {
        if (!is_block(blocks->line[b], &rows, &columns) || (b + 1 < blocks->n && rows != STM_SEAL_ROWS))
            return stm_fail(err, STM_BAD_INPUT, "block %zu of the seal is damaged", b + 1);
        for (size_t i = 0; i < rows; i++)
            side->row[side->n++] = blocks->line[b] + i * STM_SEAL_DIGITS;
    }
    return true;
}

static int compare(const char *a, const char *b)
{
    return memcmp(a, b, STM_SEAL_DIGITS);
}

static int by_digits(const void *a, const void *b)
{
    return compare(*(const char *const *)a, *(const char *const *)b);
}

struct diff {
    struct side then, now;
    size_t same_before, same_after;
    void (*report)(void *context, const struct stm_seal_change *change);
    void *context;
    size_t column[STM_SEAL_COLUMNS], columns; /* of the block at hand */
};

/* Columns whose digits differ in block `b`; none when the two cannot be compared. */
static void find_columns(struct diff *d, size_t b)
{
    size_t rows, columns, rows_now, columns_now;
    d->columns = 0;
    const char *const then = d->then.blocks->line[b], *const now = d->now.blocks->line[b];
    if (!is_block(then, &rows, &columns) || !is_block(now, &rows_now, &columns_now)) return;
    if (rows != rows_now || columns != columns_now) return;
    for (size_t i = 0; i < columns && i < STM_SEAL_COLUMNS; i++) {
        const size_t at = rows * STM_SEAL_DIGITS + 1 + i * STM_SEAL_DIGITS;
        if (compare(then + at, now + at) != 0) d->column[d->columns++] = i;
    }
}

static void report(const struct diff *d, int what, size_t row)
{
    d->report(d->context, &(struct stm_seal_change){what, row, d->column, d->columns});
}

static void report_altered(struct diff *d)
{
    size_t block = (size_t)-1;
    for (size_t i = 0; i < d->now.n; i++) {
        if (!compare(d->then.row[i], d->now.row[i])) continue;
        if (i / STM_SEAL_ROWS != block) find_columns(d, block = i / STM_SEAL_ROWS);
        report(d, STM_SEAL_ALTERED, i);
    }
}

static void find_ends(struct diff *d)
{
    const size_t least = d->then.n < d->now.n ? d->then.n : d->now.n;
    while (d->same_before < least && !compare(d->then.row[d->same_before], d->now.row[d->same_before]))
        d->same_before++;
    while (d->same_after < least - d->same_before &&
           !compare(d->then.row[d->then.n - 1 - d->same_after], d->now.row[d->now.n - 1 - d->same_after]))
        d->same_after++;
}

/* Rows of `a` between the equal ends that `b` does not have there. */
static void report_absent(const struct diff *d, const struct side *a, const struct side *b, int what,
                          const char **sorted)
{
    const size_t n = b->n - d->same_before - d->same_after;
    if (n) memcpy(sorted, b->row + d->same_before, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_digits);
    for (size_t i = d->same_before; i < a->n - d->same_after; i++)
        if (!n || !bsearch(&a->row[i], sorted, n, sizeof *sorted, by_digits)) report(d, what, i);
}

static bool report_moved(struct diff *d, struct stm_error *err)
{
    const size_t most = d->then.n > d->now.n ? d->then.n : d->now.n;
    const char **const sorted = malloc((most + 1) * sizeof *sorted);
    if (!sorted) return stm_fail(err, STM_NO_MEMORY, "no memory to compare seals");
    find_ends(d);
    d->columns = 0;
    report_absent(d, &d->then, &d->now, STM_SEAL_MISSING, sorted);
    report_absent(d, &d->now, &d->then, STM_SEAL_ADDED, sorted);
    free(sorted);
    return true;
}

bool stm_seal_compare(const struct stm_lines *then, const struct stm_lines *now,
                      void (*report_change)(void *context, const struct stm_seal_change *change),
                      void *context, struct stm_error *err)
{
    struct diff *const d = calloc(1, sizeof *d);
    if (!d) return stm_fail(err, STM_NO_MEMORY, "no memory to compare seals");
    d->report = report_change;
    d->context = context;
    bool good = open_side(&d->then, then, err) && open_side(&d->now, now, err);
    if (good && d->then.n == d->now.n)
        report_altered(d);
    else
        good = good && report_moved(d, err);
    free(d->then.row);
    free(d->now.row);
    free(d);
    return good;
}
