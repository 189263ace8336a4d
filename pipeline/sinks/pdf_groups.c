/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wells that were treated alike, controls and doses: what groups.js shows, for the default measure. */
#include "pipeline/sinks/groups.h"
#include "pipeline/sinks/pdf.h"

#include "pipeline/io/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 60, SERIES = 12 };

static const int32_t colours[] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xb89d00, 0x3a8fc4, 0x6b6b6b};
enum { COLOURS = sizeof colours / sizeof *colours };

static void put_row(struct stm_page *page, const struct stm_page_table *table, const struct stm_group *g,
                    const struct stm_pdf_measure *m)
{
    char name[200], n[64], mean[48], sd[48], cv[48];
    const int decimals = m->about->decimals;
    stm_group_name(g, name, sizeof name);
    snprintf(n, sizeof n, g->n == g->wells ? "%d" : "%d (%d left out)", g->n, g->wells - g->n);
    stm_text_number(mean, sizeof mean, g->mean, decimals);
    stm_text_number(sd, sizeof sd, g->sd, decimals + 1);
    stm_text_number(cv, sizeof cv, g->mean != 0 ? 100 * g->sd / fabs(g->mean) : NAN, 1);
    const char *const cells[] = {name, g->control, n, mean, sd, cv};
    stm_page_row(page, table, cells);
}

static void put_table(struct stm_page *page, const struct stm_groups *groups, const struct stm_pdf_measure *m)
{
    const struct stm_page_column columns[] = {
        {"Group", 3, STM_PDF_LEFT, false},    {"Control", 1, STM_PDF_LEFT, false},
        {"Wells", 1.3, STM_PDF_RIGHT, false}, {m->title, 1.4, STM_PDF_RIGHT, false},
        {"SD", 1, STM_PDF_RIGHT, false},      {"CV (%)", 1, STM_PDF_RIGHT, false}};
    const struct stm_page_table table = {.column = columns, .n = 6};
    stm_page_table(page, &table);
    for (int i = 0; i < groups->n && i < ROWS; i++)
        put_row(page, &table, &groups->group[i], m);
}

static void put_z(struct stm_page *page, const struct stm_groups *groups)
{
    static const struct stm_pdf_font bold = {.size = 8.5, .bold = true};
    char text[240];
    if (stm_groups_z_words(groups, text, sizeof text)) stm_page_text(page, &bold, text);
}

/* Wells of one series: the same batch and condition, a dose, no control. */
static bool same_series(const struct stm_group *a, const struct stm_group *b)
{
    return !strcmp(a->batch, b->batch) && !strcmp(a->condition, b->condition);
}

static bool has_dose(const struct stm_group *g)
{
    return isfinite(g->dose) && !g->control[0] && g->n;
}

/* Zero has a place of its own at the left of a logarithmic axis. */
static double place(const struct stm_plot *plot, double dose)
{
    return stm_plot_x(plot, plot->x.log && dose <= 0 ? plot->x.min : dose);
}

static void draw_series(struct stm_plot *plot, const struct stm_groups *groups, int first, int32_t colour)
{
    const struct stm_pdf_paint line = {STM_PDF_NONE, colour, 1.2, false},
                               dot = {colour, STM_PDF_WHITE, 0.4, false};
    double(*const means)[2] = malloc((size_t)groups->n * sizeof *means);
    int n = 0;
    for (int i = first; means && i < groups->n; i++) {
        const struct stm_group *const g = &groups->group[i];
        if (!has_dose(g) || !same_series(g, &groups->group[first])) continue;
        means[n][0] = place(plot, g->dose);
        means[n++][1] = stm_plot_y(plot, g->mean);
        for (int k = 0; k < g->n; k++)
            stm_pdf_circle(plot->pdf, place(plot, g->dose), stm_plot_y(plot, g->value[k]), 2.2, &dot);
    }
    stm_pdf_polyline(plot->pdf, (const double(*)[2])means, n, &line);
    free(means);
}

static int collect(const struct stm_groups *groups, double *doses, double *values, int *n_values)
{
    int n = 0;
    *n_values = 0;
    for (int i = 0; i < groups->n; i++) {
        const struct stm_group *const g = &groups->group[i];
        if (has_dose(g)) doses[n++] = g->dose;
        for (int k = 0; k < g->n; k++)
            values[(*n_values)++] = g->value[k];
    }
    return n;
}

static int positive_doses(const double *doses, int n, double *least, double *most)
{
    int different = 0;
    *least = INFINITY;
    *most = 0;
    for (int i = 0; i < n; i++) {
        if (doses[i] <= 0) continue;
        *least = doses[i] < *least ? doses[i] : *least;
        *most = doses[i] > *most ? doses[i] : *most;
        int before = 0;
        while (before < i && doses[before] != doses[i])
            before++;
        different += before == i;
    }
    return different;
}

static bool has_zero(const double *doses, int n)
{
    while (n > 0 && doses[n - 1] > 0)
        n--;
    return n > 0;
}

static void draw_controls(struct stm_plot *plot, const struct stm_groups *groups)
{
    static const char *const names[] = {"positive control", "negative control"};
    const struct stm_pdf_paint paint = {STM_PDF_NONE, STM_PDF_GREY, 0.8, true};
    const struct stm_pdf_font font = {.size = 6.5, .colour = STM_PDF_GREY, .align = STM_PDF_RIGHT};
    for (int i = 0; i < 2; i++) {
        if (!groups->control[i].n) continue;
        const double y = stm_plot_y(plot, groups->control[i].mean);
        stm_pdf_line(plot->pdf, plot->area.x, y, plot->area.x + plot->area.w, y, &paint);
        stm_pdf_text(plot->pdf, plot->area.x + plot->area.w - 2, y - 2, 0, &font, names[i]);
    }
}

static void draw_all_series(struct stm_page *page, struct stm_plot *plot, const struct stm_groups *groups)
{
    int series = 0;
    double x = page->left + 42;
    for (int i = 0; i < groups->n && series < SERIES; i++) {
        bool seen = !has_dose(&groups->group[i]);
        for (int k = 0; k < i && !seen; k++)
            seen = has_dose(&groups->group[k]) && same_series(&groups->group[k], &groups->group[i]);
        if (seen) continue;
        const struct stm_pdf_font font = {.size = 7.5, .colour = colours[series % COLOURS]};
        struct stm_string name = {0};
        stm_string_addf(&name, "\xe2\x97\x8f %s %s", groups->group[i].batch, groups->group[i].condition);
        draw_series(plot, groups, i, colours[series++ % COLOURS]);
        if (!name.failed && x < page->right - 60)
            x += 12 + stm_pdf_text(page->pdf, x, plot->box.y + plot->box.h + 8, 120, &font, name.text);
        stm_string_free(&name);
    }
}

static void put_doses(struct stm_page *page, const struct stm_groups *groups, const struct stm_pdf_measure *m)
{
    double *const doses = malloc((size_t)(groups->n + 1) * sizeof *doses);
    double *const values = malloc((size_t)(groups->n_wells + 1) * sizeof *values);
    double least, most;
    int n_values;
    const int n = doses && values ? collect(groups, doses, values, &n_values) : 0;
    if (n && positive_doses(doses, n, &least, &most) >= 2 && stm_page_need(page, 230)) {
        const bool log = most / least >= 20;
        struct stm_plot plot = {.pdf = page->pdf,
                                .box = {page->left, page->y, 360, 210},
                                .x = stm_plot_axis_of(doses, (size_t)n, log, "Concentration"),
                                .y = stm_plot_axis_of(values, (size_t)n_values, false, m->title)};
        plot.x.zero = log && has_zero(doses, n);
        if (plot.x.zero) plot.x.min /= 10;
        stm_plot_begin(&plot);
        draw_controls(&plot, groups);
        draw_all_series(page, &plot, groups);
        page->y += 226;
    }
    free(doses);
    free(values);
}

void stm_pdf_draw_groups(struct stm_page *page, const struct stm_pdf_report *r)
{
    if (!r->info->n_metadata || !r->n_measures) return;
    bool begun = false;
    for (int first = 0, n; first < r->n_wells; first += n) {
        struct stm_groups groups;
        for (n = 1; first + n < r->n_wells && !strcmp(r->wells[first + n].plate, r->wells[first].plate);)
            n++;
        if (!stm_groups_find(&groups, r->info, r->wells + first, n, r->measure[0].column)) continue;
        if (groups.n && !begun) stm_page_heading(page, 2, "Groups and controls", 100);
        begun |= groups.n > 0;
        if (groups.n) {
            if (n < r->n_wells) stm_page_heading(page, 3, r->wells[first].plate, 60);
            put_z(page, &groups);
            put_doses(page, &groups, &r->measure[0]);
            put_table(page, &groups, &r->measure[0]);
        }
        if (groups.n > ROWS) stm_page_text(page, NULL, "Further groups are in report.html.");
        stm_groups_free(&groups);
    }
}
