/* Location, spread and shape of a list of numbers. NaN entries are left out. Sums run in the order of the
 * list; order statistics are exact and need neither a copy nor a sort. */
#ifndef STM_SUMMARY_H
#define STM_SUMMARY_H

#include <stddef.h>

struct stm_summary {
    size_t n;           /* entries that are not NaN */
    double mean;        /* NaN when n is 0, like all that follow */
    double sd;          /* divided by n - 1; NaN when n < 2 */
    double skew;        /* m3 / m2^1.5 of the moments about the mean, divided by n; NaN when all are equal */
    double median, mad; /* mad: median absolute deviation from the median, unscaled */
};

struct stm_summary stm_summarise(const double *v, size_t n);

/* The value below which `p` (0 to 1) of the entries lie, linear between the order statistics on both sides of
 * position p (n - 1): definition 7 of Hyndman and Fan (Am. Stat. 50, 361, 1996), that of numpy and R. */
double stm_percentile(const double *v, size_t n, double p);

#endif
