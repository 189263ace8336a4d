/* Polynomials through weighted points by least squares, for one variable. */
#ifndef STM_POLYNOMIAL_H
#define STM_POLYNOMIAL_H

#include <stdbool.h>
#include <stddef.h>

enum { STM_POLYNOMIAL_ORDER = 14 };

/* Not powers of x, whose normal equations lose half of the digits, but polynomials that are orthonormal over
 * the points, made by the Arnoldi process on x scaled to -1 … 1 (Brubeck, Nakatsukasa, Trefethen, SIAM Rev.
 * 63, 405, 2021): step[k] holds what made the k-th of the one before, so that it can be evaluated anywhere.
 */
struct stm_polynomial {
    int order;
    double middle, half; /* x is scaled to (x - middle) / half */
    double step[STM_POLYNOMIAL_ORDER + 1]
               [STM_POLYNOMIAL_ORDER + 1]; /* projections, then the norm at [k][k] */
    double coefficient[STM_POLYNOMIAL_ORDER + 1];
};

/* Doubles of scratch that stm_polynomial_fit needs for `n` points. */
size_t stm_polynomial_scratch(int n, int order);

/* Minimises sum w (y - p(x))^2 over polynomials of `order` (0 … STM_POLYNOMIAL_ORDER); w > 0. False when x
 * has fewer than order + 1 distinct values (or differs so little that the order means nothing in doubles). */
bool stm_polynomial_fit(struct stm_polynomial *p, const double *x, const double *y, const double *w, int n,
                        int order, double *scratch);
double stm_polynomial_at(const struct stm_polynomial *p, double x);

#endif
