/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/distance.h"

#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

/* Bytes from one row of column distances to the next: whole vectors, so that no loop has a rest. */
static size_t row_bytes(int w)
{
    return ((size_t)w + 63) / 64 * 64;
}

size_t stm_distance_scratch(int w, int h)
{
    return (row_bytes(w) + 2 * STM_DISTANCE_PAD) * sizeof(uint16_t) + row_bytes(w) * ((size_t)h + 1);
}

/* One more than the neighbouring row's distance where that is less. 255: nothing within 255 rows. */
static void sweep(uint8_t *restrict g, const uint8_t *restrict neighbour, size_t n)
{
    for (size_t x = 0; x < n / 64 * 64; x++) {
        const uint8_t d = (uint8_t)(neighbour[x] + (neighbour[x] < 255));
        g[x] = d < g[x] ? d : g[x];
    }
}

static void square_row(uint16_t *restrict square, const uint8_t *restrict g, size_t n)
{
    for (size_t x = 0; x < n / 64 * 64; x++)
        square[x] = (uint16_t)(g[x] * g[x]);
}

/* Distances along columns, 0 in the background, come from a sweep down and a sweep up; the rest is a minimum
 * along each row, which the row kernel cuts off as soon as the horizontal distance alone is greater. */
void stm_distance(const struct stm_kernels *k, struct stm_u16 d2, int x0, int y0,
                  const struct stm_segment *run, size_t n, void *scratch)
{
    const size_t pitch = row_bytes(d2.w);
    uint16_t *square = (uint16_t *)scratch + STM_DISTANCE_PAD;
    uint8_t *g = (uint8_t *)(square + pitch + STM_DISTANCE_PAD) + pitch, *row = g;
    memset(scratch, 255, (pitch + 2 * STM_DISTANCE_PAD) * sizeof *square);
    memset(g - pitch, 255, pitch);
    for (int y = 0; y < d2.h; y++, row += pitch) {
        memset(row, 0, pitch);
        for (; n > 0 && run->y == y0 + y; run++, n--)
            memset(row + run->x0 - x0, 255, (size_t)(run->x1 - run->x0));
        sweep(row, row - pitch, pitch);
    }
    for (int y = d2.h - 1; y >= 0; y--) {
        row -= pitch;
        if (y < d2.h - 1) sweep(row, row + pitch, pitch);
        square_row(square, row, pitch);
        for (size_t x = (size_t)d2.w; x < pitch; x++)
            square[x] = UINT16_MAX;
        k->distance_row(d2.px + y * d2.stride, square, d2.w, 1);
    }
}

void stm_distance_root(struct stm_u16 dst, struct stm_cu16 d2, int scale)
{
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x++)
            dst.px[y * dst.stride + x] = (uint16_t)(sqrtf(d2.px[y * d2.stride + x]) * (float)scale + 0.5f);
}
