/* Rank filters of 16-bit images: medians of small squares, minimum and maximum of rectangles of any size. */
#ifndef STM_RANK_H
#define STM_RANK_H

#include "kernels/view.h"

struct stm_kernels;

/* Median of the 3 x 3 (radius 1) or 5 x 5 (radius 2) pixels around each; borders mirrored. dst may be src. */
void stm_median_filter(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int radius,
                       void *scratch);
size_t stm_median_scratch(int w, int radius);

/* Least (greatest) of the (2 rx + 1) x (2 ry + 1) pixels around each that lie in the image, in time that
 * hardly depends on the size (van Herk 1992 along columns, doubling along rows). dst may be src. */
void stm_minimum_filter(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                        void *scratch);
void stm_maximum_filter(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                        void *scratch);
/* Opening: the minimum, then its maximum; what is smaller than the rectangle and bright goes. Closing: the
 * other way round, for what is dark. dst and src are different images. */
void stm_opening(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                 void *scratch);
void stm_closing(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                 void *scratch);
size_t stm_extremum_scratch(int w, int rx, int ry);

#endif
