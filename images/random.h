/* Random numbers with a distribution, the same on every machine. */
#ifndef STM_IMAGES_RANDOM_H
#define STM_IMAGES_RANDOM_H

#include "pipeline/core/random.h"

double stm_random_normal(struct stm_random *r); /* mean 0, standard deviation 1 */

/* Median 1, coefficient of variation about `cv`, at most three deviations off. */
double stm_random_spread(struct stm_random *r, double cv);

/* Exact below a mean of 30, beyond it a normal number with the right variance and skewness, rounded. */
double stm_random_poisson(struct stm_random *r, double mean);

#endif
