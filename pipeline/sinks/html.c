/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.html: one file that needs nothing else. Rows and pictures are written as they come, each as a data
 * block that no browser executes; the scripts in assets/ turn them into the page. */
#include "pipeline/sinks/html.h"
#include "pipeline/sink.h"
#include "pipeline/sinks/outdir.h"

#include <stdlib.h>

struct html {
    struct stm_file *file;
    const struct stm_run_info *info;
    struct stm_html_cells cells;
    struct stm_outdir beside; /* pictures/, when there are too many for one file */
    bool has_beside;
    struct stm_string text; /* reused */
};

static bool flush(struct html *html, struct stm_error *err)
{
    if (html->text.failed) return stm_fail(err, STM_NO_MEMORY, "no memory for a part of report.html");
    const bool ok = stm_file_write(html->file, html->text.text, html->text.length, err);
    html->text.length = 0;
    return ok;
}

static void discard(void *state)
{
    struct html *const html = state;
    stm_file_discard(&html->file);
    if (html->has_beside) stm_outdir_discard(&html->beside);
    stm_string_free(&html->text);
    free(html);
}

static bool open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    struct html *const html = calloc(1, sizeof *html);
    if (!html) return stm_fail(err, STM_NO_MEMORY, "no memory to begin report.html");
    html->info = info;
    *state = html;
    if (!stm_outdir_file(&html->file, info->directory, "report.html", err)) {
        free(html);
        return false;
    }
    stm_html_cells_plan(&html->cells, info);
    stm_html_head(&html->text, info);
    html->has_beside =
        stm_html_pictures_beside(info) && stm_outdir_open(&html->beside, info->directory, "pictures", err);
    if (html->has_beside == stm_html_pictures_beside(info) && flush(html, err)) return true;
    discard(html);
    return false;
}

static bool format(const void *state, const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                   struct stm_string *out, struct stm_error *err)
{
    const struct html *const html = state;
    const struct stm_outdir *const beside = html->has_beside ? &html->beside : NULL;
    struct stm_html_picture picture = {0};
    if (pixels && !stm_html_pictures(out, html->info, beside, site, pixels, &picture, err)) return false;
    stm_html_site(out, html->info, site, &picture);
    stm_html_cells_put(out, &html->cells, html->info, site);
    return !out->failed || stm_fail(err, STM_NO_MEMORY, "no memory for a field of report.html");
}

static bool append(void *state, const char *text, size_t n, struct stm_error *err)
{
    return stm_file_write(((struct html *)state)->file, text, n, err);
}

static bool well(void *state, const struct stm_well_row *row, struct stm_error *err)
{
    struct html *const html = state;
    stm_html_well(&html->text, html->info, row);
    return flush(html, err);
}

static bool finish(void *state, struct stm_error *err)
{
    struct html *const html = state;
    stm_html_tail(&html->text, html->info, &html->cells);
    bool ok = flush(html, err);
    if (ok && html->has_beside) {
        html->has_beside = false;
        ok = stm_outdir_publish(&html->beside, err);
    }
    ok = ok && stm_file_commit(&html->file, err);
    discard(html);
    return ok;
}

const struct stm_sink stm_sink_html = {
    .name = "html",
    .summary = "report.html: plate map, wells with their pictures, methods, in one file",
    .writes = "report.html pictures/",
    .default_on = true,
    .open = open,
    .format = format,
    .append = append,
    .well = well,
    .close = finish,
    .discard = discard,
};
