/* Do two methods give the same numbers of the same samples? Bland and Altman, Lancet 327, 307 (1986); limits'
 * intervals: Stat. Methods Med. Res. 8, 135 (1999). */
#ifndef STM_AGREEMENT_H
#define STM_AGREEMENT_H

#include "pipeline/stats/interval.h"

#include <stdbool.h>

struct stm_agreement {
    int n;
    double bias, sd;                              /* of the differences first - second */
    double low, high;                             /* limits of agreement: bias -+ 1.96 sd */
    struct stm_interval bias_of, low_of, high_of; /* confidence intervals of the three, Student's */
    double p;                                     /* of a bias so large by chance (paired t) */
    double trend;                                 /* slope of the differences over the means */
    double trend_p;
};

/* Pairs x, y; differences in units of x, or in percent of the pair's mean. NaN members with fewer than 3
 * pairs.
 */
struct stm_agreement stm_agreement_of(const double *x, const double *y, int n, bool percent,
                                      double confidence);

#endif
