/* CSV (RFC 4180): cells written safely, tables read with a limit. */
#ifndef STM_CORE_CSV_H
#define STM_CORE_CSV_H

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

#include <stddef.h>
#include <stdint.h>

/* One cell of text: quoted where it must be, what is not UTF-8 replaced. Text that a spreadsheet would take
 * for a formula (it begins with = + - @, a tab or a line end, and is neither a number nor a lone sign) gets
 * an apostrophe in front. */
void stm_csv_text(struct stm_string *out, const char *text);

/* `n` cells of text with commas between them, and the line end. */
void stm_csv_row(struct stm_string *out, int n, const char *const *cells);

/* A table that was read. Cells are NUL-ended text in `data`; rows may have different lengths, and an empty
 * line is a row without cells. Read-only once parsed: any number of threads may look. */
struct stm_csv {
    char *data;
    uint32_t *cell;  /* where each cell begins in data */
    uint32_t *first; /* rows + 1 entries: index of each row's first cell */
    uint32_t *line;  /* line of the file on which a row begins, from 1 */
    size_t rows, n_cells, cell_capacity, row_capacity;
};

/* Reads a file of at most `limit` bytes (UTF-8, or UTF-16 with a byte order mark). `separator` 0: the one of
 * comma, semicolon and tab that is most frequent in the first line. Free with stm_csv_free, also after a
 * failure. */
bool stm_csv_read(struct stm_csv *csv, const char *path, size_t limit, char separator, struct stm_error *err);

/* The same for `n` bytes in memory followed by a NUL, which the table takes over. */
bool stm_csv_parse(struct stm_csv *csv, char *data, size_t n, char separator, struct stm_error *err);
void stm_csv_free(struct stm_csv *csv);

/* Cells of a row; "" where there is none. Never NULL. */
size_t stm_csv_columns(const struct stm_csv *csv, size_t row);
const char *stm_csv_cell(const struct stm_csv *csv, size_t row, size_t column);

/* The column whose cell in `row` is `name` (case and surrounding spaces ignored), -1 when there is none. */
int stm_csv_find(const struct stm_csv *csv, size_t row, const char *name);

#endif
