/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conv8_row, conv8_spread and conv8_tiles in portable C: the specification. */
#include "kernels/conv8.h"
#include "kernels/ref.h"

#include <stdbool.h>
#include <string.h>

static void add_quad(int32_t sum[16], const uint8_t *px, const int8_t *weight)
{
    for (int o = 0; o < 16; o++)
        for (int i = 0; i < 4; i++)
            sum[o] += px[i] * weight[4 * o + i];
}

static uint8_t requantised(int32_t sum, const struct stm_conv8 *conv, int group, int o)
{
    const int64_t offset = conv->offset[16 * group + o / 2 + 8 * (o & 1)];
    const int64_t value = ((int64_t)sum * conv->scale[16 * group + o] + offset) >> (32 + conv->shift);
    return (uint8_t)(value < 0 ? 0 : value < 127 ? value : 127);
}

/* The products of one tap with one pixel. */
static void add_tap(int32_t sum[16], const uint8_t *const *src, int at, const int8_t *weight, int quads)
{
    for (int q = 0; q < quads; q++)
        add_quad(sum, src[q] + 4 * at, weight + (ptrdiff_t)q * 64);
}

/* All taps of an output of row `row`; coarse: each pixel stands for 2 x 2 of those that they see. */
static void add_taps(int32_t sum[16], const uint8_t *const *src, const struct stm_conv8 *conv, int group,
                     int row, int x, bool coarse)
{
    const int8_t *weight = conv->weight + (ptrdiff_t)group * 9 * conv->quads * 64;
    for (int t = 0; t < 9; t++, weight += (ptrdiff_t)conv->quads * 64) {
        const int y = row + t / 3, px = x + t % 3;
        add_tap(sum, src + (coarse ? (y + 1) / 2 : y) * conv->quads, coarse ? (px + 1) / 2 : px, weight,
                conv->quads);
    }
}

static void add_sums(int32_t sum[16], const int32_t *const more[3], ptrdiff_t at)
{
    for (int ky = 0; ky < 3; ky++)
        for (int o = 0; o < 16; o++)
            sum[o] += more[ky][at + o];
}

/* To pixel x of a row of planes. */
static void put(uint8_t *const *dst, int x, const int32_t sum[16], const struct stm_conv8 *conv, int group)
{
    for (int o = 0; o < 16; o++)
        dst[4 * group + o / 4][4 * x + o % 4] = requantised(sum[o], conv, group, o);
}

void stm_conv8_row_ref(uint8_t *const *dst, const uint8_t *const *src, int w, const struct stm_conv8 *conv,
                       const int32_t *const more[3])
{
    for (int x = 0; x < w; x++)
        for (int g = 0; g < conv->groups; g++) {
            int32_t sum[16] = {0};
            add_taps(sum, src, conv, g, 0, x, false);
            if (more) add_sums(sum, more, ((ptrdiff_t)g * w + x) * 16);
            put(dst, x, sum, conv, g);
        }
}

void stm_conv8_spread_ref(int32_t *const dst[3], const uint8_t *const *src, int w,
                          const struct stm_conv8 *conv)
{
    for (int row = 0; row < 3 * conv->groups; row++)
        for (int x = 0; x < 2 * w; x++) {
            int32_t *sum = dst[row % 3] + ((ptrdiff_t)(row / 3) * 2 * w + x) * 16;
            memset(sum, 0, 16 * sizeof *sum);
            for (int kx = 0; kx < 3; kx++)
                add_tap(sum, src, (x + kx + 1) / 2,
                        conv->weight + (ptrdiff_t)(3 * row + kx) * conv->quads * 64, conv->quads);
        }
}

void stm_conv8_tiles_ref(uint8_t *const *dst, const uint8_t *const *src, int w,
                         const struct stm_conv8_tiled *tiled, void *unused)
{
    const struct stm_conv8 *const conv = tiled->conv;
    const uint8_t *const *const coarse = src + (STM_CONV8_TILE + 2) * conv->quads;
    (void)unused;
    for (int row = 0; row < STM_CONV8_TILE; row++)
        for (int x = 0; x < w; x++)
            for (int g = 0; g < conv->groups; g++) {
                int32_t sum[16] = {0};
                add_taps(sum, src, conv, g, row, x, false);
                if (tiled->coarse) add_taps(sum, coarse, tiled->coarse, g, row, x, true);
                put(dst + row * 4 * conv->groups, x, sum, conv, g);
            }
}
