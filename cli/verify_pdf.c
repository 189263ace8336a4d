/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate.pdf: what was claimed, measured and decided for each batch, to be printed and signed. */
#include "cli/verify.h"

#include "pipeline/core/file.h"
#include "pipeline/io/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PICTURES = 2, PICTURE_BYTES = 16 << 20 };

static const struct stm_pdf_font plain = {.size = 9, .colour = STM_PDF_BLACK},
                                 quiet = {.size = 8, .colour = STM_PDF_GREY};
static const int32_t colours[STM_DECISIONS] = {0x00684c, 0xa63300, 0x7d5200};

static const struct stm_page_column claim_columns[] = {
    {"Quantity", 16, STM_PDF_LEFT, false},         {"Claimed", 26, STM_PDF_LEFT, false},
    {"Measured", 12, STM_PDF_RIGHT, false},        {"95 % interval", 20, STM_PDF_RIGHT, false},
    {"P(true < claim)", 12, STM_PDF_RIGHT, false}, {"Verdict", 16, STM_PDF_LEFT, false}};
static const struct stm_page_column budget_columns[] = {{"Contribution", 28, STM_PDF_LEFT, false},
                                                        {"Type", 6, STM_PDF_LEFT, false},
                                                        {"Standard", 10, STM_PDF_RIGHT, false},
                                                        {"Share", 8, STM_PDF_RIGHT, false},
                                                        {"How it is known", 48, STM_PDF_LEFT, false}};
static const struct stm_page_column isct_columns[] = {{"Criterion (ISCT 2006)", 46, STM_PDF_LEFT, false},
                                                      {"Status", 54, STM_PDF_LEFT, false}};

static void put_ledger(struct stm_page *page, const struct stm_verified *v)
{
    char name[64], values[256];
    for (size_t column = 0; stm_verify_ledger(v, &column, name, values, sizeof values);)
        stm_page_fact(page, name, values);
    stm_page_space(page, 4);
}

static void put_claims(struct stm_page *page, const struct stm_verified *v)
{
    const struct stm_page_table table = {claim_columns, 6, 0};
    char limits[192], value[64], low[64], high[64], interval[140], p[32];
    stm_page_table(page, &table);
    for (int i = 0; i < v->n; i++) {
        const struct stm_finding *const f = &v->finding[i];
        const enum stm_quantity q = f->claim->quantity;
        stm_verify_number(value, sizeof value, q, f->value);
        stm_verify_number(low, sizeof low, q, f->low);
        stm_verify_number(high, sizeof high, q, f->high);
        snprintf(interval, sizeof interval, isnan(f->value) ? "-" : "%s to %s", low, high);
        const char *const cells[] = {stm_quantity_kinds[q].title,
                                     stm_verify_limits(limits, sizeof limits, f->claim),
                                     value,
                                     interval,
                                     stm_verify_probability(p, sizeof p, f->below),
                                     stm_decision_name(f->decision)};
        stm_page_row(page, &table, cells);
    }
}

/* The verdict as a word in its colour, then what stands beside it. */
static void put_verdict(struct stm_page *page, const struct stm_finding *f, double confidence)
{
    const struct stm_pdf_font font = {.size = 10, .colour = colours[f->decision], .bold = true};
    char text[STM_REASON + 256], guard[128];
    snprintf(text, sizeof text, "%s: %s, %s", stm_quantity_kinds[f->claim->quantity].title,
             stm_decision_name(f->decision), f->claim->basis);
    stm_page_text(page, &font, text);
    if (f->reason[0]) stm_page_text(page, &plain, f->reason);
    if (stm_verify_guard(guard, sizeof guard, f)) {
        snprintf(text, sizeof text, "With the guard band at %g %% confidence, %s would be supported.",
                 100 * confidence, guard);
        stm_page_text(page, &quiet, text);
    }
    if (f->evidence.cells > 0) {
        snprintf(text, sizeof text, "%.0f cells in %d %s; design effect %.2f; worth %.0f independent cells.",
                 f->evidence.cells, f->evidence.units, f->by_wells ? "wells" : "fields", f->evidence.design,
                 f->evidence.effective);
        stm_page_text(page, &quiet, text);
    }
    if (!isnan(f->with_rejected)) {
        snprintf(text, sizeof text, "With the rejected fields: %.*f %s, %s.",
                 stm_quantity_kinds[f->claim->quantity].decimals, f->with_rejected,
                 stm_quantity_kinds[f->claim->quantity].unit, stm_decision_name(f->decision_with_rejected));
        stm_page_text(page, &quiet, text);
    }
    stm_page_space(page, 4);
}

static void put_budget(struct stm_page *page, const struct stm_finding *f)
{
    const struct stm_page_table table = {budget_columns, 5, 0};
    const struct stm_budget *const b = &f->budget;
    const char *const unit = f->evidence.kind == STM_EVIDENCE_SHARE ? "points" : "%";
    char title[160], standard[32], share[32], type[2] = "A";
    if (!b->n) return;
    snprintf(title, sizeof title, "Uncertainty budget, %s: expanded %.2f %s (k = %.2f)",
             stm_quantity_kinds[f->claim->quantity].title, 100 * b->expanded, unit, b->coverage);
    stm_page_heading(page, 3, title, 40);
    stm_page_table(page, &table);
    for (int i = 0; i < b->n; i++) {
        type[0] = b->row[i].type;
        snprintf(standard, sizeof standard, "%.2f %s", 100 * b->row[i].standard, unit);
        snprintf(share, sizeof share, "%.0f %%", 100 * stm_budget_share(b, i));
        stm_page_row(page, &table,
                     (const char *const[]){b->row[i].name, type, standard, share, b->row[i].how});
    }
}

static void put_picture(struct stm_page *page, const char *path, const char *title)
{
    struct stm_error ignored = {0}; /* a picture that is not there is left out */
    char *data;
    size_t n;
    if (!stm_file_read_all(path, PICTURE_BYTES, &data, &n, &ignored)) return;
    if (stm_page_need(page, 200)) {
        const struct stm_pdf_box box = {page->left, page->y, page->right - page->left, 180};
        const struct stm_pdf_box drawn = stm_pdf_png(page->pdf, box, data, n);
        page->y = drawn.y + drawn.h + 4;
        stm_page_text(page, &quiet, title);
    }
    free(data);
}

static void put_pictures(struct stm_page *page, const struct stm_verified *v)
{
    char *paths[PICTURES], *titles[PICTURES];
    const int n = stm_verify_pictures(v, paths, titles, PICTURES);
    if (n) stm_page_heading(page, 3, "Pictures of the evidence", 220);
    for (int i = 0; i < n; i++) {
        put_picture(page, paths[i], titles[i]);
        free(paths[i]);
        free(titles[i]);
    }
}

static void put_excluded(struct stm_page *page, const struct stm_verified *v)
{
    char text[STM_REASON + 128];
    if (!v->rejected && !v->failed) return;
    stm_page_heading(page, 3, "Fields left out", 20);
    for (int w = 0; w < v->n_wells; w++)
        for (size_t i = 0; i < v->well[w].well->n; i++) {
            const struct stm_result_field *const f = &v->well[w].results->field[v->well[w].well->first + i];
            if (f->verdict <= STM_VERDICT_WARN) continue;
            snprintf(text, sizeof text, "%s, field %s: %s", v->well[w].well->well, f->site, f->reason);
            stm_page_text(page, &quiet, text);
        }
}

static void put_isct(struct stm_page *page, const struct stm_verify_report *report,
                     const struct stm_verified *v)
{
    const struct stm_page_table table = {isct_columns, 2, 0};
    char text[256];
    stm_page_heading(page, 3, "Minimal criteria", 60);
    stm_page_table(page, &table);
    for (int i = 0; i < STM_ISCT_ITEMS; i++)
        stm_page_row(
            page, &table,
            (const char *const[]){stm_isct_items[i].what, stm_verify_isct(text, sizeof text, report, v, i)});
}

static void put_signatures(struct stm_page *page)
{
    static const char *const roles[] = {"Measured by", "Reviewed by", "Approved by"};
    static const struct stm_pdf_paint line = {.fill = STM_PDF_NONE, .stroke = STM_PDF_GREY, .width = 0.6};
    stm_page_heading(page, 3, "Signatures", 100);
    for (int i = 0; i < 3 && stm_page_need(page, 34); i++) {
        const double y = page->y + 24, width = page->right - page->left;
        stm_pdf_text(page->pdf, page->left, y, 0, &quiet, roles[i]);
        stm_pdf_line(page->pdf, page->left + 0.16 * width, y + 2, page->left + 0.62 * width, y + 2, &line);
        stm_pdf_text(page->pdf, page->left + 0.66 * width, y, 0, &quiet, "Date");
        stm_pdf_line(page->pdf, page->left + 0.74 * width, y + 2, page->right, y + 2, &line);
        page->y = y + 8;
    }
}

/* Hashes that tie the paper to the files. */
static void put_origin(struct stm_page *page, const struct stm_verify_report *report)
{
    stm_page_heading(page, 3, "Origin", 60);
    stm_page_fact(page, "Claims", report->claims_file);
    stm_page_fact(page, "SHA-256", report->claims->sha256);
    if (report->claims->profiles->n) stm_page_fact(page, "Own profiles", report->claims->profiles->sha256);
    for (int i = 0; i < report->n_results; i++) {
        const struct stm_results *const r = &report->results[i];
        char text[512];
        snprintf(text, sizeof text, "%s: assay %s, stroma %s", r->title, r->assay, r->version);
        stm_page_fact(page, "Results", text);
        snprintf(text, sizeof text, "after overrides: entry %lld of the audit log, %d object%s",
                 (long long)r->override_entry, r->overridden, r->overridden == 1 ? "" : "s");
        if (r->override_entry) stm_page_fact(page, "Tables", text);
        stm_page_fact(page, "run.json", r->run_hash);
        stm_page_fact(page, "wells.csv", r->wells_hash);
        stm_page_fact(page, "images.csv", r->images_hash);
        stm_page_fact(page, "protocol", r->protocol_hash);
        stm_page_fact(page, "images", r->inputs_hash);
    }
}

static void put_row(struct stm_page *page, const struct stm_verify_report *report,
                    const struct stm_verified *v)
{
    char text[512];
    struct stm_string subject = {0};
    stm_verify_subject(&subject, v->row);
    stm_page_heading(page, 2, subject.text ? subject.text : "", 120);
    stm_string_free(&subject);
    snprintf(text, sizeof text,
             "%d of %d fields used in %d wells (%d rejected, %d failed). %.0f live, %.0f dead, %.0f "
             "ambiguous, %.0f "
             "debris; debris to cells %.2f.",
             v->used, v->fields, v->n_wells, v->rejected, v->failed, v->tally[STM_TALLY_LIVE],
             v->tally[STM_TALLY_DEAD], v->tally[STM_TALLY_AMBIGUOUS], v->tally[STM_TALLY_DEBRIS],
             isnan(v->debris_per_cell) ? 0 : v->debris_per_cell);
    stm_page_text(page, &plain, text);
    if (stm_verify_overridden(text, sizeof text, v->overridden)[0]) stm_page_text(page, &plain, text);
    put_ledger(page, v);
    put_claims(page, v);
    stm_page_space(page, 8);
    for (int i = 0; i < v->n; i++)
        put_verdict(page, &v->finding[i], report->verify->options.confidence);
    for (int i = 0; i < v->n; i++)
        if (!i || v->finding[i].claim->quantity != v->finding[i - 1].claim->quantity)
            put_budget(page, &v->finding[i]);
    put_excluded(page, v);
    put_pictures(page, v);
    put_isct(page, report, v);
    put_signatures(page);
}

bool stm_verify_pdf(const struct stm_verify_report *report, const char *path, struct stm_error *err)
{
    const struct stm_pdf_info info = {.title = "Claims and measurements", .subject = report->claims_file};
    struct stm_pdf *pdf;
    struct stm_page page;
    char text[256];
    if (!stm_pdf_create(&pdf, path, &info, err)) return false;
    stm_page_begin(&page, pdf,
                   "stroma " STM_VERSION
                   " verify: technical controls; viability by a dye is membrane integrity");
    stm_page_heading(&page, 1, "Batch certificate", 0);
    snprintf(text, sizeof text,
             "%d claims supported, %d contradicted, %d not decided, at %g %% confidence each.",
             report->verify->count[STM_SUPPORTS], report->verify->count[STM_CONTRADICTS],
             report->verify->count[STM_INSUFFICIENT], 100 * report->verify->options.confidence);
    stm_page_text(&page, &plain, text);
    for (int i = 0; i < report->verify->n; i++) {
        if (i) stm_page_next(&page);
        put_row(&page, report, &report->verify->row[i]);
    }
    put_origin(&page, report);
    return stm_pdf_commit(&pdf, err);
}
