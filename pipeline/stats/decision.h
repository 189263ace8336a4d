/* Is a claim supported? A measured value is held against limits with a guard band (JCGM 106, ILAC-G8:
 * decision rule with a stated risk). */
#ifndef STM_DECISION_H
#define STM_DECISION_H

#include "pipeline/stats/evidence.h"

enum stm_decision { STM_SUPPORTS, STM_CONTRADICTS, STM_INSUFFICIENT, STM_DECISIONS };
const char *stm_decision_name(enum stm_decision decision); /* "SUPPORTS", … */

/* The claim: the true value is from `low` to `high`; -INFINITY, INFINITY where there is no limit. */
struct stm_judgement {
    enum stm_decision decision;
    double lower, upper;            /* one-sided limits of the true value at the confidence */
    double below, above;            /* P(true < low), P(true > high); NaN without the limit */
    double accept_low, accept_high; /* the guarded limits: a value between them, as well known, supports; NaN
                                       without the limit, or when no value would */
};

/* SUPPORTS: lower >= low and upper <= high. CONTRADICTS: upper < low or lower > high. So that a claim which
 * is not true is supported with at most 1 - confidence, and one that is true contradicted with at most that
 * for each limit (two one-sided tests). Everything else is INSUFFICIENT. */
enum stm_decision stm_decide(const struct stm_evidence *e, double low, double high, double confidence);

/* The decision with everything that is shown beside it. */
struct stm_judgement stm_judge(const struct stm_evidence *e, double low, double high, double confidence);

#endif
