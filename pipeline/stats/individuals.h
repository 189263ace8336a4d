/* Control chart of individual values (Shewhart): ISO 7870-2; Montgomery, Introduction to Statistical Quality
 * Control, 6.4. */
#ifndef STM_STATS_INDIVIDUALS_H
#define STM_STATS_INDIVIDUALS_H

#include <stdbool.h>
#include <stddef.h>

struct stm_individuals {
    size_t n;         /* values */
    double mean;      /* NaN without values */
    double range;     /* mean moving range |x[i] - x[i-1]|; NaN for fewer than 2 values */
    double low, high; /* mean -+ 3 range / d2, d2 = 1.128; NaN for fewer than 2 values */
};

struct stm_individuals stm_individuals_of(const double *v, size_t n);

/* Whether a value is outside of the limits; false while there are none. */
bool stm_individuals_outside(const struct stm_individuals *chart, double value);

#endif
