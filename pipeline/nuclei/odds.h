/* Logarithms of the odds that measurements give, in arithmetic that is the same on every machine. */
#ifndef STM_NUCLEI_ODDS_H
#define STM_NUCLEI_ODDS_H

/* Natural logarithm from + - * / alone (libm's differs between processors): absolute error below 1e-9.
 * x > 0. */
double stm_odds_log(double x);

/* max(x, 0) */
static inline double stm_odds_over(double x)
{
    return x > 0 ? x : 0;
}

#endif
