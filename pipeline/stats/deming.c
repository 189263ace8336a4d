/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/deming.h"

#include "pipeline/stats/quantile.h"

#include <math.h>
#include <stdbool.h>

/* The line through all points but `without` (-1: all). */
static bool fit(const double *x, const double *y, int n, double ratio, int without, double *slope,
                double *intercept)
{
    const int used = n - (without >= 0);
    double mx = 0, my = 0, sxx = 0, sxy = 0, syy = 0;
    for (int i = 0; i < n; i++)
        if (i != without) {
            mx += x[i] / used;
            my += y[i] / used;
        }
    for (int i = 0; i < n; i++)
        if (i != without) {
            sxx += (x[i] - mx) * (x[i] - mx);
            sxy += (x[i] - mx) * (y[i] - my);
            syy += (y[i] - my) * (y[i] - my);
        }
    if (!(fabs(sxy) > 0)) return false;
    const double d = syy - ratio * sxx;
    *slope = (d + sqrt(d * d + 4 * ratio * sxy * sxy)) / (2 * sxy);
    *intercept = my - *slope * mx;
    return true;
}

static struct stm_interval spread(double value, double sum, double squares, int n, double confidence)
{
    const double variance = fmax(squares - sum * sum / n, 0) / (n - 1) / n;
    const double half = stm_quantile_student((1 + confidence) / 2, n - 2) * sqrt(variance);
    return (struct stm_interval){value - half, value + half};
}

struct stm_deming stm_deming_of(const double *x, const double *y, int n, double ratio, double confidence)
{
    struct stm_deming d = {n, NAN, NAN, {NAN, NAN}, {NAN, NAN}};
    double sum[2] = {0}, squares[2] = {0};
    if (n < 3 || !fit(x, y, n, ratio, -1, &d.slope, &d.intercept)) return d;
    for (int i = 0; i < n; i++) {
        double slope, intercept;
        if (!fit(x, y, n, ratio, i, &slope, &intercept)) return d;
        /* pseudo-values, as differences from the whole so that no digits are lost */
        const double ps = (n - 1) * (d.slope - slope), pi = (n - 1) * (d.intercept - intercept);
        sum[0] += ps;
        sum[1] += pi;
        squares[0] += ps * ps;
        squares[1] += pi * pi;
    }
    if (n < 4) return d;
    d.slope_of = spread(d.slope, sum[0], squares[0], n, confidence);
    d.intercept_of = spread(d.intercept, sum[1], squares[1], n, confidence);
    return d;
}
