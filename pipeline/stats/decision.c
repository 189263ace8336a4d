/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/decision.h"

#include <math.h>
#include <stdbool.h>

const char *stm_decision_name(enum stm_decision decision)
{
    static const char *const names[] = {"SUPPORTS", "CONTRADICTS", "INSUFFICIENT"};
    return names[decision];
}

/* Another value that is known as well. */
static struct stm_evidence moved(const struct stm_evidence *e, double value)
{
    struct stm_evidence other = *e;
    other.value = value;
    return other;
}

/* The value whose limit is just `limit`: above it (side 1) or below it (-1). */
static double guarded(const struct stm_evidence *e, double limit, int side, double confidence)
{
    double near = limit, far = side < 0 ? 0 : e->kind == STM_EVIDENCE_SHARE ? 1 : limit * 1e3;
    for (int i = 0; i < 80; i++) {
        const double middle = (near + far) / 2;
        const struct stm_evidence m = moved(e, middle);
        const bool passes = side > 0 ? stm_evidence_lower(&m, confidence) >= limit
                                     : stm_evidence_upper(&m, confidence) <= limit;
        if (passes)
            far = middle;
        else
            near = middle;
    }
    const struct stm_evidence end = moved(e, far);
    const bool reached = side > 0 ? stm_evidence_lower(&end, confidence) >= limit
                                  : stm_evidence_upper(&end, confidence) <= limit;
    return reached ? far : NAN;
}

struct stm_judgement stm_judge(const struct stm_evidence *e, double low, double high, double confidence)
{
    const bool has_low = isfinite(low), has_high = isfinite(high);
    struct stm_judgement j = {.decision = STM_INSUFFICIENT,
                              .lower = stm_evidence_lower(e, confidence),
                              .upper = stm_evidence_upper(e, confidence),
                              .below = has_low ? stm_evidence_probability_below(e, low) : NAN,
                              .above = has_high ? 1 - stm_evidence_probability_below(e, high) : NAN,
                              .accept_low = NAN,
                              .accept_high = NAN};
    if (!(e->sample > 0) || (!has_low && !has_high)) return j;
    if (has_low) j.accept_low = guarded(e, low, 1, confidence);
    if (has_high) j.accept_high = guarded(e, high, -1, confidence);
    if ((has_low && j.upper < low) || (has_high && j.lower > high))
        j.decision = STM_CONTRADICTS;
    else if ((!has_low || j.lower >= low) && (!has_high || j.upper <= high))
        j.decision = STM_SUPPORTS;
    return j;
}
