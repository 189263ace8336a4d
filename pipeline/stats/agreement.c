/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/agreement.h"

#include "pipeline/stats/quantile.h"

#include <math.h>

static double difference(double x, double y, bool percent)
{
    return percent ? 100 * (x - y) / ((x + y) / 2) : x - y;
}

static double two_sided_p(double t, double freedom)
{
    return 2 * (1 - stm_below_student(fabs(t), freedom));
}

static struct stm_interval around(double middle, double half)
{
    return (struct stm_interval){middle - half, middle + half};
}

/* Least squares of the differences over the means. */
static void find_trend(struct stm_agreement *a, const double *x, const double *y, bool percent)
{
    double mean = 0, sxx = 0, sxy = 0, syy = 0;
    for (int i = 0; i < a->n; i++)
        mean += (x[i] + y[i]) / 2 / a->n;
    for (int i = 0; i < a->n; i++) {
        const double dx = (x[i] + y[i]) / 2 - mean, dy = difference(x[i], y[i], percent) - a->bias;
        sxx += dx * dx;
        sxy += dx * dy;
        syy += dy * dy;
    }
    if (!(sxx > 0)) return;
    a->trend = sxy / sxx;
    const double rest = fmax(syy - a->trend * sxy, 0), error = sqrt(rest / (a->n - 2) / sxx);
    a->trend_p = error > 0 ? two_sided_p(a->trend / error, a->n - 2) : fabs(a->trend) > 0 ? 0 : 1;
}

struct stm_agreement stm_agreement_of(const double *x, const double *y, int n, bool percent,
                                      double confidence)
{
    struct stm_agreement a = {n, NAN, NAN, NAN, NAN, {NAN, NAN}, {NAN, NAN}, {NAN, NAN}, NAN, NAN, NAN};
    double squares = 0;
    if (n < 3) return a;
    a.bias = 0;
    for (int i = 0; i < n; i++)
        a.bias += difference(x[i], y[i], percent) / n;
    for (int i = 0; i < n; i++)
        squares += (difference(x[i], y[i], percent) - a.bias) * (difference(x[i], y[i], percent) - a.bias);
    a.sd = sqrt(squares / (n - 1));
    const double z = stm_quantile_normal(0.975), t = stm_quantile_student((1 + confidence) / 2, n - 1);
    const double error = a.sd / sqrt(n), limit_error = a.sd * sqrt(1.0 / n + z * z / (2.0 * (n - 1)));
    a.low = a.bias - z * a.sd;
    a.high = a.bias + z * a.sd;
    a.bias_of = around(a.bias, t * error);
    a.low_of = around(a.low, t * limit_error);
    a.high_of = around(a.high, t * limit_error);
    a.p = error > 0 ? two_sided_p(a.bias / error, n - 1) : fabs(a.bias) > 0 ? 0 : 1;
    find_trend(&a, x, y, percent);
    return a;
}
