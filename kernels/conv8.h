/* 3 x 3 convolution of small integers: activations 0 … 127, weights -127 … 127, sums exact in 32 bits.
 *
 * An image of C channels is C / 4 planes of 4 interleaved channels ("quads"), so that a pixel's neighbour is
 * always 4 bytes away and channels from two sources need not be copied together. */
#ifndef STM_CONV8_H
#define STM_CONV8_H

#include <stdint.h>

/* Outputs come in groups of 16. weight is [groups][9][quads][16][4]: of each output group, for each tap (rows
 * first) and input quad, the 4 weights of each of the 16 outputs. An output is
 *   clamp((sum * scale + offset) >> (32 + shift), 0, 127),
 * in 64 bits, >> rounds down; |offset| < 2^61, 0 <= scale, 0 <= shift <= 30. scale is [groups][16]; offset is
 * [groups][16] too, but in each group those of the 8 even outputs come before those of the 8 odd ones.
 *
 * order is [groups][9 quads], all taps * quads + quad of a group, in runs: first runs[group][STM_CONV8_RUN -
 * 1] runs of STM_CONV8_RUN each, then the shorter ones, down to runs[group][0] alone. Within a run and for
 * each output, the products of inputs 0 and 1 cannot add up to more than 16 bits hold, whatever the
 * activations are, nor can those of inputs 2 and 3: so instruction sets whose products are 16 bits wide widen
 * them once a run. The sums are exact in any order. */
enum { STM_CONV8_RUN = 8, STM_CONV8_QUADS = 64 };
struct stm_conv8 {
    int quads, groups, shift;
    const int8_t *weight;
    const int32_t *scale;
    const int64_t *offset;
    const uint16_t (*runs)[STM_CONV8_RUN];
    const uint16_t *order;
};

/* One row. src[ky * quads + q] is pixel -1 of quad q of input row ky - 1, with w + 2 pixels readable;
 * dst[0 .. 4 groups) are the output's quads and get w pixels. */
typedef void stm_conv8_row_fn(uint8_t *const *dst, const uint8_t *const *src, int w,
                              const struct stm_conv8 *conv);

#endif
