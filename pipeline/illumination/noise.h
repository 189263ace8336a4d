/* Noise of a plane, in counts, whatever the picture shows. */
#ifndef STM_NOISE_H
#define STM_NOISE_H

#include "kernels/view.h"

/* Standard deviation of one pixel's noise, from the median of |left - 2 * middle + right| over up to 64 rows:
 * straight and curved ground cancels, and edges are too few to move a median. At least 0.29 = 1 / sqrt(12),
 * the rounding to whole counts. */
double stm_noise(struct stm_cu16 plane);

/* Sets wanted[y] of the rows that it looks at in an image of height h. */
void stm_noise_rows(int h, uint8_t *wanted);

#endif
