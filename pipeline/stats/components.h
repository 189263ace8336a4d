/* Where results differ: within a group (repeatability) and between groups (days, operators, wells). One-way
 * random effects, analysis of variance, groups of any size (Searle, Casella, McCulloch, Variance
 * Components, 3.6). */
#ifndef STM_COMPONENTS_H
#define STM_COMPONENTS_H

struct stm_components {
    int groups, n;
    double mean;
    double within, between; /* variances; between is 0 where it would be negative */
    double f, p;            /* F test of no difference between groups */
    double repeatability;   /* standard deviation within a group */
    double intermediate;    /* sqrt(within + between) */
    double share;           /* intraclass correlation: between / (within + between) */
};

/* Values with the number of their group, 0 … groups - 1. NaN members unless there are two groups, one of them
 * with two values. */
struct stm_components stm_components_of(const double *value, const int *group, int n, int groups);

#endif
