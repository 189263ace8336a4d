/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots as SVG. Colours are the report's, as attributes: its policy allows no style but the one sheet. */
#include "cli/linearity.h"

#include <math.h>

enum { WIDTH = 400, HEIGHT = 270, LEFT = 54, RIGHT = 10, TOP = 10, BOTTOM = 46, STEPS = 80 };

struct frame {
    struct stm_string *out;
    double x_lo, x_hi, y_lo, y_hi;
};

static double at_x(const struct frame *f, double x)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * (x - f->x_lo) / (f->x_hi - f->x_lo);
}

static double at_y(const struct frame *f, double y)
{
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - f->y_lo) / (f->y_hi - f->y_lo);
}

static void put_line(const struct frame *f, double x1, double y1, double x2, double y2,
                     const char *attributes)
{
    stm_string_addf(f->out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", at_x(f, x1),
                    at_y(f, y1), at_x(f, x2), at_y(f, y2), attributes);
}

/* 1, 2 or 5 times a power of ten, so that `range` (up to 1e21) has at most seven steps. */
static double step_of(double range)
{
    static const double factors[] = {1, 2, 5};
    for (double power = 1e-12;; power *= 10)
        for (int i = 0; i < 3; i++)
            if (!(range / (factors[i] * power) > 7)) return factors[i] * power;
}

static void put_tick(const struct frame *f, double value, double step, bool vertical)
{
    char label[32];
    const int decimals = step < 1 ? stm_linearity_decimals(step, 1) : 0;
    stm_text_number(label, sizeof label, value, decimals);
    if (vertical) {
        put_line(f, f->x_lo, value, f->x_hi, value, "stroke=\"var(--line)\"");
        stm_string_addf(f->out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6,
                        at_y(f, value) + 4, label);
    } else
        stm_string_addf(f->out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                        at_x(f, value), HEIGHT - BOTTOM + 17, label);
}

static void put_ticks(const struct frame *f, double lo, double hi, bool vertical)
{
    const double step = step_of(hi - lo);
    for (double k = ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; k++)
        put_tick(f, k * step, step, vertical);
}

static void begin(struct frame *f, const char *what, const char *x_title, const char *y_title)
{
    stm_string_addf(
        f->out,
        "<svg viewBox=\"0 0 %d %d\" width=\"100%%\" role=\"img\" aria-label=\"%s\" fill=\"var(--ink)\" "
        "font-size=\"12\">\n",
        WIDTH, HEIGHT, what);
    put_ticks(f, f->y_lo, f->y_hi, true);
    put_ticks(f, f->x_lo, f->x_hi, false);
    put_line(f, f->x_lo, f->y_lo, f->x_hi, f->y_lo, "stroke=\"var(--muted)\"");
    stm_string_addf(f->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    (WIDTH + LEFT - RIGHT) / 2, HEIGHT - 8, x_title);
    stm_string_addf(f->out,
                    "<text transform=\"translate(13 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                    (HEIGHT + TOP - BOTTOM) / 2, y_title);
}

/* A sample: its mean, one standard deviation of its observations to both sides, and what it is as a tool tip.
 */
static void put_sample(const struct frame *f, double x, double y, double sd,
                       const struct stm_linearity_sample *s, double mean)
{
    if (sd > 0) put_line(f, x, y - sd, x, y + sd, "stroke=\"var(--accent)\" stroke-width=\"1.5\"");
    stm_string_addf(f->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"var(--accent)\"><title>sample ",
                    at_x(f, x), at_y(f, y));
    stm_string_add_markup(f->out, s->number);
    stm_string_addf(f->out, ", dilution fraction %g: %.0f cells/mL, mean of %d</title></circle>\n", s->x,
                    mean, s->n);
}

/* The curve from the first to the last sample, over the line (relative, in %) or as it is (scaled). */
static void put_curve(const struct frame *f, const struct stm_linearity_result *r, double lo, double hi,
                      double unit, bool relative)
{
    stm_string_add(f->out, "<polyline fill=\"none\" stroke=\"var(--bad)\" stroke-width=\"2\" points=\"");
    for (int i = 0; i <= STEPS; i++) {
        const double x = lo + (hi - lo) * i / STEPS, line = r->fit.b1 * x,
                     bend = stm_linearity_bend(&r->fit, x);
        double y = relative ? 100 * bend / line : (line + bend) / unit;
        if (y < f->y_lo) y = f->y_lo;
        if (y > f->y_hi) y = f->y_hi;
        stm_string_addf(f->out, "%s%.1f,%.1f", i ? " " : "", at_x(f, x), at_y(f, y));
    }
    stm_string_add(f->out, "\"/>\n");
}

static void range_of_x(const struct stm_linearity_result *r, double *lo, double *hi)
{
    *lo = *hi = r->point[0].x;
    for (int i = 1; i < r->method->n_samples; i++) {
        if (r->point[i].x < *lo) *lo = r->point[i].x;
        if (r->point[i].x > *hi) *hi = r->point[i].x;
    }
}

void stm_linearity_plot_fit(struct stm_string *out, const struct stm_linearity_result *r)
{
    static const struct {
        double unit;
        const char *title;
    } units[] = {{1e6, "million cells/mL"}, {1e3, "thousand cells/mL"}, {1, "cells/mL"}};
    double lo, hi, top = 0;
    int u = 0;
    range_of_x(r, &lo, &hi);
    top = r->fit.b1 * hi;
    for (int i = 0; i < r->method->n_samples; i++) {
        const double y = r->point[i].mean + (r->point[i].sd > 0 ? r->point[i].sd : 0);
        if (y > top) top = y;
    }
    while (u < 2 && top < 0.5 * units[u].unit)
        u++;
    const double unit = units[u].unit;
    struct frame f = {out, 0, hi * 1.04, 0, top / unit * 1.04};
    begin(&f, "mean concentrations of the samples, line and curve", "dilution fraction", units[u].title);
    put_line(&f, 0, 0, hi, r->fit.b1 * hi / unit, "stroke=\"var(--ink)\" stroke-width=\"1.5\"");
    put_curve(&f, r, lo, hi, unit, false);
    for (int i = 0; i < r->method->n_samples; i++)
        put_sample(&f, r->point[i].x, r->point[i].mean / unit, r->point[i].sd / unit, &r->method->sample[i],
                   r->point[i].mean);
    stm_string_add(out, "</svg>\n");
}

/* Percent by which a sample is off the line, and the largest one, rounded up a little. */
static double residual(const struct stm_linearity_result *r, int i)
{
    return 100 * (r->point[i].mean / (r->fit.b1 * r->point[i].x) - 1);
}

static double largest_residual(const struct stm_linearity_result *r)
{
    double most = 1;
    for (int i = 0; i < r->method->n_samples; i++) {
        const double bend = 100 * stm_linearity_bend(&r->fit, r->point[i].x) / (r->fit.b1 * r->point[i].x);
        if (fabs(residual(r, i)) > most) most = fabs(residual(r, i));
        if (fabs(bend) > most) most = fabs(bend);
    }
    return most * 1.08;
}

static const char off_line[] = "% off the line";

void stm_linearity_plot_residuals(struct stm_string *out, const struct stm_linearity_result *r)
{
    double lo, hi;
    const double most = largest_residual(r);
    range_of_x(r, &lo, &hi);
    struct frame f = {out, 0, hi * 1.04, -most, most};
    begin(&f, "samples and curve relative to the line", "dilution fraction", off_line);
    put_line(&f, 0, 0, hi, 0, "stroke=\"var(--ink)\" stroke-width=\"1.5\"");
    put_curve(&f, r, lo, hi, 1, true);
    for (int i = 0; i < r->method->n_samples; i++)
        put_sample(&f, r->point[i].x, residual(r, i), 0, &r->method->sample[i], r->point[i].mean);
    stm_string_add(out, "</svg>\n");
}

void stm_linearity_plot_time(struct stm_string *out, const struct stm_linearity_result *r)
{
    const struct stm_linearity_method *const m = r->method;
    const double most = largest_residual(r);
    double latest = 0;
    for (int i = 0; i < m->n_samples; i++)
        if (m->sample[i].time[0] > latest) latest = m->sample[i].time[0];
    if (!(latest > 0)) return;
    struct frame f = {out, 0, latest * 1.04, -most, most};
    begin(&f, "samples relative to the line, in the order of time", "elapsed time, in the unit of the table",
          off_line);
    put_line(&f, 0, 0, latest, 0, "stroke=\"var(--ink)\" stroke-width=\"1.5\"");
    for (int i = 0; i < m->n_samples; i++)
        put_sample(&f, m->sample[i].time[0], residual(r, i), 0, &m->sample[i], r->point[i].mean);
    stm_string_add(out, "</svg>\n");
}
