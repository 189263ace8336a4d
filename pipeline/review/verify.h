/* Claims held against results: measured value, interval, verdict, and what would decide (docs/verify.md). */
#ifndef STM_VERIFY_H
#define STM_VERIFY_H

#include "pipeline/core/text.h"
#include "pipeline/review/claims.h"
#include "pipeline/review/results.h"
#include "pipeline/review/uncertainty.h"
#include "pipeline/stats/decision.h"

struct stm_verify_options {
    double confidence;       /* one-sided, of a verdict: 0.95 */
    const char *uncertainty; /* file with components, NULL = the program's own */
};

/* A well that a row of the claims speaks of. */
struct stm_verify_well {
    const struct stm_results *results;
    const struct stm_result_well *well;
};

/* One claim of one row. Values are in the quantity's unit. */
struct stm_finding {
    const struct stm_claim *claim;
    enum stm_decision decision;
    char reason[STM_REASON]; /* why it is not decided, or what stands beside the verdict; "" = nothing */
    double value;            /* NaN = could not be measured */
    double low, high;        /* 95 % interval, two-sided */
    double lower, upper;     /* one-sided limits at the confidence: what the verdict was made with */
    double below, above;     /* P(true < low limit), P(true > high limit); NaN without the limit */
    double accept_low, accept_high; /* guarded limits */
    double if_live,
        if_dead; /* value if all ambiguous cells were live or dead; NaN where it makes no difference */
    double with_rejected; /* value with the rejected fields; NaN = none was rejected */
    enum stm_decision decision_with_rejected;
    double more_cells; /* to be counted; 0 = decided, NaN = no number would do, or something else decides */
    int more_units;    /* wells or fields; -1 = no number would do, 0 = decided but for the reason */
    struct stm_evidence evidence; /* share 0 … 1, or cells a mL, cm2 or product */
    bool by_wells;                /* the units are wells, else fields of view */
    struct stm_budget budget;     /* in points of a share or relative */
};

/* One row of the claims with everything that belongs to it. */
struct stm_verified {
    const struct stm_claims_row *row;
    struct stm_verify_well *well;
    int n_wells, fields, used, rejected, failed;
    int overridden;            /* objects in these wells that a reviewer gave another class */
    double tally[STM_TALLIES]; /* over the fields in use */
    double debris_per_cell;    /* NaN when there are no cells */
    double depth_um, dilution; /* in use; NaN and 1 when there are none */
    struct stm_finding finding[STM_ROW_CLAIMS];
    int n;
};

struct stm_verify {
    struct stm_verified *row;
    int n, count[STM_DECISIONS]; /* verdicts over all claims */
    struct stm_uncertainty uncertainty;
    struct stm_verify_options options;
};

/* Zero `verify` before; free it with stm_verify_free, also after a failure. Claims and results outlive it. */
bool stm_verify_run(struct stm_verify *verify, const struct stm_claims *claims,
                    const struct stm_results *results, int n_results,
                    const struct stm_verify_options *options, struct stm_error *err);
void stm_verify_free(struct stm_verify *verify);

#endif
