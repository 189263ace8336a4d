/* A table of a report, row by row, with its columns by name. */
#ifndef STM_AUDIT_TABLE_H
#define STM_AUDIT_TABLE_H

#include "pipeline/core/rows.h"
#include "pipeline/record.h"

enum { STM_TABLE_COLUMNS = 4096, STM_TABLE_CELL = 4096 };

struct stm_table {
    struct stm_rows *rows;
    struct stm_cell cell[STM_TABLE_COLUMNS]; /* of the row at hand */
    size_t cells;
    char (*head)[STM_COLUMN_NAME];
    size_t heads;
    const char *bytes; /* the row as it is in the file */
    size_t n;
};

/* On failure there is nothing to close. */
bool stm_table_open(struct stm_table **table, const char *path, struct stm_error *err);
void stm_table_close(struct stm_table **table);

/* *row: whether there was one more. The header counts as read. */
bool stm_table_next(struct stm_table *table, bool *row, struct stm_error *err);

/* Index of the column, STM_TABLE_COLUMNS when there is none. */
size_t stm_table_find(const struct stm_table *table, const char *name);

/* Text of a cell, "" when the row has not so many: without quotes, and without the apostrophe that keeps
 * spreadsheets from running it. */
bool stm_table_text(const struct stm_table *table, size_t column, char *text, size_t size,
                    struct stm_error *err);
bool stm_table_text_of(const struct stm_table *table, const char *column, char *text, size_t size,
                       struct stm_error *err);
/* The cell as a number, NaN when it is empty or none. */
double stm_table_number(const struct stm_table *table, size_t column);

#endif
