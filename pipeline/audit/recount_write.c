/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables once more, with the cells replaced that the reviewer's classes change. */
#include "pipeline/audit/recount_private.h"

#include "pipeline/audit/table.h"
#include "pipeline/audit/tree.h"
#include "pipeline/core/csv.h"
#include "pipeline/core/file.h"
#include "pipeline/core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER = 340 }; /* the largest double has 309 digits */

/* The row at hand with some cells replaced. */
struct rewriter {
    const struct stm_recount_state *state;
    struct stm_table *table;
    struct stm_file *file;
    char *replaced[STM_TABLE_COLUMNS]; /* NULL = as it is */
    struct stm_error *err;
};

static bool replace(struct rewriter *w, size_t column, const char *text)
{
    if (column >= STM_TABLE_COLUMNS) return true;
    free(w->replaced[column]);
    w->replaced[column] = strdup(text);
    return w->replaced[column] || stm_fail(w->err, STM_NO_MEMORY, "no memory for a cell");
}

static bool write_row(struct rewriter *w)
{
    struct stm_string row = {0};
    for (size_t i = 0; i < w->table->cells; i++) {
        if (i) stm_string_add(&row, ",");
        if (w->replaced[i])
            stm_csv_text(&row, w->replaced[i]);
        else if (w->table->cell[i].n)
            stm_string_add_n(&row, w->table->cell[i].text, w->table->cell[i].n);
        free(w->replaced[i]);
        w->replaced[i] = NULL;
    }
    stm_string_add(&row, "\n");
    const bool good = row.failed ? stm_fail(w->err, STM_NO_MEMORY, "no memory for a row")
                                 : stm_file_write(w->file, row.text, row.length, w->err);
    stm_string_free(&row);
    return good;
}

/* What is printed must be what was counted from the printed objects; the last digit may differ, as medians of
 * rounded numbers may. */
static bool reproduces(struct rewriter *w, size_t column, double counted, int decimals)
{
    const double printed = stm_table_number(w->table, column);
    double digit = 1;
    for (int i = 0; i < decimals; i++)
        digit /= 10;
    if ((isnan(printed) && isnan(counted)) || fabs(printed - counted) <= 1.5 * digit) return true;
    return stm_fail(
        w->err, STM_UNSUPPORTED,
        "%s is %.*f, but %.*f when it is counted from objects.csv: these numbers cannot be had again, so "
        "nothing is overridden",
        w->table->head[column], decimals, printed, decimals, counted);
}

/* Columns whose printed value differs with the reviewer's classes. */
static bool replace_columns(struct rewriter *w, const struct stm_columns *columns, const double *before,
                            const double *after, const char *name)
{
    char was[NUMBER], is[NUMBER];
    for (int i = 0; i < columns->n; i++) {
        const int decimals = columns->column[i].measure->decimals;
        const size_t at = stm_table_find(w->table, columns->column[i].name);
        if (at == STM_TABLE_COLUMNS)
            return stm_fail(w->err, STM_BAD_INPUT, "the table has no column %s", columns->column[i].name);
        if (!reproduces(w, at, before[i], decimals)) return false;
        stm_text_number(was, sizeof was, before[i], decimals);
        stm_text_number(is, sizeof is, after[i], decimals);
        if (!strcmp(was, is)) continue;
        if (!stm_table_text(w->table, at, was, sizeof was, w->err)) return false;
        if (name) stm_lines_addf(w->state->changes, "%s %s: %s -> %s", name, w->table->head[at], was, is);
        if (!replace(w, at, is)) return false;
    }
    return true;
}

static bool rewrite_image(struct rewriter *w)
{
    const double image = stm_table_number(w->table, stm_table_find(w->table, "ImageNumber"));
    for (size_t i = 0; i < w->state->n_fields; i++) {
        const struct stm_recount_field *const f = &w->state->field[i];
        if ((double)f->image == image && f->row.verdict != STM_VERDICT_FAILED &&
            !replace_columns(w, &w->state->plan.site_columns, f->before, f->after, NULL))
            return stm_fail_in(w->err, "image %ld", f->image);
    }
    return write_row(w);
}

static bool replace_verdict(struct rewriter *w, const struct stm_recount_well *well)
{
    const struct stm_well_row *const a = &well->row_before, *const b = &well->row_after;
    return (a->verdict == b->verdict ||
            replace(w, stm_table_find(w->table, "Status"), stm_verdict_name(b->verdict))) &&
           (!strcmp(a->reason, b->reason) || replace(w, stm_table_find(w->table, "Reason"), b->reason));
}

static bool rewrite_well(struct rewriter *w)
{
    char plate[STM_NAME], name[8];
    if (!stm_table_text_of(w->table, "Metadata_Plate", plate, sizeof plate, w->err) ||
        !stm_table_text_of(w->table, "Metadata_Well", name, sizeof name, w->err))
        return false;
    for (size_t i = 0; i < w->state->n_wells; i++) {
        const struct stm_recount_well *const well = &w->state->well[i];
        if (strcmp(well->plate, plate) != 0 || strcmp(well->well, name) != 0) continue;
        if (!replace_columns(w, &w->state->plan.well_columns, well->before, well->after, name) ||
            !replace_verdict(w, well))
            return stm_fail_in(w->err, "well %s", name);
    }
    return write_row(w);
}

static bool rewrite_object(struct rewriter *w)
{
    const double image = stm_table_number(w->table, stm_table_find(w->table, "ImageNumber")),
                 number = stm_table_number(w->table, stm_table_find(w->table, "ObjectNumber"));
    if (!(image >= 0 && image < 1e9 && number >= 0 && number < 1e9)) return true;
    const struct stm_recount_object *const o = stm_recount_find(w->state, (long)image, (long)number);
    if (!o) return true;
    return replace(w, stm_table_find(w->table, "Class"), stm_class_name(o->class)) && write_row(w);
}

static bool rewrite_rows(struct rewriter *w, bool (*rewrite)(struct rewriter *))
{
    bool row = true, good = write_row(w); /* the header */
    while (good && (good = stm_table_next(w->table, &row, w->err)) && row)
        good = rewrite(w);
    return good;
}

static bool rewrite_table(const struct stm_recount_state *state, const char *name,
                          bool (*rewrite)(struct rewriter *), struct stm_error *err)
{
    char path[STM_PATH], to[STM_PATH];
    struct rewriter *const w = calloc(1, sizeof *w);
    if (!w) return stm_fail(err, STM_NO_MEMORY, "no memory to write a table");
    w->state = state;
    w->err = err;
    bool good = stm_tree_path(path, state->directory, name, err) &&
                stm_tree_path(to, state->folder, name, err) && stm_table_open(&w->table, path, err) &&
                stm_file_create(&w->file, to, err) && rewrite_rows(w, rewrite) &&
                stm_file_commit(&w->file, err);
    stm_file_discard(&w->file);
    stm_table_close(&w->table);
    for (size_t i = 0; i < STM_TABLE_COLUMNS; i++)
        free(w->replaced[i]);
    free(w);
    return good || stm_fail_in(err, "%s", name);
}

bool stm_recount_write(const struct stm_recount_state *state, struct stm_error *err)
{
    return rewrite_table(state, "wells.csv", rewrite_well, err) &&
           rewrite_table(state, "images.csv", rewrite_image, err) &&
           rewrite_table(state, "objects.csv", rewrite_object, err) &&
           (!state->changes->failed || stm_fail(err, STM_NO_MEMORY, "no memory to list the changes"));
}
