/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/chamber_budget.h"

#include "pipeline/stats/quantile.h"

#include <math.h>

double stm_chamber_budget_systematic(const double part[STM_CHAMBER_U_PARTS])
{
    double sum = 0;
    for (int i = 0; i < STM_CHAMBER_U_PARTS; i++) {
        const double u = part[i] * (i == STM_CHAMBER_U_SCALE ? 2 : 1);
        sum += u * u;
    }
    return sqrt(sum);
}

struct stm_interval stm_chamber_budget_interval(double count, double phi, double factor,
                                                const double part[STM_CHAMBER_U_PARTS], double confidence)
{
    const struct stm_interval by_chance = stm_interval_count(count, phi, confidence);
    const double other =
        stm_quantile_normal((1 + confidence) / 2) * stm_chamber_budget_systematic(part) * count;
    const double below = count - by_chance.low, above = by_chance.high - count;
    const double low = count - sqrt(below * below + other * other);
    if (!(low == low)) return by_chance; /* nothing was counted */
    return (struct stm_interval){factor * (low > 0 ? low : 0),
                                 factor * (count + sqrt(above * above + other * other))};
}
