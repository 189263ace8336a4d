/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conv8_row in portable C: the specification. */
#include "kernels/conv8.h"
#include "kernels/ref.h"

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

void stm_conv8_row_ref(uint8_t *const *dst, const uint8_t *const *src, int w, const struct stm_conv8 *conv)
{
    for (int x = 0; x < w; x++)
        for (int g = 0; g < conv->groups; g++) {
            const int8_t *weight = conv->weight + (ptrdiff_t)g * 9 * conv->quads * 64;
            int32_t sum[16] = {0};
            for (int t = 0; t < 9; t++)
                for (int q = 0; q < conv->quads; q++, weight += 64)
                    add_quad(sum, src[t / 3 * conv->quads + q] + 4 * (x + t % 3), weight);
            for (int o = 0; o < 16; o++)
                dst[4 * g + o / 4][4 * x + o % 4] = requantised(sum[o], conv, g, o);
        }
}
