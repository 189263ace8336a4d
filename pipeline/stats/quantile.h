/* Quantiles and tails of the distributions that intervals are made of. They feed reported values only, which
 * are rounded when printed: no decision depends on their last digits. */
#ifndef STM_QUANTILE_H
#define STM_QUANTILE_H

/* x with P(X <= x) = p, 0 < p < 1; NaN for parameters out of range. */
double stm_quantile_normal(double p);
double stm_quantile_student(double p, double freedom);
double stm_quantile_beta(double p, double a, double b);
double stm_quantile_gamma(double p, double shape); /* scale 1 */

/* P(X <= x); NaN for parameters out of range. Beyond the ends of the distribution 0 or 1. */
double stm_below_normal(double x);
double stm_below_student(double x, double freedom);
double stm_below_beta(double x, double a, double b);
double stm_below_gamma(double x, double shape); /* scale 1 */

/* P(X >= x) of the chi-square distribution, and of the F distribution. */
double stm_tail_chi_square(double x, double freedom);
double stm_tail_f(double x, double freedom_above, double freedom_below);

#endif
