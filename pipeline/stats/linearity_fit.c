/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/linearity_fit.h"

#include "pipeline/stats/quantile.h"

#include <math.h>

/* Differences below this share of the line are rounding errors of the fits (some 1e-15), so that data without
 * any deviation have indices of exactly 0. */
static const double ROUNDING = 1e-12;

struct stm_linearity_point stm_linearity_point_of(double x, const double *value, int n)
{
    struct stm_linearity_point p = {.x = x, .n = n};
    double squares = 0;
    for (int i = 0; i < n; i++)
        p.mean += value[i];
    p.mean /= n;
    for (int i = 0; i < n; i++)
        squares += (value[i] - p.mean) * (value[i] - p.mean);
    p.sd = n > 1 ? sqrt(squares / (n - 1)) : NAN;
    return p;
}

static double variance(enum stm_linearity_weights weights, double x)
{
    return weights == STM_LINEARITY_1 ? 1 : weights == STM_LINEARITY_X ? x : x * x;
}

size_t stm_linearity_scratch(int n_points, int order)
{
    return 3 * (size_t)n_points + stm_polynomial_scratch(n_points, order);
}

/* The polynomial through the points, with weights 1 / v(x) or n / v(x). */
static bool fit_curve(struct stm_polynomial *curve, const struct stm_linearity_set *set,
                      enum stm_linearity_weights weights, bool counted, int order, double *scratch)
{
    const int n = set->first[set->n_fractions];
    double *const x = scratch, *const y = x + n, *const w = y + n;
    for (int i = 0; i < n; i++) {
        const struct stm_linearity_point *const p = &set->point[i];
        x[i] = p->x;
        y[i] = p->mean;
        w[i] = (counted ? p->n : 1) / variance(weights, p->x);
    }
    return stm_polynomial_fit(curve, x, y, w, n, order, w + n);
}

bool stm_linearity_fit(struct stm_linearity_fit *fit, const struct stm_linearity_set *set,
                       enum stm_linearity_weights weights, int order, double *scratch)
{
    double xy = 0, xx = 0;
    for (int i = 0; i < set->first[set->n_fractions]; i++) {
        const struct stm_linearity_point *const p = &set->point[i];
        const double w = p->n / variance(weights, p->x);
        xy += w * p->x * p->mean;
        xx += w * p->x * p->x;
    }
    fit->weights = weights;
    fit->b1 = xy / xx;
    return fit->b1 > 0 && fit_curve(&fit->curve, set, weights, false, order, scratch);
}

struct stm_linearity_departure stm_linearity_departure(const struct stm_linearity_set *set,
                                                       const struct stm_linearity_fit *fit, double *scratch)
{
    const int n = set->first[set->n_fractions], order = fit->curve.order;
    struct stm_linearity_departure d = {NAN, NAN, order, n - order - 1};
    struct stm_polynomial curve;
    double line = 0, bent = 0;
    if (!fit_curve(&curve, set, fit->weights, true, order, scratch)) return d;
    for (int i = 0; i < n; i++) {
        const struct stm_linearity_point *const p = &set->point[i];
        const double w = p->n / variance(fit->weights, p->x);
        const double off_line = p->mean - fit->b1 * p->x,
                     off_curve = p->mean - stm_polynomial_at(&curve, p->x);
        line += w * off_line * off_line;
        bent += w * off_curve * off_curve;
    }
    if (!(d.of_scatter > 0 && bent > 0)) return d;
    d.f = line > bent ? (line - bent) / d.of_bend / (bent / d.of_scatter) : 0;
    d.p = stm_tail_f(d.f, d.of_bend, d.of_scatter);
    return d;
}

double stm_linearity_bend(const struct stm_linearity_fit *fit, double x)
{
    const double line = fit->b1 * x, bend = stm_polynomial_at(&fit->curve, x) - line;
    return fabs(bend) > ROUNDING * line ? bend : 0;
}

/* R^2 of the line: COMET's is that of R for models without an intercept, sum w f^2 / (sum w f^2 + sum w e^2);
 * the centred one compares with the weighted mean instead of with zero. */
static void line_r2(double *value, const struct stm_linearity_set *set, const struct stm_linearity_fit *fit)
{
    double sum_w = 0, sum_y = 0, fitted = 0, residual = 0, total = 0;
    for (int i = 0; i < set->first[set->n_fractions]; i++) {
        const struct stm_linearity_point *const p = &set->point[i];
        const double w = p->n / variance(fit->weights, p->x), f = fit->b1 * p->x;
        sum_w += w;
        sum_y += w * p->mean;
        fitted += w * f * f;
        residual += w * (p->mean - f) * (p->mean - f);
    }
    for (int i = 0; i < set->first[set->n_fractions]; i++) {
        const struct stm_linearity_point *const p = &set->point[i];
        const double off = p->mean - sum_y / sum_w;
        total += p->n / variance(fit->weights, p->x) * off * off;
    }
    value[STM_LINEARITY_R2] = fitted / (fitted + residual);
    value[STM_LINEARITY_R2_CENTRED] = 1 - residual / total;
}

/* The same R^2 of the curve's values regressed on those of the line. */
static double smooth_r2(const struct stm_linearity_set *set, const struct stm_linearity_fit *fit)
{
    double ls = 0, ll = 0, residual = 0;
    const int n = set->first[set->n_fractions];
    for (int i = 0; i < n; i++) {
        const double x = set->point[i].x, w = 1 / variance(fit->weights, x), line = fit->b1 * x;
        ls += w * line * (line + stm_linearity_bend(fit, x));
        ll += w * line * line;
    }
    const double k = ls / ll;
    for (int i = 0; i < n; i++) {
        const double x = set->point[i].x, line = fit->b1 * x;
        const double e = line + stm_linearity_bend(fit, x) - k * line;
        residual += e * e / variance(fit->weights, x);
    }
    return k * k * ll / (k * k * ll + residual);
}

/* Sums of squared and absolute smoothed residuals: relative to the line at each point, to the line at the
 * lowest fraction, and to its root (which evens out the variance of counts). */
static void indices(double *value, const struct stm_linearity_set *set, const struct stm_linearity_fit *fit)
{
    double lowest = set->point[0].x;
    for (int i = 1; i < set->first[1]; i++)
        if (set->point[i].x < lowest) lowest = set->point[i].x;
    lowest *= fit->b1;
    for (int k = STM_LINEARITY_SSE_SCALED; k <= STM_LINEARITY_SAE_STABLE; k++)
        value[k] = 0;
    for (int i = 0; i < set->first[set->n_fractions]; i++) {
        const double x = set->point[i].x, line = fit->b1 * x, e = stm_linearity_bend(fit, x);
        value[STM_LINEARITY_SSE_SCALED] += e / line * (e / line);
        value[STM_LINEARITY_SAE_SCALED] += fabs(e) / line;
        value[STM_LINEARITY_SSE] += e / lowest * (e / lowest);
        value[STM_LINEARITY_SAE] += fabs(e) / lowest;
        value[STM_LINEARITY_SSE_STABLE] += e * e / line;
        value[STM_LINEARITY_SAE_STABLE] += fabs(e) / sqrt(line);
    }
}

/* Mean and coefficient of variation of a fraction's observations. The CV is the mean of those within the
 * samples, weighted by n; where a sample has a single observation (or none but zeros) that of all
 * observations together. */
static void spread(double *mean, double *cv, const struct stm_linearity_point *point, int n)
{
    double count = 0, sum = 0, cvs = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        count += point[i].n;
        sum += point[i].n * point[i].mean;
        cvs += point[i].n * (point[i].sd / point[i].mean);
    }
    *mean = sum / count;
    *cv = cvs / count;
    if (!isnan(*cv)) return;
    for (int i = 0; i < n; i++) {
        const double off = point[i].mean - *mean;
        squares +=
            point[i].n * off * off + (point[i].n > 1 ? (point[i].n - 1) * point[i].sd * point[i].sd : 0);
    }
    *cv = sqrt(squares / (count - 1)) / *mean;
}

void stm_linearity_values(double *value, const struct stm_linearity_set *set,
                          const struct stm_linearity_fit *fit)
{
    for (int i = 0; i < STM_LINEARITY_VALUES; i++)
        value[i] = NAN;
    value[STM_LINEARITY_B1] = fit->b1;
    line_r2(value, set, fit);
    value[STM_LINEARITY_R2_SMOOTH] = smooth_r2(set, fit);
    indices(value, set, fit);
    for (int f = 0; f < set->n_fractions; f++)
        spread(&value[STM_LINEARITY_MEAN + f], &value[STM_LINEARITY_CV + f], set->point + set->first[f],
               set->first[f + 1] - set->first[f]);
}
