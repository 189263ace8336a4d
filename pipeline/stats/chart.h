/* Control charts for a series of results: does the process drift? Roberts, Technometrics 1, 239 (1959) for
 * EWMA; Page, Biometrika 41, 100 (1954) for CUSUM; limits and examples as in the NIST/SEMATECH
 * handbook, 6.3.2. */
#ifndef STM_CHART_H
#define STM_CHART_H

/* What the process is when all is well. */
struct stm_chart_base {
    double target, sigma;
};

/* Mean, and sigma from the moving range (mean of |x_i - x_(i-1)| / 1.128), of the first n results; n >= 2. */
struct stm_chart_base stm_chart_base_of(const double *x, int n);

/* Exponentially weighted moving average of each result in z[0..n), its limits at target -+ half[i]:
 * width * sigma * sqrt(lambda / (2 - lambda) (1 - (1 - lambda)^(2 i))). Returns the first index outside, -1
 * if none. Usual: lambda 0.2, width 3 (2.7 is more sensitive). */
int stm_chart_ewma(const double *x, int n, struct stm_chart_base base, double lambda, double width, double *z,
                   double *half);

/* Tabular CUSUM in units of sigma: up[i], down[i] >= 0, alarm above `limit`; `slack` is half of the shift
 * that matters. Returns the first alarm, -1 if none. Usual: slack 0.5, limit 4 or 5. */
int stm_chart_cusum(const double *x, int n, struct stm_chart_base base, double slack, double limit,
                    double *up, double *down);

#endif
