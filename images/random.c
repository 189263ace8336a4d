/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/random.h"

#include "images/exact.h"

#include <math.h>

/* Marsaglia's polar method. */
double stm_random_normal(struct stm_random *r)
{
    if (r->has_spare) {
        r->has_spare = false;
        return r->spare;
    }
    double u, v, s;
    do {
        u = 2 * stm_random_real(r) - 1;
        v = 2 * stm_random_real(r) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    const double f = sqrt(-2 * stm_exact_log(s) / s);
    r->spare = v * f;
    r->has_spare = true;
    return u * f;
}

double stm_random_spread(struct stm_random *r, double cv)
{
    double n;
    do
        n = stm_random_normal(r);
    while (n > 3 || n < -3);
    return stm_exact_exp(n * sqrt(stm_exact_log(1 + cv * cv)));
}

double stm_random_poisson(struct stm_random *r, double mean)
{
    if (mean >= 30) { /* Cornish-Fisher: the skewness is 1 / sqrt(mean) */
        const double n = stm_random_normal(r), x = floor(mean + sqrt(mean) * n + (n * n - 1) / 6 + 0.5);
        return x > 0 ? x : 0;
    }
    const double stop = stm_exact_exp(-(mean > 0 ? mean : 0));
    double events = 0, product = stm_random_real(r);
    for (; product > stop; events++)
        product *= stm_random_real(r);
    return events;
}
