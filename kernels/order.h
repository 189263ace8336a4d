/* Order statistics of lists of pixels: exact, without sorting or copying. */
#ifndef STM_ORDER_H
#define STM_ORDER_H

#include <stdint.h>

struct stm_kernels;

/* The k-th smallest of n > k values, from 0. At most 35 passes over the list, usually 5. */
uint16_t stm_select(const struct stm_kernels *kernels, const uint16_t *v, int n, int k);

/* Sum of the m smallest of n values, 0 <= m <= n. */
uint64_t stm_least_sum(const struct stm_kernels *kernels, const uint16_t *v, int n, int m);

/* Sum of those of ranks from … to - 1, 0 <= from <= to <= n. */
uint64_t stm_rank_sum(const struct stm_kernels *kernels, const uint16_t *v, int n, int from, int to);

/* The middle value, or the mean of the two middle ones, of n > 0 values. */
double stm_median_of(const struct stm_kernels *kernels, const uint16_t *v, int n);

#endif
