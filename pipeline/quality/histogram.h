/* Grey levels of a plane, counted, and what follows from the counts alone. */
#ifndef STM_QUALITY_HISTOGRAM_H
#define STM_QUALITY_HISTOGRAM_H

#include "kernels/view.h"

enum { STM_GREYS = 65536 };

struct stm_histogram {
    uint32_t *bin; /* STM_GREYS of them, the caller's */
    uint64_t n;    /* pixels counted */
    int min, max;
    double mean, variance; /* over the pixels, divided by n */
};

/* Counts every k-th row, k so that about 2^20 pixels are looked at (all of them up to that). `bin` holds
 * STM_GREYS counters. */
struct stm_histogram stm_histogram_of(struct stm_cu16 plane, uint32_t *bin);

/* The grey level of the pixel that comes after `part` of all pixels in order. */
int stm_histogram_quantile(const struct stm_histogram *histogram, double part);

/* Median of |pixel - centre|. */
int stm_histogram_deviation(const struct stm_histogram *histogram, int centre);

/* Part of the pixels at `level` or above. */
double stm_histogram_from(const struct stm_histogram *histogram, int level);

#endif
