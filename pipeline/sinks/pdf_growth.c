/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wells imaged again and again: what growth.js shows, for the first wells. */
#include "pipeline/sinks/pdf.h"

#include "pipeline/io/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COVERED, EXCLUDED, CELLS, CURVE_W = 245, CURVE_H = 150, MOST_MOMENTS = 1 << 18 };

/* The first column of those that there is. */
static int first_of(const struct stm_columns *columns, const char *a, const char *b)
{
    const int i = stm_columns_find(columns, a);
    return i >= 0 ? i : stm_columns_find(columns, b);
}

void stm_pdf_choose_growth(struct stm_pdf_growth *g, const struct stm_run_info *info)
{
    g->time_columns[COVERED] = first_of(info->site_columns, "Confluence", "Bodies_Covered");
    g->time_columns[EXCLUDED] = stm_columns_find(info->site_columns, "Confluence_Excluded");
    g->site_columns = info->site_columns;
    g->time_columns[CELLS] = first_of(info->site_columns, "Count_Cells", "Count_Nuclei");
    for (int i = 0; i < info->n_params; i++)
        if (!strcmp(info->params[i].stage, "growth") && !strcmp(info->params[i].name, "step_min"))
            g->step_h = strtod(info->params[i].value, NULL) / 60;
}

static double value_of(const struct stm_site_row *site, int column)
{
    return column < 0 ? NAN : site->values[column];
}

struct stm_pdf_moment stm_pdf_moment_of(const struct stm_pdf_growth *g, const struct stm_site_row *site)
{
    struct stm_pdf_moment m = {.time = -1};
    const double excluded = value_of(site, g->time_columns[EXCLUDED]);
    if (site->timepoint < 0 || site->verdict > STM_VERDICT_WARN) return m;
    m.time = site->timepoint;
    m.pixels = stm_row_counted_area(site, g->site_columns);
    m.area_mm2 = m.pixels * site->pixel_um * site->pixel_um * 1e-6;
    m.surface = (double)site->width * site->height * (1 - (isnan(excluded) ? 0 : excluded / 100));
    m.covered = m.surface * value_of(site, g->time_columns[COVERED]);
    m.cells = value_of(site, g->time_columns[CELLS]);
    const bool bare = g->time_columns[COVERED] >= 0 && isnan(m.covered);
    if (bare || (g->time_columns[CELLS] >= 0 && isnan(m.cells))) m.time = -1;
    return m;
}

bool stm_pdf_keep_moment(struct stm_pdf_growth *g, const struct stm_pdf_moment *moment, int well)
{
    if (moment->time < 0 || g->n >= MOST_MOMENTS) return true;
    if (g->n == g->room) {
        const int room = g->room ? 2 * g->room : 256;
        struct stm_pdf_moment *const more = realloc(g->moment, (size_t)room * sizeof *more);
        if (!more) return false;
        g->moment = more;
        g->room = room;
    }
    g->moment[g->n] = *moment;
    g->moment[g->n++].well = well;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct stm_pdf_moment *const p = a, *const q = b;
    return p->well != q->well ? p->well - q->well : (p->time > q->time) - (p->time < q->time);
}

/* Fields of one time become one moment; returns how many there are in `m`. */
static int join(struct stm_pdf_moment *m, int n)
{
    int k = 0;
    for (int i = 0; i < n; i++) {
        if (!k || m[k - 1].time != m[i].time) {
            m[k++] = m[i];
            continue;
        }
        m[k - 1].surface += m[i].surface;
        m[k - 1].covered += m[i].covered;
        m[k - 1].pixels += m[i].pixels;
        m[k - 1].area_mm2 += m[i].area_mm2;
        m[k - 1].cells += m[i].cells;
    }
    return k;
}

/* One plot: values at times, and the line that was fitted to the first `fitted` of them. */
struct curve {
    const char *title, *x_title;
    const double *time, *value;
    int n, fitted;
    double doubling;
};

/* The least squares line goes through the mean of its points. */
static void draw_line(const struct stm_plot *plot, const struct curve *c)
{
    static const struct stm_pdf_paint paint = {STM_PDF_NONE, 0xd55e00, 1.4, false};
    double time = 0, level = 0;
    int n = 0, last = 0;
    for (int i = 0; i < c->fitted && i < c->n; i++) {
        if (!(c->value[i] > 0)) continue;
        time += c->time[i];
        level += log(c->value[i]);
        last = i;
        n++;
    }
    if (n < 3 || !isfinite(c->doubling)) return;
    const double rate = log(2) / c->doubling, start = level / n - rate * time / n;
    stm_pdf_line(plot->pdf, stm_plot_x(plot, c->time[0]), stm_plot_y(plot, exp(start + rate * c->time[0])),
                 stm_plot_x(plot, c->time[last]), stm_plot_y(plot, exp(start + rate * c->time[last])),
                 &paint);
}

static void draw_curve(struct stm_page *page, double x, const struct curve *c)
{
    static const struct stm_pdf_paint dot = {0x0072b2, STM_PDF_WHITE, 0.4, false},
                                      way = {STM_PDF_NONE, 0x8fa0a9, 0.7, true};
    struct stm_plot plot = {.pdf = page->pdf,
                            .box = {x, page->y, CURVE_W, CURVE_H},
                            .x = stm_plot_axis_of(c->time, (size_t)c->n, false, c->x_title),
                            .y = stm_plot_axis_of(c->value, (size_t)c->n, true, c->title)};
    stm_plot_begin(&plot);
    for (int i = 1; i < c->n; i++)
        if (c->value[i] > 0 && c->value[i - 1] > 0)
            stm_pdf_line(page->pdf, stm_plot_x(&plot, c->time[i - 1]), stm_plot_y(&plot, c->value[i - 1]),
                         stm_plot_x(&plot, c->time[i]), stm_plot_y(&plot, c->value[i]), &way);
    draw_line(&plot, c);
    for (int i = 0; i < c->n; i++)
        if (c->value[i] > 0 || !plot.y.log)
            stm_pdf_circle(page->pdf, stm_plot_x(&plot, c->time[i]), stm_plot_y(&plot, c->value[i]), 2.2,
                           &dot);
}

static double well_value(const struct stm_pdf_report *r, const struct stm_pdf_well *well, const char *name)
{
    const int i = stm_columns_find(r->info->well_columns, name);
    return i < 0 ? NAN : well->values[i];
}

/* "confluence doubles in 24.1 (22.6–25.8) h", nothing where there is no doubling time. */
static void say(struct stm_string *out, const struct stm_pdf_report *r, const struct stm_pdf_well *well,
                const char *name, const char *what)
{
    struct stm_pdf_measure m;
    char value[160];
    const int i = stm_columns_find(r->info->well_columns, name);
    if (i < 0 || !isfinite(well->values[i]) || stm_pdf_measure_at(r, i, &m) < 0) return;
    stm_string_addf(out, "%s%s doubles in %s h", out->length ? ", " : "", what,
                    stm_pdf_value(value, sizeof value, &m, well->values));
}

static void put_head(struct stm_page *page, const struct stm_pdf_report *r, const struct stm_pdf_well *well)
{
    struct stm_string text = {0};
    say(&text, r, well, "Growth_ConfluenceDoubling_h", "confluence");
    say(&text, r, well, "Growth_CountDoubling_h", "count");
    char head[STM_NAME + 16];
    snprintf(head, sizeof head, "%s %s", well->plate, well->well);
    stm_page_heading(page, 3, head, CURVE_H + 30);
    if (text.length && !text.failed) stm_page_text(page, NULL, text.text);
    stm_string_free(&text);
}

static void put_well(struct stm_page *page, const struct stm_pdf_report *r, const struct stm_pdf_well *well,
                     const struct stm_pdf_moment *m, int n, double *room)
{
    const struct stm_pdf_growth *const g = &r->growth;
    const double fitted = well_value(r, well, "Growth_TimePoints");
    const bool scaled = m[0].area_mm2 > 0;
    double *const time = room, *const covered = room + n, *const cells = room + 2 * n;
    for (int i = 0; i < n; i++) {
        time[i] = g->step_h > 0 ? (m[i].time - m[0].time) * g->step_h : m[i].time;
        covered[i] = m[i].covered / m[i].surface;
        cells[i] = m[i].cells / (scaled ? m[i].area_mm2 : m[i].pixels * 1e-6);
    }
    put_head(page, r, well);
    if (!stm_page_need(page, CURVE_H + 8)) return;
    struct curve c = {"Covered area (%)",
                      g->step_h > 0 ? "hours" : "time point",
                      time,
                      covered,
                      n,
                      isfinite(fitted) ? (int)fitted : 0,
                      well_value(r, well, "Growth_ConfluenceDoubling_h")};
    double x = page->left;
    if (g->time_columns[COVERED] >= 0) draw_curve(page, x, &c), x += CURVE_W + 10;
    c.title = scaled ? "Cells per mm\xc2\xb2" : "Cells a megapixel";
    c.value = cells;
    c.doubling = well_value(r, well, "Growth_CountDoubling_h");
    if (g->time_columns[CELLS] >= 0) draw_curve(page, x, &c);
    page->y += CURVE_H + 8;
}

void stm_pdf_draw_growth(struct stm_page *page, const struct stm_pdf_report *r)
{
    const struct stm_pdf_growth *const g = &r->growth;
    double *const room = malloc(((size_t)g->n * 3 + 1) * sizeof *room);
    int drawn = 0, more = 0;
    if (g->n) qsort(g->moment, (size_t)g->n, sizeof *g->moment, by_time);
    for (int first = 0, n; room && first < g->n; first += n) {
        const int well = g->moment[first].well;
        for (n = 1; first + n < g->n && g->moment[first + n].well == well;)
            n++;
        const int times = join(g->moment + first, n);
        if (times < 2 || well >= r->n_wells) continue;
        if (drawn++ >= STM_PDF_CURVES) {
            more++;
            continue;
        }
        if (drawn == 1) stm_page_heading(page, 2, "Growth", CURVE_H + 60);
        put_well(page, r, &r->wells[well], g->moment + first, times, room);
    }
    if (more) stm_page_text(page, NULL, "Further wells are in report.html.");
    free(room);
}
