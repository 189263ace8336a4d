/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the numbers of report.pdf came about, and what they came from. */
#include "pipeline/sinks/pdf.h"

#include <stdio.h>
#include <string.h>

static void put_notes(struct stm_page *page, const char *notes)
{
    struct stm_string line = {0};
    for (const char *p = notes; p && *p;) {
        const size_t n = strcspn(p, "\n");
        line.length = 0;
        stm_string_add(&line, "\xe2\x80\xa2 ");
        stm_string_add_n(&line, p, n);
        if (!line.failed) stm_page_text(page, NULL, line.text);
        p += n + (p[n] == '\n');
    }
    stm_string_free(&line);
}

static void put_params(struct stm_page *page, const struct stm_run_info *info, bool changed)
{
    static const struct stm_page_column columns[] = {{"Parameter", 2.2, STM_PDF_LEFT, true},
                                                     {"Value", 1.5, STM_PDF_LEFT, false},
                                                     {"Default", 1.2, STM_PDF_LEFT, false},
                                                     {"What it does", 4, STM_PDF_LEFT, false}};
    static const struct stm_page_table table = {.column = columns, .n = 4, .size = 7};
    stm_page_table(page, &table);
    for (int i = 0; i < info->n_params; i++) {
        const struct stm_run_param *const p = &info->params[i];
        char name[160], value[160], fallback[160];
        if (changed && !strcmp(p->value, p->fallback)) continue;
        snprintf(name, sizeof name, "%s.%s", p->stage, p->name);
        snprintf(value, sizeof value, "%.120s%s%s", p->value, p->unit[0] ? " " : "", p->unit);
        snprintf(fallback, sizeof fallback, "%.120s", p->fallback);
        const char *const cells[] = {name, value, fallback, p->help};
        stm_page_row(page, &table, cells);
    }
}

static int count_changed(const struct stm_run_info *info)
{
    int n = 0;
    for (int i = 0; i < info->n_params; i++)
        n += strcmp(info->params[i].value, info->params[i].fallback) != 0;
    return n;
}

static void put_provenance(struct stm_page *page, const struct stm_run_info *info)
{
    char text[600];
    int n = snprintf(text, sizeof text, "%d files, channels ", info->n_inputs);
    for (int c = 0; c < info->n_channels && n < (int)sizeof text; c++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", c ? ", " : "", info->channels[c]);
    stm_page_heading(page, 2, "Provenance", 80);
    stm_page_fact(page, "Images", text);
    if (info->inputs_hash) stm_page_fact(page, "SHA-256 of the images", info->inputs_hash);
    snprintf(text, sizeof text, "stroma %.40s, assay %.80s version %.40s", info->program_version, info->assay,
             info->assay_version);
    stm_page_fact(page, "Program", text);
    stm_page_fact(page, "Protocol",
                  info->protocol_name && info->protocol_name[0] ? info->protocol_name
                                                                : "the assay's defaults");
    if (info->protocol_hash) stm_page_fact(page, "SHA-256 of the protocol", info->protocol_hash);
    if (info->samples_file) stm_page_fact(page, "Sample sheet", info->samples_file);
    if (info->samples_hash) stm_page_fact(page, "SHA-256 of the sheet", info->samples_hash);
    if (info->command) stm_page_fact(page, "The same again", info->command);
    stm_page_fact(
        page, "Beside this file",
        "wells.csv, images.csv, objects.csv, report.html, labels/, overlays/; run.json: when, where and on "
        "what machine it ran, SHA-256 of every image");
}

void stm_pdf_draw_method(struct stm_page *page, const struct stm_pdf_report *r)
{
    const struct stm_run_info *const info = r->info;
    stm_page_heading(page, 2, "Method", 60);
    if (info->assay_summary) stm_page_text(page, NULL, info->assay_summary);
    put_notes(page, info->notes);
    if (count_changed(info)) {
        stm_page_heading(page, 3, "Parameters that differ from the assay's defaults", 40);
        put_params(page, info, true);
    } else {
        stm_page_text(page, NULL, "Every parameter has the assay's default.");
    }
    put_provenance(page, info);
    stm_page_heading(page, 2, "All parameters", 60);
    put_params(page, info, false);
}
