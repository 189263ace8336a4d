/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/planning.h"

#include "pipeline/stats/interval.h"
#include "pipeline/stats/quantile.h"

#include <math.h>
#include <stdbool.h>

int stm_planning_cells(double limit, double seen, double confidence, int first, int step, int most)
{
    for (int n = first; n <= most; n += step) {
        const double k = floor(seen * n + 1e-9); /* 0.9 * 50 is 45 whatever the last bit says */
        if (stm_lower_limit(k, n, confidence) >= limit) return n;
    }
    return -1;
}

static double two_sided(double confidence)
{
    return stm_quantile_normal((1 + confidence) / 2);
}

double stm_planning_share(double p, double half, double design, double confidence)
{
    const double z = two_sided(confidence) / half;
    return ceil(z * z * p * (1 - p) * design);
}

double stm_planning_count(double relative, double design, double confidence)
{
    const double z = two_sided(confidence) / relative;
    return ceil(z * z * design);
}

static bool decides(const struct stm_evidence *e, double more, double low, double high, double confidence)
{
    struct stm_evidence next = *e;
    next.units += (int)more;
    next.cells *= (double)next.units / e->units;
    stm_evidence_settle(&next, confidence);
    return stm_decide(&next, low, high, confidence) != STM_INSUFFICIENT;
}

int stm_planning_units(const struct stm_evidence *e, double low, double high, double confidence, int most)
{
    int no = 0, yes = 1;
    if (e->units < 1 || !(e->cells > 0)) return -1;
    if (decides(e, 0, low, high, confidence)) return 0;
    while (yes < most && !decides(e, yes, low, high, confidence)) {
        no = yes;
        yes = yes > most / 2 ? most : 2 * yes;
    }
    if (!decides(e, yes, low, high, confidence)) return -1;
    while (yes - no > 1) {
        const int middle = no + (yes - no) / 2;
        if (decides(e, middle, low, high, confidence))
            yes = middle;
        else
            no = middle;
    }
    return yes;
}
