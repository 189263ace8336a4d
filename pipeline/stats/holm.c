/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/holm.h"

#include <math.h>

/* Questions whose p is smaller, ties in order. */
static int rank_of(const double *p, int n, int i)
{
    int rank = 0;
    for (int k = 0; k < n; k++)
        rank += p[k] < p[i] || (!(p[k] > p[i]) && !isnan(p[k]) && k < i);
    return rank;
}

void stm_holm(const double *p, double *adjusted, int n)
{
    double own[256];
    int asked = 0;
    if (n > 256) n = 256;
    for (int i = 0; i < n; i++)
        asked += !isnan(p[i]);
    for (int i = 0; i < n; i++)
        own[i] = isnan(p[i]) ? NAN : fmin(1, p[i] * (asked - rank_of(p, n, i)));
    double result[256];
    for (int i = 0; i < n; i++) { /* never less than that of a smaller p */
        result[i] = own[i];
        for (int k = 0; k < n; k++)
            if (p[k] <= p[i] && own[k] > result[i] && rank_of(p, n, k) < rank_of(p, n, i)) result[i] = own[k];
    }
    for (int i = 0; i < n; i++)
        adjusted[i] = result[i];
}
