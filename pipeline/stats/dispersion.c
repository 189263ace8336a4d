/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/quantile.h"

#include <math.h>

static double sum(const double *v, int k)
{
    double total = 0;
    for (int i = 0; i < k; i++)
        total += v[i];
    return total;
}

struct stm_dispersion stm_dispersion_of(const double *count, const double *size, int k)
{
    struct stm_dispersion d = {NAN, NAN, 1, NAN, NAN};
    if (k > 0) d.mean = sum(count, k) / k;
    if (k < 2 || !(d.mean > 0)) return d;
    const double per_size = size ? sum(count, k) / sum(size, k) : d.mean;
    d.statistic = 0;
    for (int i = 0; i < k; i++) {
        const double expected = per_size * (size ? size[i] : 1), off = count[i] - expected;
        d.statistic += off * off / expected;
    }
    d.index = d.statistic / (k - 1);
    d.phi = d.index > 1 ? d.index : 1;
    d.p = stm_tail_chi_square(d.statistic, k - 1);
    return d;
}

struct stm_ratio stm_ratio_of(const double *part, const double *whole, int k)
{
    const double n = sum(whole, k);
    struct stm_ratio r = {NAN, NAN, 1};
    if (!(n > 0)) return r;
    r.p = sum(part, k) / n;
    if (k < 2) return r;
    double squares = 0;
    for (int i = 0; i < k; i++)
        squares += (part[i] - r.p * whole[i]) * (part[i] - r.p * whole[i]);
    r.variance = squares * k / (n * n * (k - 1));
    const double binomial = r.p * (1 - r.p) / n;
    if (binomial > 0 && r.variance > binomial) r.effect = r.variance / binomial;
    return r;
}
