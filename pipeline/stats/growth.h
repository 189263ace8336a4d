/* Exponential growth: the doubling time of what is measured again and again. */
#ifndef STM_GROWTH_H
#define STM_GROWTH_H

#include "pipeline/stats/interval.h"

/* NaN where nothing can be said: all of it with fewer than three positive values or without growth; `high`
 * where the rate may be zero or less, so that there is no upper limit. */
struct stm_growth {
    int n;           /* values used: those above zero */
    double doubling; /* ln 2 / rate, in the unit of `time` */
    struct stm_interval interval;
};

/* Least squares line through (time, ln value); the interval of its slope is Student's with n - 2 degrees of
 * freedom and covers scatter about the line only. `confidence` as in 0.95. */
struct stm_growth stm_growth_fit(const double *time, const double *value, int n, double confidence);

#endif
