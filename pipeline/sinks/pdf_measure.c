/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which results are shown, and how. */
#include "pipeline/sinks/pdf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int companion(const struct stm_columns *columns, int i, const char *suffix)
{
    char name[STM_COLUMN_NAME + 16];
    snprintf(name, sizeof name, "%s%s", columns->column[i].name, suffix);
    return stm_columns_find(columns, name);
}

/* X_Low beside an X belongs to X. */
static bool is_companion(const struct stm_columns *columns, int i)
{
    static const char *const suffixes[] = {"_Low", "_High", "_WithRejected"};
    char name[STM_COLUMN_NAME];
    stm_text_copy(name, sizeof name, columns->column[i].name);
    for (size_t s = 0; s < sizeof suffixes / sizeof *suffixes; s++)
        if (stm_text_ends_with(name, suffixes[s])) {
            name[strlen(name) - strlen(suffixes[s])] = '\0';
            return stm_columns_find(columns, name) >= 0;
        }
    return false;
}

void stm_pdf_title(char *out, size_t size, const char *name, const char *unit)
{
    char text[STM_COLUMN_NAME], end[32];
    stm_text_copy(text, sizeof text, name);
    snprintf(end, sizeof end, "_%.16s", unit);
    if (unit[0] && stm_text_ends_with(text, end)) text[strlen(text) - strlen(end)] = '\0';
    for (char *p = text; *p; p++)
        if (*p == '_') *p = ' ';
    snprintf(out, size, unit[0] ? "%.60s (%.12s)" : "%.60s", text, unit);
}

int stm_pdf_measure_at(const struct stm_pdf_report *r, int column, struct stm_pdf_measure *m)
{
    const struct stm_columns *const columns = r->info->well_columns;
    *m = (struct stm_pdf_measure){.column = column,
                                  .low = companion(columns, column, "_Low"),
                                  .high = companion(columns, column, "_High"),
                                  .with_rejected = companion(columns, column, "_WithRejected"),
                                  .about = columns->column[column].measure};
    stm_pdf_title(m->title, sizeof m->title, columns->column[column].name, m->about->unit);
    return is_companion(columns, column) ? -1 : column;
}

static int rank(const struct stm_pdf_report *r, const struct stm_pdf_measure *m)
{
    const char *const name = r->info->well_columns->column[m->column].name;
    if (r->info->default_measure && !strcmp(name, r->info->default_measure)) return 0;
    return m->low >= 0 ? 1 : !strncmp(name, "Count", 5) ? 2 : 3;
}

static bool has_values(const struct stm_pdf_report *r, int column)
{
    for (int i = 0; i < r->n_wells; i++)
        if (isfinite(r->wells[i].values[column])) return true;
    return false;
}

void stm_pdf_choose_measures(struct stm_pdf_report *r)
{
    for (int wanted = 0; wanted < 4; wanted++)
        for (int i = 0; i < r->info->well_columns->n && r->n_measures < STM_PDF_MEASURES; i++) {
            struct stm_pdf_measure m;
            if (stm_pdf_measure_at(r, i, &m) >= 0 && rank(r, &m) == wanted && has_values(r, i) &&
                (wanted < 3 || r->n_measures < 2))
                r->measure[r->n_measures++] = m;
        }
}

const char *stm_pdf_value(char *out, size_t size, const struct stm_pdf_measure *m, const double *values)
{
    char value[48], low[48], high[48];
    const int decimals = m->about->decimals;
    if (!isfinite(values[m->column])) {
        stm_text_copy(out, size, "\xe2\x80\x93");
        return out;
    }
    stm_text_number(value, sizeof value, values[m->column], decimals);
    if (m->low < 0 || m->high < 0 || !isfinite(values[m->low]) || !isfinite(values[m->high])) {
        stm_text_copy(out, size, value);
        return out;
    }
    stm_text_number(low, sizeof low, values[m->low], decimals);
    stm_text_number(high, sizeof high, values[m->high], decimals);
    snprintf(out, size, "%s (%s\xe2\x80\x93%s)", value, low, high);
    return out;
}
