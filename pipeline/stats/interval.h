/* Confidence intervals of proportions and counts. `confidence` is two-sided, 0.95 for 95 %. Counts are
 * doubles because over-dispersed ones are divided by their dispersion. NaN limits mean: nothing was observed.
 */
#ifndef STM_INTERVAL_H
#define STM_INTERVAL_H

struct stm_interval {
    double low, high;
};

/* Proportion of `k` in `n`. Wilson's score interval (J. Am. Stat. Assoc. 22, 209, 1927):
 * (p + z^2/2n +- z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n). */
struct stm_interval stm_interval_wilson(double k, double n, double confidence);

/* The exact interval of Clopper and Pearson (Biometrika 26, 404, 1934): beta quantiles
 * B(a/2; k, n - k + 1) and B(1 - a/2; k + 1, n - k). */
struct stm_interval stm_interval_clopper_pearson(double k, double n, double confidence);

/* Lower limit of the exact one-sided interval: with this confidence the proportion is higher. */
double stm_lower_limit(double k, double n, double confidence);

/* Expectation of a Poisson count `n`, exact (Garwood, Biometrika 28, 437, 1936): gamma quantiles
 * G(a/2; n) and G(1 - a/2; n + 1). */
struct stm_interval stm_interval_poisson(double n, double confidence);

/* The same for a count whose variance is `phi` >= 1 times its expectation: phi * Garwood(n / phi). */
struct stm_interval stm_interval_count(double n, double phi, double confidence);

#endif
