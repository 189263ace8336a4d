/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/growth.h"

#include "pipeline/stats/quantile.h"

#include <math.h>

static const double ln2 = 0.693147180559945309417;

struct line {
    int n;
    double slope, error; /* error: standard error of the slope */
};

/* Logarithms are taken of ratios to the first value, so that equal values have a slope of exactly zero. */
static struct line fit(const double *time, const double *value, int n)
{
    struct line l = {0, NAN, NAN};
    double first = NAN, t = 0, y = 0, tt = 0, ty = 0, yy = 0;
    for (int i = 0; i < n; i++) {
        if (!(value[i] > 0)) continue;
        if (!l.n) first = value[i];
        t += time[i];
        y += log(value[i] / first);
        l.n++;
    }
    for (int i = 0; l.n > 0 && i < n; i++) {
        if (!(value[i] > 0)) continue;
        const double dt = time[i] - t / l.n, dy = log(value[i] / first) - y / l.n;
        tt += dt * dt;
        ty += dt * dy;
        yy += dy * dy;
    }
    if (l.n < 3 || !(tt > 0)) return l;
    l.slope = ty / tt;
    l.error = sqrt(fmax(0, yy - l.slope * ty) / (l.n - 2) / tt);
    return l;
}

struct stm_growth stm_growth_fit(const double *time, const double *value, int n, double confidence)
{
    const struct line l = fit(time, value, n);
    struct stm_growth g = {l.n, NAN, {NAN, NAN}};
    if (!(l.slope > 0)) return g;
    const double reach = stm_quantile_student(0.5 + confidence / 2, l.n - 2) * l.error;
    g.doubling = ln2 / l.slope;
    g.interval.low = ln2 / (l.slope + reach);
    if (l.slope > reach) g.interval.high = ln2 / (l.slope - reach);
    return g;
}
