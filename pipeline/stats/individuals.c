/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/individuals.h"

#include <math.h>

/* Expected range of 2 values of a normal distribution over its standard deviation: 2 / sqrt(pi). */
static const double d2 = 1.1283791670955126;

struct stm_individuals stm_individuals_of(const double *v, size_t n)
{
    struct stm_individuals chart = {n, NAN, NAN, NAN, NAN};
    double sum = 0, ranges = 0;
    for (size_t i = 0; i < n; i++) {
        sum += v[i];
        if (i) ranges += fabs(v[i] - v[i - 1]);
    }
    if (n) chart.mean = sum / (double)n;
    if (n < 2) return chart;
    chart.range = ranges / (double)(n - 1);
    chart.low = chart.mean - 3 * chart.range / d2;
    chart.high = chart.mean + 3 * chart.range / d2;
    return chart;
}

bool stm_individuals_outside(const struct stm_individuals *chart, double value)
{
    return value < chart->low || value > chart->high;
}
