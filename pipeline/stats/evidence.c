/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/evidence.h"

#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/quantile.h"

#include <math.h>
#include <stdbool.h>

static double square(double x)
{
    return x * x;
}

static double sum(const double *v, int k)
{
    double total = 0;
    for (int i = 0; i < k; i++)
        total += v[i];
    return total;
}

/* Units that hold something; a field without cells says nothing about a share. */
static int count_used(const double *whole, int k)
{
    int used = 0;
    for (int i = 0; i < k; i++)
        used += whole[i] > 0;
    return used;
}

static double typical_of(const double *whole, int k)
{
    double squares = 0;
    for (int i = 0; i < k; i++)
        squares += square(whole[i]);
    return squares > 0 ? squares / sum(whole, k) : 0;
}

/* The value of a share, pulled a little from 0 and 1 so that its variance is never zero. */
static double inner_share(const struct stm_evidence *e)
{
    const double n = e->cells / e->careful;
    return (e->value * n + 0.5) / (n + 1);
}

/* Variance of one cell: of a share, and the relative one of a rate. */
static double spread_of(const struct stm_evidence *e)
{
    const double p = e->kind == STM_EVIDENCE_SHARE ? inner_share(e) : 0;
    return e->kind == STM_EVIDENCE_SHARE ? p * (1 - p) : 1;
}

/* Excess kurtosis of a beta distribution with mean p whose parts are correlated by rho. */
static double kurtosis_of_beta(double p, double rho)
{
    const double s = 1 / rho - 1, a = p * s, b = s - a;
    return 6 * (square(a - b) * (s + 1) - a * b * (s + 2)) / (a * b * (s + 2) * (s + 3));
}

/* Excess kurtosis of what the units show: what they are, and the chance with which their cells were met. */
static double kurtosis_of_units(const struct stm_evidence *e)
{
    const double m = e->per_unit, excess = e->careful - 1;
    if (e->kind == STM_EVIDENCE_RATE) { /* gamma with relative variance excess / m: 6 times that */
        const double true_part = excess / e->careful;
        return 6 * excess / m * square(true_part) + square(1 - true_part) / m;
    }
    const double p = inner_share(e), pq = p * (1 - p), rho = m > 1 ? fmin(excess / (m - 1), 0.9) : 0;
    const double true_part = rho / (rho + (1 - rho) / fmax(m, 1));
    return (rho > 0 ? kurtosis_of_beta(p, rho) * square(true_part) : 0) +
           (1 - 6 * pq) / (fmax(m, 1) * pq) * square(1 - true_part);
}

void stm_evidence_settle(struct stm_evidence *e, double confidence)
{
    const double k = e->units;
    e->careful = 1;
    e->freedom = e->effective = 0;
    if (e->units < 2 || !(e->cells > 0)) return;
    e->careful = 1 + (e->design - 1) * (k + 3) / (k - 1);
    e->freedom = 2 / (2 / (k - 1) + fmax(kurtosis_of_units(e), 0) / k);
    const double t = stm_quantile_student(confidence, e->freedom);
    e->effective = e->cells / e->careful * square(stm_quantile_normal(confidence) / t);
}

struct stm_evidence stm_evidence_share(const double *part, const double *whole, int k, double systematic,
                                       double confidence)
{
    const struct stm_ratio r = stm_ratio_of(part, whole, k);
    struct stm_evidence e = {.kind = STM_EVIDENCE_SHARE,
                             .value = r.p,
                             .cells = sum(whole, k),
                             .units = count_used(whole, k),
                             .per_unit = typical_of(whole, k),
                             .design = r.effect,
                             .systematic = systematic};
    stm_evidence_settle(&e, confidence);
    return e;
}

struct stm_evidence stm_evidence_rate(const double *count, const double *size, int k, double systematic,
                                      double confidence)
{
    const struct stm_dispersion d = stm_dispersion_of(count, size, k);
    const double area = sum(size, k);
    struct stm_evidence e = {.kind = STM_EVIDENCE_RATE,
                             .value = area > 0 ? sum(count, k) / area : NAN,
                             .cells = sum(count, k),
                             .units = k,
                             .per_unit = k > 0 ? sum(count, k) / k : 0,
                             .design = d.phi,
                             .systematic = systematic};
    stm_evidence_settle(&e, confidence);
    return e;
}

/* A fraction of a cell has a quantile too small for the library. */
static double zero_if_nan(double x)
{
    return isnan(x) ? 0 : x;
}

static double lower_by_chance(const struct stm_evidence *e, double confidence)
{
    const double n = e->effective, v = e->value;
    if (!(n > 0) || !(v > 0)) return 0;
    if (isinf(n)) return v;
    if (e->kind == STM_EVIDENCE_SHARE)
        return zero_if_nan(stm_quantile_beta(1 - confidence, v * n, n - v * n + 1));
    return zero_if_nan(v / n * stm_quantile_gamma(1 - confidence, n));
}

static double upper_by_chance(const struct stm_evidence *e, double confidence)
{
    const double n = e->effective, v = e->value;
    if (isinf(n)) return v;
    if (e->kind == STM_EVIDENCE_RATE) return n > 0 ? v / n * stm_quantile_gamma(confidence, n + 1) : INFINITY;
    return n > 0 && v < 1 ? stm_quantile_beta(confidence, v * n + 1, n - v * n) : 1;
}

/* How far the systematic part alone reaches at this confidence. */
static double systematic_reach(const struct stm_evidence *e, double confidence)
{
    if (!(e->systematic > 0)) return 0;
    return stm_quantile_normal(confidence) * e->systematic * (e->kind == STM_EVIDENCE_RATE ? e->value : 1);
}

double stm_evidence_lower(const struct stm_evidence *e, double confidence)
{
    const double l = lower_by_chance(e, confidence), reach = systematic_reach(e, confidence);
    return reach > 0 && l > 0 ? fmax(0, e->value - hypot(e->value - l, reach)) : l;
}

double stm_evidence_upper(const struct stm_evidence *e, double confidence)
{
    const double u = upper_by_chance(e, confidence), reach = systematic_reach(e, confidence);
    const double most = e->kind == STM_EVIDENCE_SHARE ? 1 : INFINITY;
    return reach > 0 && u < most ? fmin(most, e->value + hypot(u - e->value, reach)) : u;
}

/* By chance alone there is a closed form: the tail of the distribution that the limits are quantiles of. */
static double tail_above(const struct stm_evidence *e, double limit)
{
    const double n = e->effective, v = e->value;
    if (e->kind == STM_EVIDENCE_SHARE) return stm_below_beta(limit, v * n, n - v * n + 1);
    return stm_below_gamma(limit / v * n, n);
}

static double tail_below(const struct stm_evidence *e, double limit)
{
    const double n = e->effective, v = e->value;
    if (e->kind == STM_EVIDENCE_SHARE) return 1 - stm_below_beta(limit, v * n + 1, n - v * n);
    return 1 - stm_below_gamma(limit / v * n, n + 1);
}

/* 1 - c with the lower (side 1) or upper (-1) limit at confidence c just at `limit`. */
static double search(const struct stm_evidence *e, double limit, int side)
{
    double no = 0.5, yes = 1 - 1e-12; /* lower limits fall, upper limits rise with the confidence */
    for (int i = 0; i < 50; i++) {
        const double c = (no + yes) / 2;
        const bool clear = side > 0 ? stm_evidence_lower(e, c) >= limit : stm_evidence_upper(e, c) <= limit;
        if (clear)
            no = c;
        else
            yes = c;
    }
    return 1 - no;
}

double stm_evidence_p_above(const struct stm_evidence *e, double limit)
{
    if (!(e->effective > 0) || !(e->value > limit)) return 1;
    if (e->systematic > 0 || isinf(e->effective)) return search(e, limit, 1);
    return fmin(0.5, tail_above(e, limit));
}

double stm_evidence_p_below(const struct stm_evidence *e, double limit)
{
    if (!(e->effective > 0) || !(e->value < limit)) return 1;
    if (e->systematic > 0 || isinf(e->effective)) return search(e, limit, -1);
    return e->value > 0 || e->kind == STM_EVIDENCE_SHARE ? fmin(0.5, tail_below(e, limit)) : 1;
}

double stm_evidence_probability_below(const struct stm_evidence *e, double limit)
{
    if (!(e->effective > 0)) return NAN;
    if (e->value > limit) return stm_evidence_p_above(e, limit);
    return e->value < limit ? 1 - stm_evidence_p_below(e, limit) : 0.5;
}

double stm_evidence_standard(const struct stm_evidence *e)
{
    if (!(e->effective > 0)) return NAN;
    const double chance = isinf(e->effective) ? 0 : spread_of(e) / e->effective;
    return sqrt(chance + square(e->systematic)) * (e->kind == STM_EVIDENCE_RATE ? e->value : 1);
}
