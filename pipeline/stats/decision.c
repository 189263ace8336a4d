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

/* By chance alone the tail is quicker to know than the limit. */
static bool passes(const struct stm_evidence *e, double limit, int side, double confidence)
{
    if (e->systematic > 0 || isinf(e->effective))
        return side > 0 ? stm_evidence_lower(e, confidence) >= limit
                        : stm_evidence_upper(e, confidence) <= limit;
    return (side > 0 ? stm_evidence_p_above(e, limit) : stm_evidence_p_below(e, limit)) <= 1 - confidence;
}

/* The value which is just above (side 1) or below (-1) `limit` with the confidence. */
static double guarded(const struct stm_evidence *e, double limit, int side, double confidence)
{
    double near = limit, far = side < 0 ? 0 : e->kind == STM_EVIDENCE_SHARE ? 1 : limit * 1e3;
    const struct stm_evidence end = moved(e, far);
    if (far > 0 && !passes(&end, limit, side, confidence)) return NAN;
    for (int i = 0; i < 45; i++) {
        const double middle = (near + far) / 2;
        const struct stm_evidence m = moved(e, middle);
        if (passes(&m, limit, side, confidence))
            far = middle;
        else
            near = middle;
    }
    return far > 0 || e->kind == STM_EVIDENCE_SHARE ? far : NAN;
}

enum stm_decision stm_decide(const struct stm_evidence *e, double low, double high, double confidence)
{
    const bool has_low = isfinite(low), has_high = isfinite(high);
    if (!(e->effective > 0) || (!has_low && !has_high)) return STM_INSUFFICIENT;
    if ((has_low && passes(e, low, -1, confidence)) || (has_high && passes(e, high, 1, confidence)))
        return STM_CONTRADICTS;
    return (!has_low || passes(e, low, 1, confidence)) && (!has_high || passes(e, high, -1, confidence))
               ? STM_SUPPORTS
               : STM_INSUFFICIENT;
}

struct stm_judgement stm_judge(const struct stm_evidence *e, double low, double high, double confidence)
{
    const bool has_low = isfinite(low), has_high = isfinite(high);
    struct stm_judgement j = {.decision = stm_decide(e, low, high, confidence),
                              .lower = stm_evidence_lower(e, confidence),
                              .upper = stm_evidence_upper(e, confidence),
                              .below = has_low ? stm_evidence_probability_below(e, low) : NAN,
                              .above = has_high ? 1 - stm_evidence_probability_below(e, high) : NAN,
                              .accept_low = NAN,
                              .accept_high = NAN};
    if (!(e->effective > 0)) return j;
    if (has_low) j.accept_low = guarded(e, low, 1, confidence);
    if (has_high) j.accept_high = guarded(e, high, -1, confidence);
    return j;
}
