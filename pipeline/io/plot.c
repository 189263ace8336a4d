/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/plot.h"

#include <math.h>
#include <stdio.h>

enum { WANTED = 5, MOST = 40, ROOM_LEFT = 42, ROOM_BELOW = 30, ROOM_ABOVE = 6, ROOM_RIGHT = 8 };

static const struct stm_pdf_paint axis_paint = {STM_PDF_NONE, 0x56636b, 0.7, false};
static const struct stm_pdf_paint grid_paint = {STM_PDF_NONE, 0xe3e8eb, 0.5, false};

/* The largest power of ten that is not above `value` > 0. */
static double decade(double value)
{
    double d = 1;
    while (d > value && d > 1e-300)
        d /= 10;
    while (d * 10 <= value)
        d *= 10;
    return d;
}

double stm_plot_step(double span, int wanted)
{
    static const double steps[] = {1, 2, 5, 10};
    if (!(span > 0) || !isfinite(span)) return 1;
    const double d = decade(span / wanted);
    for (int i = 0; i < 3; i++)
        if (d * steps[i] * wanted >= span) return d * steps[i];
    return d * steps[3];
}

static struct stm_plot_axis linear(double min, double max, const char *title)
{
    if (!(max > min)) {
        const double half = min != 0 ? fabs(min) / 2 : 0.5;
        min -= half;
        max += half;
    }
    const double step = stm_plot_step(max - min, WANTED);
    return (struct stm_plot_axis){floor(min / step) * step, ceil(max / step) * step, false, title, false};
}

struct stm_plot_axis stm_plot_axis_of(const double *values, size_t n, bool log, const char *title)
{
    double min = INFINITY, max = -INFINITY, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
        if (values[i] > 0 && values[i] < least) least = values[i];
    }
    if (!(max >= min)) return (struct stm_plot_axis){0, 1, false, title, false};
    if (!log || !isfinite(least)) return linear(min, max, title);
    const double low = decade(least), high = decade(max);
    return (struct stm_plot_axis){low, high < max || high <= low ? high * 10 : high, true, title, false};
}

static double share(const struct stm_plot_axis *axis, double value)
{
    if (axis->log) return log10(value / axis->min) / log10(axis->max / axis->min);
    return (value - axis->min) / (axis->max - axis->min);
}

double stm_plot_x(const struct stm_plot *plot, double value)
{
    return plot->area.x + share(&plot->x, value) * plot->area.w;
}

double stm_plot_y(const struct stm_plot *plot, double value)
{
    return plot->area.y + (1 - share(&plot->y, value)) * plot->area.h;
}

/* Fills `ticks` and returns how many there are. */
static int list_ticks(const struct stm_plot_axis *axis, double *ticks)
{
    const double step = stm_plot_step(axis->max - axis->min, WANTED), slack = 1 + 1e-9;
    int n = 0;
    if (axis->log)
        for (double v = axis->min; v <= axis->max * slack && n < MOST; v *= 10)
            ticks[n++] = v;
    else
        for (int i = 0; i <= MOST && n < MOST; i++) {
            const double v = (ceil(axis->min / step - 1e-9) + i) * step;
            if (v > axis->max + 1e-9 * step) break;
            ticks[n++] = fabs(v) < step * 1e-9 ? 0 : v;
        }
    return n;
}

void stm_plot_begin(struct stm_plot *plot)
{
    const struct stm_pdf_box b = plot->box;
    const struct stm_pdf_box a = plot->area =
        (struct stm_pdf_box){b.x + ROOM_LEFT, b.y + ROOM_ABOVE + 10, b.w - ROOM_LEFT - ROOM_RIGHT,
                             b.h - ROOM_ABOVE - ROOM_BELOW - 10};
    struct stm_pdf_font font = {.size = 6.5, .colour = STM_PDF_GREY, .align = STM_PDF_CENTRE};
    double ticks[MOST];
    char text[32];
    for (int i = 0, n = list_ticks(&plot->x, ticks); i < n; i++) {
        const double x = stm_plot_x(plot, ticks[i]);
        stm_pdf_line(plot->pdf, x, a.y, x, a.y + a.h, &grid_paint);
        snprintf(text, sizeof text, "%.4g", i == 0 && plot->x.zero ? 0 : ticks[i]);
        stm_pdf_text(plot->pdf, x, a.y + a.h + 9, 0, &font, text);
    }
    font.align = STM_PDF_RIGHT;
    for (int i = 0, n = list_ticks(&plot->y, ticks); i < n; i++) {
        const double y = stm_plot_y(plot, ticks[i]);
        stm_pdf_line(plot->pdf, a.x, y, a.x + a.w, y, &grid_paint);
        snprintf(text, sizeof text, "%.4g", ticks[i]);
        stm_pdf_text(plot->pdf, a.x - 4, y + 2.3, 0, &font, text);
    }
    stm_pdf_line(plot->pdf, a.x, a.y + a.h, a.x + a.w, a.y + a.h, &axis_paint);
    stm_pdf_line(plot->pdf, a.x, a.y, a.x, a.y + a.h, &axis_paint);
    const struct stm_pdf_font title = {.size = 7, .align = STM_PDF_CENTRE};
    const struct stm_pdf_font above = {.size = 7};
    stm_pdf_text(plot->pdf, a.x + a.w / 2, a.y + a.h + 20, a.w, &title, plot->x.title);
    stm_pdf_text(plot->pdf, b.x, b.y + ROOM_ABOVE + 3, b.w, &above, plot->y.title);
}
