/* SPDX-License-Identifier: GPL-2.0-or-later */
/* First page of report.pdf: title, main results, what needs a look; later the table of wells. */
#include "pipeline/sinks/pdf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct stm_pdf_font muted = {.size = 8, .colour = STM_PDF_GREY};

static int measured(const struct stm_pdf_report *r)
{
    int n = 0;
    for (int i = 0; i < r->n_wells; i++)
        n += r->wells[i].verdict < STM_VERDICT_REJECTED;
    return n;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* "median 64.4, wells range from 14.3 to 100.0 %", or the value of the only well. */
static void put_result(struct stm_page *page, const struct stm_pdf_report *r, const struct stm_pdf_measure *m)
{
    char text[200], low[48], middle[48], high[48];
    double *const values = malloc(((size_t)r->n_wells + 1) * sizeof *values);
    int n = 0;
    for (int i = 0; values && i < r->n_wells; i++)
        if (isfinite(r->wells[i].values[m->column])) values[n++] = r->wells[i].values[m->column];
    if (r->n_wells == 1) {
        stm_page_fact(page, m->title, stm_pdf_value(text, sizeof text, m, r->wells[0].values));
    } else if (n) {
        qsort(values, (size_t)n, sizeof *values, by_value);
        const double median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
        stm_text_number(low, sizeof low, values[0], m->about->decimals);
        stm_text_number(middle, sizeof middle, median, m->about->decimals);
        stm_text_number(high, sizeof high, values[n - 1], m->about->decimals);
        snprintf(text, sizeof text, "median of %d wells %s; wells range from %s to %s", n, middle, low, high);
        stm_page_fact(page, m->title, text);
    }
    free(values);
}

void stm_pdf_draw_summary(struct stm_page *page, const struct stm_pdf_report *r)
{
    const struct stm_run_info *const info = r->info;
    char text[400];
    stm_page_heading(page, 1, info->title, 0);
    snprintf(text, sizeof text, "%.200s \xc2\xb7 %d well%s, %d field%s of view \xc2\xb7 %.80s",
             info->assay_title ? info->assay_title : info->assay, r->wells_seen,
             r->wells_seen == 1 ? "" : "s", info->n_sites, info->n_sites == 1 ? "" : "s",
             info->protocol_name && info->protocol_name[0] ? info->protocol_name : "default protocol");
    stm_page_text(page, &muted, text);
    stm_page_heading(page, 2, "Results", 30);
    snprintf(text, sizeof text, "%d of %d; fields: %d ok, %d with remarks, %d rejected, %d failed",
             measured(r), r->n_wells, r->verdicts[STM_VERDICT_OK], r->verdicts[STM_VERDICT_WARN],
             r->verdicts[STM_VERDICT_REJECTED], r->verdicts[STM_VERDICT_FAILED]);
    stm_page_fact(page, "Wells measured", text);
    for (int i = 0; i < r->n_measures; i++)
        put_result(page, r, &r->measure[i]);
    stm_page_text(page, &muted,
                  "In brackets: 95 % interval. Rejected and failed fields take no part in any result.");
}

static void put_exclusion(struct stm_page *page, const struct stm_pdf_report *r, const struct stm_pdf_well *w)
{
    char text[400], with[48], without[48];
    for (int i = 0; i < r->info->well_columns->n; i++) {
        struct stm_pdf_measure m;
        if (stm_pdf_measure_at(r, i, &m) < 0 || m.with_rejected < 0) continue;
        const double value = w->values[i], all = w->values[m.with_rejected];
        if (!isfinite(all) || value == all) continue;
        stm_text_number(with, sizeof with, all, m.about->decimals);
        stm_text_number(without, sizeof without, value, m.about->decimals);
        snprintf(text, sizeof text, "%s would be %s instead of %s with the rejected fields", m.title, with,
                 without[0] ? without : "not measured");
        stm_page_fact(page, w->well, text);
    }
}

void stm_pdf_draw_flags(struct stm_page *page, const struct stm_pdf_report *r)
{
    char text[160];
    if (!r->flags_seen) return;
    stm_page_heading(page, 2, "To check", 30);
    for (int i = 0; i < r->n_flags; i++) {
        struct stm_string line = {0};
        stm_string_addf(&line, "%s: %s", stm_verdict_name(r->flags[i].verdict), r->flags[i].reason);
        stm_page_fact(page, r->flags[i].name, line.text);
        stm_string_free(&line);
    }
    snprintf(text, sizeof text, "%d more fields that are not ok are in images.csv.",
             r->flags_seen - r->n_flags);
    if (r->flags_seen > r->n_flags) stm_page_text(page, &muted, text);
    stm_page_heading(page, 3, "What leaving rejected fields out changed", 20);
    const double before = page->y;
    int shown = 0;
    for (int i = 0; i < r->n_wells && shown < STM_PDF_FLAGS; i++) {
        const double y = page->y;
        put_exclusion(page, r, &r->wells[i]);
        shown += page->y != y;
    }
    if (page->y == before) stm_page_text(page, &muted, "Nothing that is reported of wells.");
}

void stm_pdf_draw_wells(struct stm_page *page, const struct stm_pdf_report *r)
{
    const bool several = r->n_wells && strcmp(r->wells[0].plate, r->wells[r->n_wells - 1].plate) != 0;
    struct stm_page_column columns[STM_PDF_MEASURES + 4] = {
        {"Well", several ? 1.8 : 0.7, STM_PDF_LEFT, false},
        {"Status", 1, STM_PDF_LEFT, false},
        {"Fields", 0.9, STM_PDF_RIGHT, false}};
    struct stm_page_table table = {.column = columns, .n = 3, .size = 7};
    char texts[STM_PDF_MEASURES + 4][160];
    const char *cells[STM_PDF_MEASURES + 4];
    for (int i = 0; i < r->n_measures; i++)
        columns[table.n++] = (struct stm_page_column){
            r->measure[i].title, r->measure[i].low >= 0 ? 2.4 : 1.25, STM_PDF_RIGHT, false};
    columns[table.n++] = (struct stm_page_column){"Remarks", 2.4, STM_PDF_LEFT, false};
    stm_page_heading(page, 2, "Wells", 60);
    stm_page_table(page, &table);
    for (int i = 0; i < r->n_wells && i < STM_PDF_ROWS && !page->cut; i++) {
        const struct stm_pdf_well *const w = &r->wells[i];
        snprintf(texts[0], sizeof *texts, "%.60s %s", several ? w->plate : "", w->well);
        snprintf(texts[2], sizeof *texts, "%d / %d", w->used, w->sites);
        cells[0] = several ? texts[0] : w->well;
        cells[1] = stm_verdict_name(w->verdict);
        cells[2] = texts[2];
        for (int k = 0; k < r->n_measures; k++)
            cells[3 + k] = stm_pdf_value(texts[3 + k], sizeof *texts, &r->measure[k], w->values);
        cells[table.n - 1] = w->reason;
        stm_page_row(page, &table, cells);
    }
    char text[120];
    snprintf(text, sizeof text, "%d more wells are in wells.csv.", r->wells_seen - STM_PDF_ROWS);
    if (r->wells_seen > STM_PDF_ROWS) stm_page_text(page, &muted, text);
}
