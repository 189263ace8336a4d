/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/order.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double stm_quantile(double *v, int n, double part)
{
    if (n < 1) return 0;
    qsort(v, (size_t)n, sizeof *v, by_value);
    const double at = part * (n - 1);
    const int i = (int)at < n - 1 ? (int)at : n - 1;
    return i + 1 < n ? v[i] + (at - i) * (v[i + 1] - v[i]) : v[i];
}

double stm_median(double *v, int n)
{
    return stm_quantile(v, n, 0.5);
}
