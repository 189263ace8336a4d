/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that calls the GNU Scientific Library. */
#include "pipeline/stats/quantile.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>

/* The library's own handler aborts the process when an iteration does not converge. */
static void be_quiet(void)
{
    gsl_set_error_handler_off();
}

static bool usable(double p, double a, double b)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, be_quiet);
    return p > 0 && p < 1 && a > 0 && b > 0 && isfinite(a) && isfinite(b);
}

double stm_quantile_normal(double p)
{
    return usable(p, 1, 1) ? gsl_cdf_ugaussian_Pinv(p) : NAN;
}

double stm_quantile_student(double p, double freedom)
{
    return usable(p, freedom, 1) ? gsl_cdf_tdist_Pinv(p, freedom) : NAN;
}

static double beta_below(double x, double a, double b)
{
    return gsl_cdf_beta_P(x, a, b);
}

static double gamma_below(double x, double shape, double scale)
{
    return gsl_cdf_gamma_P(x, shape, scale);
}

/* The library's inverses give up, or stop too early, for parameters beyond some ten thousands and for very
 * small ones; the distributions themselves do not. Halves the range then. */
static double inverse(double guess, double p, double (*below)(double, double, double), double a, double b,
                      double highest)
{
    double lo = 0, hi = highest;
    if (isfinite(guess) && fabs(below(guess, a, b) - p) <= 1e-9 * p) return guess;
    for (int i = 0; i < 200 && hi - lo > 1e-15 * hi; i++) {
        const double middle = (lo + hi) / 2;
        if (below(middle, a, b) < p)
            lo = middle;
        else
            hi = middle;
    }
    return (lo + hi) / 2;
}

double stm_quantile_beta(double p, double a, double b)
{
    return usable(p, a, b) ? inverse(gsl_cdf_beta_Pinv(p, a, b), p, beta_below, a, b, 1) : NAN;
}

/* Forty standard deviations above the mean hold every quantile that a double can ask for. */
double stm_quantile_gamma(double p, double shape)
{
    if (!usable(p, shape, 1)) return NAN;
    return inverse(gsl_cdf_gamma_Pinv(p, shape, 1), p, gamma_below, shape, 1, shape + 40 * sqrt(shape) + 800);
}

double stm_below_normal(double x)
{
    return gsl_cdf_ugaussian_P(x);
}

double stm_below_student(double x, double freedom)
{
    return usable(0.5, freedom, 1) ? gsl_cdf_tdist_P(x, freedom) : NAN;
}

double stm_below_beta(double x, double a, double b)
{
    if (!usable(0.5, a, b) || isnan(x)) return NAN;
    return x <= 0 ? 0 : x >= 1 ? 1 : gsl_cdf_beta_P(x, a, b);
}

double stm_below_gamma(double x, double shape)
{
    if (!usable(0.5, shape, 1) || isnan(x)) return NAN;
    return x <= 0 ? 0 : gsl_cdf_gamma_P(x, shape, 1);
}

double stm_tail_chi_square(double x, double freedom)
{
    return usable(0.5, freedom, 1) && x >= 0 ? gsl_cdf_chisq_Q(x, freedom) : NAN;
}

double stm_tail_f(double x, double freedom_above, double freedom_below)
{
    return usable(0.5, freedom_above, freedom_below) && x >= 0
               ? gsl_cdf_fdist_Q(x, freedom_above, freedom_below)
               : NAN;
}
