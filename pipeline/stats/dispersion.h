/* How much more fields of view differ than chance alone would make them: cells are not spread evenly, so
 * fields are clusters, and a well's uncertainty must come from between them. */
#ifndef STM_DISPERSION_H
#define STM_DISPERSION_H

/* Counts x_1 … x_k of fields of these sizes (NULL: all equal). statistic = sum (x - e)^2 / e with e the share
 * of the total that belongs to the field's size: chi-square with k - 1 degrees of freedom when the cells are
 * spread at random (for equal fields Fisher's index of dispersion test). */
struct stm_dispersion {
    double mean, index;  /* index = statistic / (k - 1), the variance over the mean; 1 for random spread */
    double phi;          /* max(1, index): what a count's variance is multiplied with */
    double statistic, p; /* p = probability of a statistic at least as large by chance */
};

/* NaN members, and phi 1, with fewer than two fields or no cells. Sizes are positive. */
struct stm_dispersion stm_dispersion_of(const double *count, const double *size, int k);

/* A proportion over k fields: p = sum part / sum whole, with the variance of a ratio of two random sums
 * (Cochran, Sampling Techniques, 3rd ed., 2.11 and 6.3):
 * sum (part_i - p whole_i)^2 / (mean whole^2 k (k - 1)). */
struct stm_ratio {
    double p, variance;
    double effect; /* design effect: variance / (p (1 - p) / sum whole), at least 1; 1 when it is not known */
};
struct stm_ratio stm_ratio_of(const double *part, const double *whole, int k);

#endif
