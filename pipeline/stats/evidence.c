/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/evidence.h"

#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/quantile.h"

#include <math.h>
#include <stdlib.h>

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
    e->freedom = e->effective = e->sample = 0;
    if (e->units < 2 || !(e->cells > 0)) return;
    e->careful = 1 + (e->design - 1) * (k + 3) / (k - 1);
    e->freedom = 2 / (2 / (k - 1) + fmax(kurtosis_of_units(e), 0) / k);
    const double t = stm_quantile_student(confidence, e->freedom);
    e->effective = e->cells / e->careful * square(stm_quantile_normal(confidence) / t);
    const double one = spread_of(e);
    e->sample = one / (one / e->effective + square(e->systematic));
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

double stm_evidence_lower(const struct stm_evidence *e, double confidence)
{
    const double n = e->sample;
    if (!(n > 0) || !(e->value > 0)) return 0;
    if (e->kind == STM_EVIDENCE_SHARE)
        return zero_if_nan(stm_quantile_beta(1 - confidence, e->value * n, n - e->value * n + 1));
    return zero_if_nan(e->value / n * stm_quantile_gamma(1 - confidence, n));
}

double stm_evidence_upper(const struct stm_evidence *e, double confidence)
{
    const double n = e->sample;
    if (e->kind == STM_EVIDENCE_SHARE) {
        if (!(n > 0) || !(e->value < 1)) return 1;
        return stm_quantile_beta(confidence, e->value * n + 1, n - e->value * n);
    }
    return n > 0 ? e->value / n * stm_quantile_gamma(confidence, n + 1) : INFINITY;
}

double stm_evidence_p_above(const struct stm_evidence *e, double limit)
{
    const double n = e->sample;
    if (!(n > 0) || !(e->value > 0)) return 1;
    if (e->kind == STM_EVIDENCE_SHARE) return stm_below_beta(limit, e->value * n, n - e->value * n + 1);
    return stm_below_gamma(limit / e->value * n, n);
}

double stm_evidence_p_below(const struct stm_evidence *e, double limit)
{
    const double n = e->sample;
    if (!(n > 0)) return 1;
    if (e->kind == STM_EVIDENCE_RATE)
        return e->value > 0 ? 1 - stm_below_gamma(limit / e->value * n, n + 1) : NAN;
    return e->value < 1 ? 1 - stm_below_beta(limit, e->value * n + 1, n - e->value * n) : 1;
}

double stm_evidence_probability_below(const struct stm_evidence *e, double limit)
{
    const double n = e->sample;
    if (!(n > 0)) return NAN;
    if (e->kind == STM_EVIDENCE_SHARE)
        return stm_below_beta(limit, e->value * n + 0.5, n - e->value * n + 0.5);
    return e->value > 0 ? stm_below_gamma(limit / e->value * n, n + 0.5) : NAN;
}

double stm_evidence_standard(const struct stm_evidence *e)
{
    if (!(e->sample > 0)) return NAN;
    return e->kind == STM_EVIDENCE_SHARE ? sqrt(spread_of(e) / e->sample) : e->value / sqrt(e->sample);
}
