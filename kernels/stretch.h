/* Grey levels over the whole range: pictures for people, 16 bits stretched to 8; light in upper bits. */
#ifndef STM_STRETCH_H
#define STM_STRETCH_H

#include "kernels/view.h"

struct stm_kernels;

/* dst = the mean of each cell of 2^shift x 2^shift pixels (shift 0, 1, 2; sizes as for stm_shrink_mean),
 * `black` and less as 0, `white` and more as 255, linear between: with d = min(max(v - black, 0), white -
 * black) and m = round(255 * 2^24 / (white - black)), (d m + 2^23) >> 24. A white that is not above black
 * counts as black + 1 (black then at most 65534). */
void stm_stretch(const struct stm_kernels *k, struct stm_u8 dst, struct stm_cu16 src, int shift,
                 uint16_t black, uint16_t white);

/* dst = min(65535, v << up), up 0 … 15, where v is the source, or max(flip - source, 0) when flip is not
 * negative: dim and dark objects on a light ground as light that fills the upper bits. dst may be src. */
void stm_lift(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int flip, int up);

#endif
