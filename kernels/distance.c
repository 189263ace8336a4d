/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/distance.h"

#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

size_t stm_distance_scratch(int w, int h)
{
    return ((size_t)w + 2 * STM_DISTANCE_PAD) * sizeof(uint16_t) + (size_t)w * ((size_t)h + 1);
}

static uint8_t one_more(uint8_t d)
{
    return (uint8_t)(d + (d < 255));
}

/* Distance to the nearest background above (255: none within 255 rows); `above` is row -1 of g. */
static void sweep_down(uint8_t *restrict g, const uint8_t *restrict above, int n)
{
    for (int x = 0; x < n; x++)
        g[x] = one_more(above[x]);
}

static void sweep_up(uint8_t *restrict g, const uint8_t *restrict below, int n)
{
    for (int x = 0; x < n; x++) {
        const uint8_t d = one_more(below[x]);
        g[x] = d < g[x] ? d : g[x];
    }
}

static void columns(uint8_t *g, int w, int h, int x0, int y0, const struct stm_segment *run, size_t n)
{
    memset(g - w, 255, (size_t)w);
    memset(g, 0, (size_t)w * (size_t)h);
    for (size_t i = 0; i < n; i++) {
        uint8_t *at = g + (ptrdiff_t)(run[i].y - y0) * w + (run[i].x0 - x0);
        sweep_down(at, at - w, run[i].x1 - run[i].x0);
    }
    for (size_t i = n; i-- > 0;) {
        uint8_t *at = g + (ptrdiff_t)(run[i].y - y0) * w + (run[i].x0 - x0);
        if (run[i].y - y0 + 1 < h) sweep_up(at, at + w, run[i].x1 - run[i].x0);
    }
}

/* Distances along columns come from two sweeps over the runs; the rest is a minimum over each row, which the
 * row kernel cuts off as soon as the horizontal distance alone is greater. */
void stm_distance(const struct stm_kernels *k, struct stm_u16 d2, int x0, int y0,
                  const struct stm_segment *run, size_t n, void *scratch)
{
    uint16_t *square = (uint16_t *)scratch + STM_DISTANCE_PAD;
    uint8_t *g = (uint8_t *)(square + d2.w + STM_DISTANCE_PAD) + d2.w;
    columns(g, d2.w, d2.h, x0, y0, run, n);
    memset(scratch, 255, ((size_t)d2.w + 2 * STM_DISTANCE_PAD) * sizeof *square);
    for (int y = 0; y < d2.h; y++) {
        const uint8_t *row = g + (ptrdiff_t)y * d2.w;
        for (int x = 0; x < d2.w; x++)
            square[x] = (uint16_t)(row[x] * row[x]);
        k->distance_row(d2.px + y * d2.stride, square, d2.w);
    }
}

void stm_distance_root(struct stm_u16 dst, struct stm_cu16 d2, int scale)
{
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x++)
            dst.px[y * dst.stride + x] = (uint16_t)(sqrtf(d2.px[y * d2.stride + x]) * (float)scale + 0.5f);
}
