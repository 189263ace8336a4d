/* A line through points that are uncertain in both directions (Deming 1943; Linnet, Clin. Chem. 36, 1463,
 * 1990). */
#ifndef STM_DEMING_H
#define STM_DEMING_H

#include "pipeline/stats/interval.h"

struct stm_deming {
    int n;
    double slope, intercept;
    struct stm_interval slope_of, intercept_of; /* jackknife, Student with n - 2 degrees of freedom */
};

/* y = intercept + slope x; `ratio` = error variance of y / error variance of x, 1 when they are alike. NaN
 * members with fewer than 3 points or no spread. Intervals need 4 points. */
struct stm_deming stm_deming_of(const double *x, const double *y, int n, double ratio, double confidence);

#endif
