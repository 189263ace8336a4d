/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/stretch.h"

#include "kernels/kernels.h"
#include "kernels/shrink.h"

enum { CHUNK = 1024 };

void stm_stretch(const struct stm_kernels *k, struct stm_u8 dst, struct stm_cu16 src, int shift,
                 uint16_t black, uint16_t white)
{
    uint16_t means[CHUNK];
    if (black == UINT16_MAX) black--;
    if (white <= black) white = (uint16_t)(black + 1);
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x += CHUNK) {
            const int n = dst.w - x < CHUNK ? dst.w - x : CHUNK, sx = x << shift, sy = y << shift;
            const uint16_t *px = src.px + sy * src.stride + sx;
            if (shift) {
                const int w = src.w - sx < n << shift ? src.w - sx : n << shift;
                const int h = src.h - sy < 1 << shift ? src.h - sy : 1 << shift;
                stm_shrink_mean(k, (struct stm_u16){means, n, n, 1}, (struct stm_cu16){px, src.stride, w, h},
                                shift);
            }
            k->stretch_row(dst.px + y * dst.stride + x, shift ? means : px, black, white, n);
        }
}

void stm_lift(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int flip, int up)
{
    for (int y = 0; y < dst.h; y++)
        k->lift_row(dst.px + y * dst.stride, src.px + y * src.stride, flip, up, dst.w);
}
