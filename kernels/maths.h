/* Exponential and logarithm whose bits are the same on every machine, which libm's are not: only + - * / and
 * scaling by powers of two. Relative error below 1e-12. */
#ifndef STM_MATHS_H
#define STM_MATHS_H

#include <stdint.h>

/* exp(-x) for x >= 0; 0 from 700 on. */
double stm_exp_minus(double x);

/* Logarithm to base 2 for finite x > 0. */
double stm_log2(double x);

/* The greatest r with r * r <= v. */
uint64_t stm_root(uint64_t v);

#endif
