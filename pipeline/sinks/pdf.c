/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.pdf: the report for filing. Fields become captions and pictures on many threads; what the limits
 * allow is kept in plate order and drawn at the end. */
#include "pipeline/sinks/pdf.h"
#include "pipeline/sinks/overlay.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE_SIDE = 800, CANDIDATES = 200 };

/* What `format` hands to `append`: this, then name, reason, caption (each with its NUL), PNG, cells. */
struct head {
    uint32_t verdict, name, reason, caption, png, cells;
    struct stm_pdf_moment moment;
};

static void put(struct stm_string *out, const char *name, const char *reason, const char *caption,
                const struct stm_bytes *png, enum stm_verdict verdict, struct stm_pdf_moment moment)
{
    const struct head head = {(uint32_t)verdict,
                              (uint32_t)strlen(name) + 1,
                              (uint32_t)strlen(reason) + 1,
                              (uint32_t)strlen(caption) + 1,
                              (uint32_t)png->length,
                              0,
                              moment};
    stm_string_add_n(out, (const char *)&head, sizeof head);
    stm_string_add_n(out, name, head.name);
    stm_string_add_n(out, reason, head.reason);
    stm_string_add_n(out, caption, head.caption);
    stm_string_add_n(out, (const char *)png->data, png->length);
}

/* Whether the field is one of `n` spread evenly over all. */
static bool is_one_of(const struct stm_site_row *site, const struct stm_run_info *info, int n)
{
    const int64_t i = site->image_number - 1, all = info->n_sites > 0 ? info->n_sites : 1;
    return all <= n || i * n / all != (i - 1) * n / all || i == 0;
}

static bool draw(const struct stm_site_row *site, const struct stm_site_pixels *pixels, struct stm_bytes *png,
                 struct stm_error *err)
{
    struct stm_overlay o = stm_overlay_layout(site, pixels, PICTURE_SIDE);
    struct stm_canvas canvas;
    if (!o.panels) return true;
    o.thick = 1 + o.w / 500;
    o.text = 1 + o.w / 400;
    if (!stm_canvas_create(&canvas, stm_overlay_width(&o), o.h, STM_BLACK, err)) return false;
    bool ok = stm_overlay_images(&o, &canvas, err);
    stm_overlay_scale_bar(&o, &canvas);
    ok = ok && stm_overlay_outlines(&o, &canvas, err) && stm_canvas_png(&canvas, 0, false, png, err);
    stm_canvas_destroy(&canvas);
    return ok;
}

static void describe(char *out, size_t size, const struct stm_site_row *site)
{
    int counted[STM_CLASSES] = {0}, uncounted = 0;
    for (int i = 0; i < site->n_objects; i++) {
        counted[site->objects[i].class] += site->objects[i].counted;
        uncounted += !site->objects[i].counted;
    }
    int n = 0;
    out[0] = '\0';
    for (int c = 0; c < STM_CLASSES; c++)
        if (counted[c] && (size_t)n < size)
            n += snprintf(out + n, size - (size_t)n, "%s%d %s", n ? ", " : "", counted[c],
                          stm_overlay_class_title((enum stm_class)c));
    if (uncounted && (size_t)n < size)
        snprintf(out + n, size - (size_t)n, "%s%d not counted", n ? ", " : "", uncounted);
}

static bool format(const void *state, const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                   struct stm_string *out, struct stm_error *err)
{
    const struct stm_run_info *const info = ((const struct stm_pdf_report *)state)->info;
    char name[2 * STM_NAME + 48], counts[160], caption[sizeof name + sizeof counts + 8];
    const bool flagged = site->verdict != STM_VERDICT_OK;
    struct stm_bytes png = {0};
    if (pixels && is_one_of(site, info, flagged ? CANDIDATES : STM_PDF_PICTURES) &&
        !draw(site, pixels, &png, err))
        return stm_bytes_free(&png), false;
    snprintf(name, sizeof name, "%s %s, field %s", site->plate, site->well, site->site);
    describe(counts, sizeof counts, site);
    snprintf(caption, sizeof caption, "%s%s%s", name, counts[0] ? ": " : "", counts);
    const size_t begin = out->length;
    put(out, name, site->reason, caption, &png, site->verdict,
        stm_pdf_moment_of(&((const struct stm_pdf_report *)state)->growth, site));
    const uint32_t cells = stm_pdf_put_cells(out, &((const struct stm_pdf_report *)state)->cells, info, site);
    if (!out->failed) memcpy(out->text + begin + offsetof(struct head, cells), &cells, sizeof cells);
    stm_bytes_free(&png);
    return !out->failed || stm_fail(err, STM_NO_MEMORY, "no memory for a field of report.pdf");
}

static char *copy(const char *text, size_t n)
{
    char *const out = malloc(n);
    if (out) memcpy(out, text, n);
    return out;
}

static bool keep_flag(struct stm_pdf_report *r, const struct head *head, const char *texts)
{
    if (r->flags_seen++ >= STM_PDF_FLAGS) return true;
    struct stm_pdf_flag *const flag = &r->flags[r->n_flags++];
    flag->verdict = (enum stm_verdict)head->verdict;
    flag->name = copy(texts, head->name);
    flag->reason = copy(texts + head->name, head->reason);
    return flag->name && flag->reason;
}

static bool keep_picture(struct stm_pdf_report *r, const struct head *head, const char *texts)
{
    const bool flagged = head->verdict != STM_VERDICT_OK;
    if (!head->png ||
        (flagged ? r->n_flagged_pictures : r->n_pictures - r->n_flagged_pictures) >= STM_PDF_PICTURES)
        return true;
    struct stm_pdf_picture *const picture = &r->pictures[r->n_pictures++];
    const char *const caption = texts + head->name + head->reason;
    r->n_flagged_pictures += flagged;
    picture->flagged = flagged;
    picture->caption = copy(caption, head->caption);
    stm_bytes_add(&picture->png, caption + head->caption, head->png);
    return picture->caption && !picture->png.failed;
}

static bool append(void *state, const char *text, size_t n, struct stm_error *err)
{
    struct stm_pdf_report *const r = state;
    struct head head;
    if (n < sizeof head) return true;
    memcpy(&head, text, sizeof head);
    const char *const texts = text + sizeof head;
    r->verdicts[head.verdict]++;
    const char *const cells = texts + head.name + head.reason + head.caption + head.png;
    if ((head.verdict == STM_VERDICT_OK || keep_flag(r, &head, texts)) && keep_picture(r, &head, texts) &&
        stm_pdf_keep_cells(&r->cells, cells, head.cells) &&
        stm_pdf_keep_moment(&r->growth, &head.moment, r->wells_seen))
        return true;
    return stm_fail(err, STM_NO_MEMORY, "no memory for a field of report.pdf");
}

/* The row with its values and metadata, whose texts belong to the run. */
static bool keep_well(struct stm_pdf_report *r, const struct stm_well_row *row)
{
    if (r->n_wells == r->wells_room) {
        const int room = r->wells_room ? 2 * r->wells_room : 64;
        struct stm_pdf_well *const wells = realloc(r->wells, (size_t)room * sizeof *wells);
        if (!wells) return false;
        r->wells = wells;
        r->wells_room = room;
    }
    struct stm_pdf_well *const w = &r->wells[r->n_wells];
    const size_t n = (size_t)r->info->well_columns->n, m = (size_t)r->info->n_metadata;
    double *const values = malloc((n + 1) * sizeof *values + (m + 1) * sizeof(char *));
    if (!values) return false;
    const char **const metadata = (const char **)(values + n + 1);
    *w = (struct stm_pdf_well){.row = row->row,
                               .col = row->col,
                               .sites = row->sites,
                               .used = row->sites_used,
                               .verdict = row->verdict,
                               .values = values,
                               .metadata = metadata};
    stm_text_copy(w->plate, sizeof w->plate, row->plate);
    stm_text_copy(w->well, sizeof w->well, row->well);
    stm_text_copy(w->reason, sizeof w->reason, row->reason);
    if (n) memcpy(values, row->values, n * sizeof *values);
    for (size_t i = 0; i < m; i++) {
        const char *const text = row->metadata ? row->metadata[i] : "";
        char *const own = text[0] ? copy(text, strlen(text) + 1) : NULL; /* "" is nobody's */
        metadata[i] = own ? own : "";
    }
    r->n_wells++;
    return true;
}

static bool well(void *state, const struct stm_well_row *row, struct stm_error *err)
{
    struct stm_pdf_report *const r = state;
    if (r->wells_seen++ >= STM_PDF_WELLS || keep_well(r, row)) return true;
    return stm_fail(err, STM_NO_MEMORY, "no memory for a well of report.pdf");
}

static void discard(void *state)
{
    struct stm_pdf_report *const r = state;
    for (int i = 0; i < r->n_wells; i++) {
        for (int k = 0; k < r->info->n_metadata; k++)
            if (r->wells[i].metadata[k][0]) free((char *)(uintptr_t)r->wells[i].metadata[k]);
        free((double *)(uintptr_t)r->wells[i].values);
    }
    for (int i = 0; i < r->n_flags; i++) {
        free(r->flags[i].name);
        free(r->flags[i].reason);
    }
    for (int i = 0; i < r->n_pictures; i++) {
        free(r->pictures[i].caption);
        stm_bytes_free(&r->pictures[i].png);
    }
    free(r->wells);
    free(r->cells.cell);
    free(r->growth.moment);
    free(r);
}

static bool open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    struct stm_pdf_report *const r = calloc(1, sizeof *r);
    *state = r;
    if (!r) return stm_fail(err, STM_NO_MEMORY, "no memory to begin report.pdf");
    r->info = info;
    stm_pdf_choose_cells(&r->cells, info);
    stm_pdf_choose_growth(&r->growth, info);
    return true;
}

static bool finish(void *state, struct stm_error *err)
{
    struct stm_pdf_report *const r = state;
    const struct stm_pdf_info about = {.title = r->info->title, .subject = r->info->assay_title};
    struct stm_string path = {0}, footer = {0};
    struct stm_pdf *pdf = NULL;
    struct stm_page page;
    stm_string_addf(&path, "%s/report.pdf", r->info->directory);
    stm_string_addf(&footer, "%s \xc2\xb7 stroma %s \xc2\xb7 assay %s %s \xc2\xb7 protocol %.12s",
                    r->info->title, r->info->program_version, r->info->assay, r->info->assay_version,
                    r->info->protocol_hash ? r->info->protocol_hash : "");
    bool ok = !path.failed && !footer.failed;
    ok = ok ? stm_pdf_create(&pdf, path.text, &about, err)
            : stm_fail(err, STM_NO_MEMORY, "no memory for report.pdf");
    if (ok) {
        stm_page_begin(&page, pdf, footer.text);
        page.limit = STM_PDF_LIMIT;
        stm_pdf_choose_measures(r);
        stm_pdf_draw_summary(&page, r);
        stm_pdf_draw_maps(&page, r);
        stm_pdf_draw_flags(&page, r);
        stm_pdf_draw_growth(&page, r);
        stm_pdf_draw_groups(&page, r);
        stm_pdf_draw_cells(&page, r);
        stm_pdf_draw_pictures(&page, r);
        stm_pdf_draw_method(&page, r);
        stm_pdf_draw_wells(&page, r);
        ok = stm_pdf_commit(&pdf, err);
    }
    stm_string_free(&path);
    stm_string_free(&footer);
    discard(r);
    return ok;
}

const struct stm_sink stm_sink_pdf = {
    .name = "pdf",
    .summary = "report.pdf: the report for filing",
    .writes = "report.pdf",
    .default_on = true,
    .open = open,
    .format = format,
    .append = append,
    .well = well,
    .close = finish,
    .discard = discard,
};
