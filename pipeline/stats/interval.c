/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/interval.h"
#include "pipeline/stats/quantile.h"

#include <math.h>
#include <stdbool.h>

static const struct stm_interval nothing = {NAN, NAN};

static bool is_share(double k, double n)
{
    return n > 0 && k >= 0 && k <= n;
}

struct stm_interval stm_interval_wilson(double k, double n, double confidence)
{
    if (!is_share(k, n)) return nothing;
    const double z = stm_quantile_normal((1 + confidence) / 2), p = k / n, zz = z * z / n;
    const double half = z * sqrt(p * (1 - p) / n + zz / (4 * n));
    return (struct stm_interval){fmax(0, (p + zz / 2 - half) / (1 + zz)),
                                 fmin(1, (p + zz / 2 + half) / (1 + zz))};
}

struct stm_interval stm_interval_clopper_pearson(double k, double n, double confidence)
{
    if (!is_share(k, n)) return nothing;
    const double tail = (1 - confidence) / 2;
    return (struct stm_interval){k > 0 ? stm_quantile_beta(tail, k, n - k + 1) : 0,
                                 k < n ? stm_quantile_beta(1 - tail, k + 1, n - k) : 1};
}

double stm_lower_limit(double k, double n, double confidence)
{
    return stm_interval_clopper_pearson(k, n, 2 * confidence - 1).low;
}

struct stm_interval stm_interval_poisson(double n, double confidence)
{
    if (!(n >= 0)) return nothing;
    const double tail = (1 - confidence) / 2;
    return (struct stm_interval){n > 0 ? stm_quantile_gamma(tail, n) : 0,
                                 stm_quantile_gamma(1 - tail, n + 1)};
}

struct stm_interval stm_interval_count(double n, double phi, double confidence)
{
    const double factor = phi > 1 ? phi : 1;
    const struct stm_interval i = stm_interval_poisson(n / factor, confidence);
    return (struct stm_interval){i.low * factor, i.high * factor};
}
