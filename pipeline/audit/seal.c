/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/seal.h"

#include <stdlib.h>
#include <string.h>

bool stm_sealer_begin(struct stm_sealer *s, size_t columns, void (*emit)(void *, const char *), void *context,
                      struct stm_error *err)
{
    if (columns > STM_SEAL_COLUMNS) columns = 0;
    *s = (struct stm_sealer){.columns = columns, .emit = emit, .context = context};
    if (columns && !(s->column = malloc(columns * sizeof *s->column)))
        return stm_fail(err, STM_NO_MEMORY, "no memory to seal %zu columns", columns);
    for (size_t i = 0; i < columns; i++)
        stm_sha256_begin(&s->column[i]);
    return true;
}

static void add_digits(struct stm_string *out, struct stm_sha256 *sum)
{
    char hex[STM_SHA256_HEX];
    stm_sha256_end(sum, hex);
    stm_string_add_n(out, hex, STM_SEAL_DIGITS);
}

static void end_block(struct stm_sealer *s)
{
    stm_string_add(&s->block, "|");
    for (size_t i = 0; i < s->columns; i++) {
        add_digits(&s->block, &s->column[i]);
        stm_sha256_begin(&s->column[i]);
    }
    if (!s->block.failed) s->emit(s->context, s->block.text);
    s->block.length = 0;
    s->rows = 0;
}

enum { LENGTH = 8 };

static void put_length(unsigned char *to, size_t n)
{
    for (int i = 0; i < LENGTH; i++)
        to[i] = (unsigned char)((uint64_t)n >> (8 * i));
}

void stm_seal_add(struct stm_sha256 *sum, const struct stm_cell *cell)
{
    unsigned char length[LENGTH];
    put_length(length, cell->n);
    stm_sha256_add(sum, length, sizeof length);
    if (cell->n) stm_sha256_add(sum, cell->text, cell->n);
}

/* The same to a row and to a column; short cells, which nearly all are, in one piece. */
static void add_twice(struct stm_sha256 *row, struct stm_sha256 *column, const struct stm_cell *cell)
{
    unsigned char piece[64];
    if (cell->n > sizeof piece - LENGTH) {
        stm_seal_add(row, cell);
        if (column) stm_seal_add(column, cell);
        return;
    }
    put_length(piece, cell->n);
    if (cell->n) memcpy(piece + LENGTH, cell->text, cell->n);
    stm_sha256_add(row, piece, LENGTH + cell->n);
    if (column) stm_sha256_add(column, piece, LENGTH + cell->n);
}

void stm_sealer_row(struct stm_sealer *s, const struct stm_cell *cells, size_t n)
{
    struct stm_sha256 row;
    stm_sha256_begin(&row);
    for (size_t i = 0; i < n; i++) {
        const size_t column = i < s->columns ? i : s->columns - 1;
        add_twice(&row, s->columns ? &s->column[column] : NULL, &cells[i]);
    }
    add_digits(&s->block, &row);
    if (++s->rows == STM_SEAL_ROWS) end_block(s);
}

bool stm_sealer_end(struct stm_sealer *s, struct stm_error *err)
{
    if (s->rows) end_block(s);
    const bool good = !s->block.failed || stm_fail(err, STM_NO_MEMORY, "no memory for a seal");
    free(s->column);
    stm_string_free(&s->block);
    return good;
}

static const char *const kind_names[STM_SEAL_KINDS] = {"table", "lines", "bytes"};

const char *stm_seal_kind_name(enum stm_seal_kind kind)
{
    return kind_names[kind];
}

enum stm_seal_kind stm_seal_kind_called(const char *name)
{
    int i = 0;
    while (i < STM_SEAL_KINDS && strcmp(kind_names[i], name) != 0)
        i++;
    return (enum stm_seal_kind)i;
}

enum stm_seal_kind stm_seal_kind_of(const char *path)
{
    static const char *const texts[] = {".json", ".html", ".txt", ".ini", ".svg", ".log", ".xml"};
    if (stm_text_ends_with(path, ".csv")) return STM_SEAL_TABLE;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (stm_text_ends_with(path, texts[i])) return STM_SEAL_LINES;
    return STM_SEAL_BYTES;
}

static void seal_cells(struct stm_sealer *s, const char *row, size_t n, struct stm_cell *cells, size_t room)
{
    const size_t found = stm_row_cells(row, n, cells, room);
    stm_sealer_row(s, cells, found < room ? found : room);
}

static bool seal_rows(struct stm_rows *rows, enum stm_seal_kind kind, size_t columns, struct stm_sealer *s,
                      void (*emit)(void *, const char *), void *context, struct stm_error *err)
{
    const char *row;
    size_t n;
    struct stm_cell *const cells = malloc(STM_SEAL_COLUMNS * sizeof *cells);
    bool good = cells || stm_fail(err, STM_NO_MEMORY, "no memory to seal a file");
    good = good && stm_rows_next(rows, &row, &n, err);
    if (good && kind == STM_SEAL_TABLE && !columns) columns = stm_row_cells(row, n, cells, 0);
    if (kind != STM_SEAL_TABLE) columns = 0;
    good = good && stm_sealer_begin(s, columns, emit, context, err);
    while (good && n) {
        if (kind == STM_SEAL_TABLE)
            seal_cells(s, row, n, cells, STM_SEAL_COLUMNS);
        else
            stm_sealer_row(s, &(struct stm_cell){row, n}, 1);
        good = stm_rows_next(rows, &row, &n, err);
    }
    free(cells);
    return good;
}

bool stm_seal_file(const char *path, enum stm_seal_kind kind, size_t columns,
                   void (*emit)(void *, const char *), void *context, struct stm_error *err)
{
    struct stm_rows *rows;
    struct stm_sealer s = {0};
    const enum stm_row_kind by = kind == STM_SEAL_BYTES ? STM_ROWS_PIECES : STM_ROWS_LINES;
    if (!stm_rows_open(&rows, path, by, err)) return false;
    bool good = seal_rows(rows, kind, columns, &s, emit, context, err);
    good = stm_sealer_end(&s, err) && good;
    stm_rows_close(&rows);
    return good || stm_fail_file(err, path);
}
