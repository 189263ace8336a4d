/* Grey levels of a plane, counted, and what follows from the counts alone. */
#ifndef STM_GREYS_H
#define STM_GREYS_H

#include "kernels/view.h"

enum { STM_GREYS = 65536 };

struct stm_greys {
    uint32_t *bin; /* STM_GREYS of them, the caller's */
    uint64_t n;    /* pixels counted */
    int min, max;
    double mean, variance; /* over the pixels, divided by n */
};

/* Counts every k-th row, k so that about 2^20 pixels are looked at (all of them up to that). `bin` holds
 * STM_GREYS counters. */
struct stm_greys stm_greys_of(struct stm_cu16 plane, uint32_t *bin);

/* The grey level of the pixel that comes after `part` of all pixels in order. */
int stm_greys_quantile(const struct stm_greys *histogram, double part);

/* Median of |pixel - centre|. */
int stm_greys_deviation(const struct stm_greys *histogram, int centre);

/* Part of the pixels at `level` or above. */
double stm_greys_from(const struct stm_greys *histogram, int level);

#endif
