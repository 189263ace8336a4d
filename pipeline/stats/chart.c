/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/chart.h"

#include <math.h>

/* Expected range of two normal numbers in units of their standard deviation: 2 / sqrt(pi). */
static const double range_of_two = 1.1283791670955126;

struct stm_chart_base stm_chart_base_of(const double *x, int n)
{
    struct stm_chart_base base = {0, 0};
    for (int i = 0; i < n; i++)
        base.target += x[i] / n;
    for (int i = 1; i < n; i++)
        base.sigma += fabs(x[i] - x[i - 1]) / (n - 1) / range_of_two;
    return base;
}

int stm_chart_ewma(const double *x, int n, struct stm_chart_base base, double lambda, double width, double *z,
                   double *half)
{
    double last = base.target, fading = 1;
    int first = -1;
    for (int i = 0; i < n; i++) {
        last = z[i] = lambda * x[i] + (1 - lambda) * last;
        fading *= (1 - lambda) * (1 - lambda);
        half[i] = width * base.sigma * sqrt(lambda / (2 - lambda) * (1 - fading));
        if (first < 0 && fabs(z[i] - base.target) > half[i]) first = i;
    }
    return first;
}

int stm_chart_cusum(const double *x, int n, struct stm_chart_base base, double slack, double limit,
                    double *up, double *down)
{
    double high = 0, low = 0;
    int first = -1;
    for (int i = 0; i < n; i++) {
        const double off = (x[i] - base.target) / base.sigma;
        high = up[i] = fmax(0, high + off - slack);
        low = down[i] = fmax(0, low - off - slack);
        if (first < 0 && (high > limit || low > limit)) first = i;
    }
    return first;
}
