/* Well names: letters for the row, a number for the column, up to 1536 wells (AF48). */
#ifndef STM_WELLNAME_H
#define STM_WELLNAME_H

#include <stdbool.h>
#include <stddef.h>

enum { STM_WELL_ROWS = 32, STM_WELL_COLUMNS = 48, STM_WELL_TEXT = 8 };

/* Reads "A1", "a01", " A01 ", "AF48", "A002" from the first `n` bytes into 0-based row and column. False when
 * it is anything else. */
bool stm_wellname_parse(const char *text, size_t n, int *row, int *col);

/* The row alone: letters ("B", "AF") or its 1-based number ("02"). False when it is neither. */
bool stm_wellname_parse_row(const char *text, size_t n, int *row);

/* "B03" for row 1, column 2; "-" when either is out of range. */
void stm_wellname_text(char out[STM_WELL_TEXT], int row, int col);

#endif
