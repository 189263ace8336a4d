/* 3 x 3 convolution of small integers: activations 0 … 127, weights -127 … 127, sums exact in 32 bits.
 *
 * An image of C channels is C / 4 planes of 4 interleaved channels ("quads"), so that a pixel's neighbour is
 * always 4 bytes away. */
#ifndef STM_CONV8_H
#define STM_CONV8_H

#include <stddef.h>
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
 * dst[0 .. 4 groups) are the output's quads and get w pixels. `more`, where it is not NULL, has what else
 * counts into the sums: three rows of [groups][w][16]. */
typedef void stm_conv8_row_fn(uint8_t *const *dst, const uint8_t *const *src, int w,
                              const struct stm_conv8 *conv, const int32_t *const more[3]);

/* What pixels that stand for 2 x 2 add to such sums: a quarter of the products of an image made twice as
 * large. src[q] is pixel -1 of quad q of one row, with w + 2 pixels readable. dst[ky], [groups][2 w][16], is
 * what taps 3 ky … 3 ky + 2 add where this row is the one they see: for pixels 2 x and 2 x + 1
 *   t[3 ky](x - 1) + t[3 ky + 1](x) + t[3 ky + 2](x)   and   t[3 ky](x) + t[3 ky + 1](x) + t[3 ky + 2](x +
 * 1), t[tap](x) the products of one tap with pixel x. scale, offset and shift are not used; runs is
 * [groups][9] and order [groups][9][quads]: runs of one tap's products. */
typedef void stm_conv8_spread_fn(int32_t *const dst[3], const uint8_t *const *src, int w,
                                 const struct stm_conv8 *conv);

/* Four rows at once with a quarter of the products: F(4 x 4, 3 x 3) of Winograd, as Lavin and Gray (2016) use
 * it. Of 6 x 6 pixels d and weights g, 4 x 4 sums are A^T ((G g G^T) (B^T d B)) A, products one by one. The
 * rows of G are here 24 times theirs, the last 6 times, so that all is whole numbers of 16 bits, and the last
 * column of A 4 times: sums are 576 = 64 * 9 times what they should be, modulo 2^32. Since they are below
 * 2^25 (127 * 127 * 9 * 4 * STM_CONV8_TILE_QUADS is), times 1/9 modulo 2^32, then shifted by 6, they are
 * exact.
 *
 * coarse, where it is not NULL, has further inputs of the same outputs, from an image of half the size each
 * pixel of which stands for 2 x 2; together there are at most STM_CONV8_TILE_QUADS quads. weight and
 * coarse_weight are of stm_conv8_tile_weights. */
enum {
    STM_CONV8_TILE = 4,
    STM_CONV8_TILE_WORDS = 36,
    STM_CONV8_TILE_QUADS = 57,
    STM_CONV8_TILES = 32,       /* of a row at once: what they are made of stays in the second cache */
    STM_CONV8_TILE_GAP = 64,    /* bytes behind each of the 36: else all are in few of its sets */
    STM_CONV8_NINTH = 954437177 /* 9 times it is 2^33 + 1 */
};
struct stm_conv8_tiled {
    const struct stm_conv8 *conv, *coarse;
    const int16_t *weight, *coarse_weight;
};

/* src[row * quads + q] is pixel -1 of quad q of input row `row` - 1, of six; behind them are coarse rows -1
 * to 2 of the image of half the size. w + 2 (w is even where there is such an image, and it has w / 2 + 2)
 * pixels are readable, and up to 3 more where that is no multiple of 4, whose values do not matter. dst[row *
 * 4 groups + i] gets w pixels. scratch has stm_conv8_tiles_scratch bytes. */
typedef void stm_conv8_tiles_fn(uint8_t *const *dst, const uint8_t *const *src, int w,
                                const struct stm_conv8_tiled *tiled, void *scratch);
size_t stm_conv8_tiles_scratch(const struct stm_conv8_tiled *tiled);

/* G g G^T of all weights, as [groups][36][quads][2][16][2]: 16 outputs of pairs of inputs. */
void stm_conv8_tile_weights(int16_t *weight, const struct stm_conv8 *conv);
size_t stm_conv8_tile_weights_bytes(const struct stm_conv8 *conv);

#endif
