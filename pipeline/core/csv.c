/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing cells, and looking into tables; csv_read.c reads them. */
#include "pipeline/core/csv.h"

#include <stdlib.h>
#include <string.h>

static bool looks_like_formula(const char *text)
{
    double number;
    if (!text[0] || !strchr("=+-@\t\r\n", text[0])) return false;
    return !(text[1] == '\0' && strchr("+-", text[0])) && !stm_text_to_double(text, &number);
}

void stm_csv_text(struct stm_string *out, const char *text)
{
    const size_t n = strlen(text);
    const bool guard = looks_like_formula(text);
    const bool edge = n > 0 && (text[0] == ' ' || text[n - 1] == ' ');
    if (n == strcspn(text, ",\"\r\n") && !edge) {
        if (guard) stm_string_add_n(out, "'", 1);
        stm_string_add_utf8(out, text, n);
        return;
    }
    stm_string_add(out, guard ? "\"'" : "\"");
    for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
        stm_string_add_utf8(out, text, (size_t)(quote - text));
        stm_string_add_n(out, "\"\"", 2);
    }
    stm_string_add_utf8(out, text, strlen(text));
    stm_string_add_n(out, "\"", 1);
}

void stm_csv_row(struct stm_string *out, int n, const char *const *cells)
{
    for (int i = 0; i < n; i++) {
        if (i) stm_string_add_n(out, ",", 1);
        stm_csv_text(out, cells[i]);
    }
    stm_string_add_n(out, "\n", 1);
}

size_t stm_csv_columns(const struct stm_csv *csv, size_t row)
{
    return row < csv->rows ? csv->first[row + 1] - csv->first[row] : 0;
}

const char *stm_csv_cell(const struct stm_csv *csv, size_t row, size_t column)
{
    return column < stm_csv_columns(csv, row) ? csv->data + csv->cell[csv->first[row] + column] : "";
}

/* Equal but for case and surrounding spaces. */
static bool is_called(const char *cell, const char *name)
{
    char word[256];
    cell += strspn(cell, " \t");
    if (!stm_text_copy(word, sizeof word, cell)) return false;
    for (size_t n = strlen(word); n > 0 && (word[n - 1] == ' ' || word[n - 1] == '\t'); n--)
        word[n - 1] = '\0';
    return !stm_text_casecmp(word, name);
}

int stm_csv_find(const struct stm_csv *csv, size_t row, const char *name)
{
    const size_t n = stm_csv_columns(csv, row);
    for (size_t i = 0; i < n; i++)
        if (is_called(stm_csv_cell(csv, row, i), name)) return (int)i;
    return -1;
}

void stm_csv_free(struct stm_csv *csv)
{
    free(csv->data);
    free(csv->cell);
    free(csv->first);
    free(csv->line);
    *csv = (struct stm_csv){0};
}
