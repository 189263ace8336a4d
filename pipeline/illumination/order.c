/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/order.h"

/* Hoare's selection: afterwards v[k] is in its sorted place, lesser values before it, greater ones behind. */
static void select_place(double *v, int n, int k)
{
    int lo = 0, hi = n - 1;
    while (lo < hi) {
        const double pivot = v[lo + (hi - lo) / 2];
        int i = lo, j = hi;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i > j) break;
            const double t = v[i];
            v[i++] = v[j];
            v[j--] = t;
        }
        if (k <= j)
            hi = j;
        else if (k >= i)
            lo = i;
        else
            return;
    }
}

static double least_of(const double *v, int n)
{
    double least = v[0];
    for (int i = 1; i < n; i++)
        least = v[i] < least ? v[i] : least;
    return least;
}

double stm_quantile(double *v, int n, double part)
{
    if (n < 1) return 0;
    const double at = part * (n - 1);
    const int i = (int)at < n - 1 ? (int)at : n - 1;
    select_place(v, n, i);
    return i + 1 < n ? v[i] + (at - i) * (least_of(v + i + 1, n - i - 1) - v[i]) : v[i];
}

double stm_median(double *v, int n)
{
    return stm_quantile(v, n, 0.5);
}
