/* Order statistics of small lists without NaN. Both reorder `v`. */
#ifndef STM_ILLUMINATION_ORDER_H
#define STM_ILLUMINATION_ORDER_H

/* Mean of the two middle values when n is even; 0 when n is 0. */
double stm_median(double *v, int n);

/* Value at position `part` (0 to 1) of the list once sorted, between neighbours in proportion. */
double stm_quantile(double *v, int n, double part);

#endif
