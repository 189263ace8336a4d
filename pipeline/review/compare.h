/* Two sides compared: which measure moved, by how much, and how sure that is (docs/compare.md). */
#ifndef STM_COMPARE_H
#define STM_COMPARE_H

#include "pipeline/review/comparand.h"
#include "pipeline/stats/agreement.h"
#include "pipeline/stats/deming.h"

/* One measure that both sides have. */
struct stm_compared {
    const char *measure;
    int n[2];
    double mean[2], sd[2];
    double repeatability[2];      /* standard deviation within samples of one key; NaN without replicates */
    double difference, low, high; /* second - first, with its interval */
    double relative;              /* in percent of the first mean */
    double sigmas;                /* difference / pooled standard deviation */
    double p, adjusted;           /* Welch's t test (pairs: paired t), and after Holm over all measures */
    bool moved;                   /* adjusted < 1 - confidence */
    int pairs;                    /* 0 = not paired */
    struct stm_agreement units, percent; /* Bland-Altman of the pairs: second - first */
    struct stm_deming line;              /* second over first */
    double *x, *y;                       /* the pairs: means of a key on each side */
};

struct stm_compare {
    const struct stm_comparand *side[2];
    double confidence;
    bool paired;
    struct stm_compared item[STM_COMPARAND_MEASURES];
    int n;
};

/* `paired`: samples of the same key are the same sample. False with a sentence when there is nothing in
 * common, or too little: two samples a side, three pairs. Zero it before, free it with stm_compare_free, also
 * after a failure. */
bool stm_compare_run(struct stm_compare *compare, const struct stm_comparand *first,
                     const struct stm_comparand *second, bool paired, double confidence,
                     struct stm_error *err);
void stm_compare_free(struct stm_compare *compare);

/* Keys that both sides have. */
int stm_compare_common_keys(const struct stm_comparand *first, const struct stm_comparand *second);

#endif
