/* Histograms of 16-bit images, and thresholds and quantiles from them in exact or plain IEEE arithmetic. */
#ifndef STM_HISTOGRAM_H
#define STM_HISTOGRAM_H

#include "kernels/view.h"

/* Bin v >> shift of `bins` (65536 >> shift of them) += 1 for each pixel v. `scratch` holds three more tables
 * of that size: neighbouring pixels are often equal, and counting them in turn in four tables saves the wait
 * for the store. */
void stm_histogram(uint32_t *bins, struct stm_cu16 src, int shift, void *scratch);
size_t stm_histogram_scratch(int shift);

/* Only the pixels under the runs. */
void stm_histogram_runs(uint32_t *bins, struct stm_cu16 src, int shift, const struct stm_segment *run,
                        size_t n);

uint64_t stm_bins_total(const uint32_t *bins, int n);

/* Sum of bin index x count, for means. */
uint64_t stm_bins_sum(const uint32_t *bins, int n);

/* The least bin with at least max(1, ceil(fraction x total)) counts in bins 0 … it; 0 when all are empty. */
int stm_bins_quantile(const uint32_t *bins, int n, double fraction);

/* Otsu's threshold (1979): the bin t for which the classes bins <= t and bins > t have the greatest variance
 * between them; the least such t. When all counts are in one bin: that bin (nothing is above it). */
int stm_otsu(const uint32_t *bins, int n);

/* The variance between the classes at t over the total variance, 0 … 1 (how bimodal the histogram is). */
double stm_otsu_separability(const uint32_t *bins, int n, int t);

/* Otsu's criterion for `classes` (2 … 5) classes: t[0 .. classes - 2] ascending. Exhaustive over 256 groups
 * of equally many bins between the least and the greatest occupied one, then each threshold in turn is moved
 * to its best bin between its neighbours until none moves. */
void stm_multi_otsu(const uint32_t *bins, int n, int classes, int *t);

#endif
