/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/polynomial.h"

#include <math.h>

/* A column that loses all but this share of its length is made of rounding errors: equidistant points keep
 * more than 0.1 at every order, clusters of points 0.001 apart about that much. */
static const double REMAINS = 1e-9;

size_t stm_polynomial_scratch(int n, int order)
{
    return (size_t)n * (size_t)(order + 2);
}

static double product(const double *a, const double *b, const double *w, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += w[i] * a[i] * b[i];
    return sum;
}

/* Takes from `column` what it has of the k earlier ones, adding to `taken`. */
static void project_out(double *column, const double *basis, const double *w, int n, int k, double *taken)
{
    for (int j = 0; j < k; j++) {
        const double *const q = basis + (size_t)j * (size_t)n;
        const double share = product(q, column, w, n);
        taken[j] += share;
        for (int i = 0; i < n; i++)
            column[i] -= share * q[i];
    }
}

static bool normalise(double *column, const double *w, int n, double before, double *norm)
{
    *norm = sqrt(product(column, column, w, n));
    if (!(*norm > REMAINS * before)) return false;
    for (int i = 0; i < n; i++)
        column[i] /= *norm;
    return true;
}

static void scale(struct stm_polynomial *p, const double *x, int n)
{
    double lo = x[0], hi = x[0];
    for (int i = 1; i < n; i++) {
        if (x[i] < lo) lo = x[i];
        if (x[i] > hi) hi = x[i];
    }
    p->middle = (lo + hi) / 2;
    p->half = hi > lo ? (hi - lo) / 2 : 1;
}

bool stm_polynomial_fit(struct stm_polynomial *p, const double *x, const double *y, const double *w, int n,
                        int order, double *scratch)
{
    double *const rest = scratch, *const basis = scratch + n;
    if (n < 1 || order < 0 || order > STM_POLYNOMIAL_ORDER) return false;
    *p = (struct stm_polynomial){.order = order};
    scale(p, x, n);
    for (int i = 0; i < n; i++)
        rest[i] = y[i];
    for (int k = 0; k <= order; k++) {
        double *const column = basis + (size_t)k * (size_t)n;
        for (int i = 0; i < n; i++)
            column[i] = k ? (x[i] - p->middle) / p->half * column[i - n] : 1;
        const double before = sqrt(product(column, column, w, n));
        project_out(column, basis, w, n, k, p->step[k]);
        project_out(column, basis, w, n, k, p->step[k]); /* twice is enough */
        if (!normalise(column, w, n, before, &p->step[k][k])) return false;
        project_out(rest, column, w, n, 1, &p->coefficient[k]);
    }
    return true;
}

double stm_polynomial_at(const struct stm_polynomial *p, double x)
{
    double value[STM_POLYNOMIAL_ORDER + 1], sum = 0;
    for (int k = 0; k <= p->order; k++) {
        value[k] = k ? (x - p->middle) / p->half * value[k - 1] : 1;
        for (int j = 0; j < k; j++)
            value[k] -= p->step[k][j] * value[j];
        value[k] /= p->step[k][k];
        sum += p->coefficient[k] * value[k];
    }
    return sum;
}
