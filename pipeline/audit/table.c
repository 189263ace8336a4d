/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/table.h"

#include "pipeline/core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool stm_table_next(struct stm_table *t, bool *row, struct stm_error *err)
{
    if (!stm_rows_next(t->rows, &t->bytes, &t->n, err)) return false;
    *row = t->n > 0;
    t->cells = stm_row_cells(t->bytes, t->n, t->cell, STM_TABLE_COLUMNS);
    return t->cells <= STM_TABLE_COLUMNS ||
           stm_fail(err, STM_BAD_INPUT, "a row has more than %d cells", STM_TABLE_COLUMNS);
}

bool stm_table_text(const struct stm_table *t, size_t i, char *text, size_t size, struct stm_error *err)
{
    text[0] = '\0';
    if (i < t->cells && !stm_cell_text(&t->cell[i], text, size))
        return stm_fail(err, STM_BAD_INPUT, "a cell has more than %zu bytes", size - 1);
    if (text[0] == '\'' && text[1] && strchr("=+-@\t\r\n", text[1])) memmove(text, text + 1, strlen(text));
    return true;
}

bool stm_table_text_of(const struct stm_table *t, const char *column, char *text, size_t size,
                       struct stm_error *err)
{
    return stm_table_text(t, stm_table_find(t, column), text, size, err);
}

double stm_table_number(const struct stm_table *t, size_t column)
{
    char text[400];
    struct stm_error ignored;
    double value;
    const bool good = stm_table_text(t, column, text, sizeof text, &ignored) && text[0];
    return good && stm_text_to_double(text, &value) ? value : NAN;
}

size_t stm_table_find(const struct stm_table *t, const char *name)
{
    size_t i = 0;
    while (i < t->heads && strcmp(t->head[i], name) != 0)
        i++;
    return i < t->heads ? i : STM_TABLE_COLUMNS;
}

static bool read_head(struct stm_table *t, struct stm_error *err)
{
    bool row;
    if (!stm_table_next(t, &row, err)) return false;
    t->heads = t->cells;
    t->head = calloc(t->heads + 1, sizeof *t->head);
    if (!t->head) return stm_fail(err, STM_NO_MEMORY, "no memory for a header");
    for (size_t i = 0; i < t->heads; i++)
        if (!stm_table_text(t, i, t->head[i], sizeof t->head[i], err)) return false;
    return true;
}

bool stm_table_open(struct stm_table **table, const char *path, struct stm_error *err)
{
    struct stm_table *const t = calloc(1, sizeof *t);
    *table = t;
    if (!t) return stm_fail(err, STM_NO_MEMORY, "no memory to read a table");
    if (stm_rows_open(&t->rows, path, STM_ROWS_QUOTED, err) && read_head(t, err)) return true;
    stm_table_close(table);
    return stm_fail_file(err, path);
}

void stm_table_close(struct stm_table **table)
{
    if (!*table) return;
    stm_rows_close(&(*table)->rows);
    free((*table)->head);
    free(*table);
    *table = NULL;
}
