/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms of what cells are like, by class: some cells of each field, evenly through its list. */
#include "pipeline/io/plot.h"
#include "pipeline/sinks/overlay.h"
#include "pipeline/sinks/pdf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 100000, BINS = 30, HEIGHT = 140 };

/* Okabe and Ito's colours as pages show them; a light yellow line would vanish on paper. */
static const int32_t colours[STM_CLEAR - STM_GREYS] = {0xe69f00, 0x56b4e9, 0x009e73, 0xe0cf2c,
                                                       0x0072b2, 0xd55e00, 0xcc79a7};

static bool begins(const char *name, const char *with)
{
    return !strncmp(name, with, strlen(with));
}

/* What has a column in micrometres too is shown in those. */
static bool in_um(const struct stm_columns *columns, const char *name)
{
    char longer[STM_COLUMN_NAME + 8];
    snprintf(longer, sizeof longer, "%s_um", name);
    if (stm_columns_find(columns, longer) >= 0) return true;
    snprintf(longer, sizeof longer, "%s_um2", name);
    return stm_columns_find(columns, longer) >= 0;
}

/* Size first, then what the assay measures of its own, then brightness; -1: not shown. */
static int rank(const struct stm_columns *columns, int i)
{
    const char *const name = columns->column[i].name;
    if (in_um(columns, name)) return -1;
    if (begins(name, "AreaShape_Area") && (!name[14] || !strcmp(name + 14, "_um2"))) return 0;
    if (begins(name, "Intensity_MeanIntensity_")) return 2;
    static const char *const others[] = {"AreaShape_", "Intensity_", "Location_", "Neighbors_"};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (begins(name, others[k])) return -1;
    return 1;
}

void stm_pdf_choose_cells(struct stm_pdf_cells *cells, const struct stm_run_info *info)
{
    cells->n_columns = 0;
    for (int wanted = 0; wanted < 3; wanted++)
        for (int i = 0; i < info->object_columns->n && cells->n_columns < STM_PDF_CELL_COLUMNS; i++)
            if (rank(info->object_columns, i) == wanted) cells->column[cells->n_columns++] = i;
    cells->limit = CELLS / (info->n_sites > 0 ? info->n_sites : 1);
    if (cells->limit < 1) cells->limit = 1;
}

static bool is_shown(const struct stm_object *object)
{
    return object->counted && object->class != STM_CLASS_DEBRIS;
}

uint32_t stm_pdf_put_cells(struct stm_string *out, const struct stm_pdf_cells *cells,
                           const struct stm_run_info *info, const struct stm_site_row *site)
{
    const int n = site->n_objects < cells->limit ? site->n_objects : cells->limit;
    uint32_t put = 0;
    if (site->verdict >= STM_VERDICT_REJECTED) return 0;
    for (int i = 0; i < n; i++) {
        const int64_t k = (int64_t)i * site->n_objects / n;
        struct stm_pdf_cell cell = {.class = site->objects[k].class};
        if (!is_shown(&site->objects[k])) continue;
        for (int c = 0; c < cells->n_columns; c++)
            cell.value[c] = (float)site->object_values[k * info->object_columns->n + cells->column[c]];
        stm_string_add_n(out, (const char *)&cell, sizeof cell);
        put++;
    }
    return put;
}

bool stm_pdf_keep_cells(struct stm_pdf_cells *cells, const char *from, uint32_t n)
{
    const size_t room = (size_t)(CELLS - cells->n), more = n < room ? n : room;
    if (!more) return true;
    if ((size_t)cells->n + more > (size_t)cells->room) {
        const size_t wanted = 2 * ((size_t)cells->n + more);
        struct stm_pdf_cell *const bigger = realloc(cells->cell, wanted * sizeof *bigger);
        if (!bigger) return false;
        cells->cell = bigger;
        cells->room = (int)wanted;
    }
    memcpy(cells->cell + cells->n, from, more * sizeof *cells->cell);
    cells->n += (int)more;
    return true;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The finite values between the 0.5th and the 99.5th percentile; `values` has room for all. */
static int middle(const struct stm_pdf_cells *cells, int c, double *values)
{
    int n = 0;
    for (int i = 0; i < cells->n; i++)
        if (isfinite(cells->cell[i].value[c])) values[n++] = (double)cells->cell[i].value[c];
    qsort(values, (size_t)n, sizeof *values, by_value);
    const int cut = n / 200;
    memmove(values, values + cut, (size_t)(n - 2 * cut) * sizeof *values);
    return n - 2 * cut;
}

/* Cells of each class in each bin; returns the highest bin. */
static int count(const struct stm_pdf_cells *cells, int c, const struct stm_plot_axis *x,
                 int bins[BINS][STM_CLASSES])
{
    int most = 0;
    memset(bins, 0, BINS * sizeof *bins);
    for (int i = 0; i < cells->n; i++) {
        const double at = ((double)cells->cell[i].value[c] - x->min) / (x->max - x->min) * BINS;
        if (!(at >= 0 && at <= BINS)) continue;
        bins[at < BINS ? (int)at : BINS - 1][cells->cell[i].class]++;
    }
    for (int b = 0; b < BINS; b++) {
        int sum = 0;
        for (int k = 0; k < STM_CLASSES; k++)
            sum += bins[b][k];
        most = sum > most ? sum : most;
    }
    return most;
}

static void draw_bars(const struct stm_plot *plot, int bins[BINS][STM_CLASSES])
{
    const double step = (plot->x.max - plot->x.min) / BINS;
    for (int b = 0; b < BINS; b++) {
        const double x0 = stm_plot_x(plot, plot->x.min + b * step), w = plot->area.w / BINS;
        int sum = 0;
        for (int k = 0; k < STM_CLASSES; k++) {
            if (!bins[b][k]) continue;
            const struct stm_pdf_paint paint = {colours[stm_overlay_colour((enum stm_class)k) - STM_ORANGE],
                                                STM_PDF_NONE, 0, false};
            const double bottom = stm_plot_y(plot, sum), top = stm_plot_y(plot, sum + bins[b][k]);
            stm_pdf_rect(plot->pdf, x0 + 0.3, top, w - 0.6, bottom - top, &paint);
            sum += bins[b][k];
        }
    }
}

static bool draw_one(struct stm_page *page, const struct stm_pdf_report *r, int c, struct stm_pdf_box box,
                     double *values)
{
    int bins[BINS][STM_CLASSES];
    char title[STM_COLUMN_NAME + 16];
    const int n = middle(&r->cells, c, values);
    const struct stm_column *const column = &r->info->object_columns->column[r->cells.column[c]];
    if (n < 2 || values[0] == values[n - 1]) return false;
    stm_pdf_title(title, sizeof title, column->name, column->measure->unit);
    struct stm_plot plot = {
        .pdf = page->pdf, .box = box, .x = stm_plot_axis_of(values, (size_t)n, false, title)};
    const double heights[] = {0, count(&r->cells, c, &plot.x, bins)};
    plot.y = stm_plot_axis_of(heights, 2, false, r->info->object_name);
    stm_plot_begin(&plot);
    draw_bars(&plot, bins);
    return true;
}

/* Which colour is which class. */
static void draw_key(struct stm_page *page, const struct stm_pdf_cells *cells)
{
    bool there[STM_CLASSES] = {false};
    double x = page->left;
    for (int i = 0; i < cells->n; i++)
        there[cells->cell[i].class] = true;
    for (int k = 0; k < STM_CLASSES; k++) {
        if (!there[k]) continue;
        const struct stm_pdf_paint paint = {colours[stm_overlay_colour((enum stm_class)k) - STM_ORANGE],
                                            STM_PDF_NONE, 0, false};
        const struct stm_pdf_font font = {.size = 7.5};
        stm_pdf_rect(page->pdf, x, page->y, 7, 7, &paint);
        x += 22 + stm_pdf_text(page->pdf, x + 10, page->y + 6.5, 0, &font,
                               stm_overlay_class_title((enum stm_class)k));
    }
    page->y += 14;
}

void stm_pdf_draw_cells(struct stm_page *page, const struct stm_pdf_report *r)
{
    static const struct stm_pdf_font muted = {.size = 8, .colour = STM_PDF_GREY};
    const double gap = 12, w = (page->right - page->left - gap) / 2;
    char text[240];
    if (r->cells.n < 2 || !r->cells.n_columns || page->cut) return;
    double *const values = malloc((size_t)r->cells.n * sizeof *values);
    if (!values) return;
    stm_page_heading(page, 2, "Distributions", HEIGHT + 60);
    snprintf(text, sizeof text,
             "%d counted %s, at most %d from each field that is used. Values beyond the axes, at most one in "
             "a hundred, are not drawn.",
             r->cells.n, r->info->object_name, r->cells.limit);
    stm_page_text(page, &muted, text);
    draw_key(page, &r->cells);
    int drawn = 0;
    for (int c = 0; c < r->cells.n_columns; c++) {
        if (drawn % 2 == 0 && !stm_page_need(page, HEIGHT + 8)) break;
        const struct stm_pdf_box box = {page->left + drawn % 2 * (w + gap), page->y, w, HEIGHT};
        if (!draw_one(page, r, c, box, values)) continue;
        if (drawn++ % 2) page->y += HEIGHT + 8;
    }
    if (drawn % 2) page->y += HEIGHT + 8;
    free(values);
}
