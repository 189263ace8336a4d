/* A file too large for memory, row by row, as its bytes are. */
#ifndef STM_CORE_ROWS_H
#define STM_CORE_ROWS_H

#include "pipeline/core/error.h"

#include <stddef.h>

enum {
    STM_ROW_BYTES = 1 << 28, /* of the longest row that is read */
    STM_ROW_PIECE = 1 << 16
};

/* What ends a row: a line end, a line end outside of quotes, or STM_ROW_PIECE bytes. */
enum stm_row_kind { STM_ROWS_LINES, STM_ROWS_QUOTED, STM_ROWS_PIECES };

struct stm_rows;

/* On failure *rows is NULL. */
bool stm_rows_open(struct stm_rows **rows, const char *path, enum stm_row_kind kind, struct stm_error *err);
void stm_rows_close(struct stm_rows **rows); /* sets it to NULL; an empty one is fine */

/* The next row with its line end; valid until the next call. *n = 0 at the end of the file. */
bool stm_rows_next(struct stm_rows *rows, const char **row, size_t *n, struct stm_error *err);

/* Bytes of a cell, quotes included. */
struct stm_cell {
    const char *text;
    size_t n;
};

/* The cells of a row without its line end; returns how many there are, also when that is more than `room`. */
size_t stm_row_cells(const char *row, size_t n, struct stm_cell *cells, size_t room);

/* The cell's text without quotes; false when it does not fit. */
bool stm_cell_text(const struct stm_cell *cell, char *out, size_t size);

#endif
