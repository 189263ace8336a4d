/* Mean and deviation in a rectangle around each pixel, by running sums; borders mirrored. */
#ifndef STM_LOCAL_H
#define STM_LOCAL_H

#include "kernels/view.h"

/* Windows of (2 rx + 1) x (2 ry + 1) pixels, at most this many; a square up to radius 107. */
enum { STM_LOCAL_MAX_AREA = 46340 };

/* Mean, rounded half up. dst and src are different images. */
void stm_local_mean(struct stm_u16 dst, struct stm_cu16 src, int rx, int ry, void *scratch);

/* min(65535, sqrt(v) * (scale / n) + 0.5) with v = n^2 times the variance of the window's n pixels, exact.
 * dst and src are different images. */
void stm_local_deviation(struct stm_u16 dst, struct stm_cu16 src, int rx, int ry, double scale,
                         void *scratch);

size_t stm_local_scratch(int w, int rx);

#endif
