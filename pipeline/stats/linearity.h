/* Quality of counting by dilution series: every value of linearity_fit.h with an interval, and methods
 * compared. */
#ifndef STM_LINEARITY_H
#define STM_LINEARITY_H

#include "pipeline/stats/interval.h"
#include "pipeline/stats/linearity_fit.h"

enum { STM_LINEARITY_MIN_DRAWS = 50, STM_LINEARITY_MAX_DRAWS = 10000 };

struct stm_linearity_options {
    enum stm_linearity_weights weights;
    int order; /* of the polynomial; 0 = one less than the dilution fractions of the method */
    int draws; /* of the bootstrap */
    uint64_t seed;
    double confidence; /* 0.95 */
};

/* NaN limits where too few draws have the value (or it is at the end of its scale, as for data without
 * scatter). */
struct stm_linearity_estimate {
    double value;
    struct stm_interval interval;
};

struct stm_linearity_result {
    const struct stm_linearity_method *method;
    struct stm_linearity_point *point; /* one per sample */
    struct stm_linearity_fit fit;
    struct stm_linearity_estimate estimate[STM_LINEARITY_VALUES];
    struct stm_linearity_departure departure;
};

/* The first over the second: bias (of b1), then the six indices in the order of enum stm_linearity_index. */
enum { STM_LINEARITY_RATIOS = 7 };
struct stm_linearity_ratio {
    int first, second;
    struct stm_linearity_estimate estimate[STM_LINEARITY_RATIOS];
};
int stm_linearity_ratio_index(int ratio); /* enum stm_linearity_index of estimate[ratio] */

struct stm_linearity {
    struct stm_linearity_options options;
    struct stm_linearity_result result[STM_LINEARITY_METHODS];
    struct stm_linearity_ratio ratio[STM_LINEARITY_METHODS * (STM_LINEARITY_METHODS - 1) / 2];
    int n_results, n_ratios;
};

/* Analyses data that stm_linearity_check found good; `data` has to outlive the analysis. Intervals are value
 * +- t(draws - 1) * sd of the draws: of R^2 on the logit scale, of indices and CVs on the log scale, of b1
 * and concentrations as they are, not below 0; those of ratios are percentiles of the ratios of the draws.
 * Free with stm_linearity_close, also after a failure. */
bool stm_linearity_run(struct stm_linearity *analysis, const struct stm_linearity_data *data,
                       const struct stm_linearity_options *options, struct stm_error *err);
void stm_linearity_close(struct stm_linearity *analysis);

#endif
