/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/shrink.h"

#include "kernels/kernels.h"
#include "kernels/order.h"

#include <string.h>

/* The part of `src` under cell (i, j). */
static struct stm_cu16 cell_of(struct stm_cu16 src, int shift, int i, int j)
{
    const int x = i << shift, y = j << shift, n = 1 << shift;
    return (struct stm_cu16){src.px + y * src.stride + x, src.stride, src.w - x < n ? src.w - x : n,
                             src.h - y < n ? src.h - y : n};
}

static uint16_t cell_mean(struct stm_cu16 c)
{
    uint32_t sum = 0, n = (uint32_t)(c.w * c.h);
    for (int y = 0; y < c.h; y++)
        for (int x = 0; x < c.w; x++)
            sum += c.px[y * c.stride + x];
    return (uint16_t)((sum + n / 2) / n);
}

static void means_of_sums(uint16_t *dst, const uint32_t *sum, int n, int rows, int shift)
{
    const uint32_t area = (uint32_t)rows << shift;
    if (rows == 1 << shift)
        for (int i = 0; i < n; i++)
            dst[i] = (uint16_t)((sum[i] + area / 2) >> (2 * shift));
    else
        for (int i = 0; i < n; i++)
            dst[i] = (uint16_t)((sum[i] + area / 2) / area);
}

enum { CHUNK = 256 }; /* cells a call: their sums stay in the L1 cache */

void stm_shrink_mean(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int shift)
{
    uint32_t sum[CHUNK];
    const int whole = src.w >> shift;
    for (int j = 0; j < dst.h; j++) {
        uint16_t *out = dst.px + j * dst.stride;
        const struct stm_cu16 first = cell_of(src, shift, 0, j);
        for (int i = 0; i < whole; i += CHUNK) {
            const int n = whole - i < CHUNK ? whole - i : CHUNK;
            k->block_sums(sum, first.px + (i << shift), src.stride, first.h, shift, n);
            means_of_sums(out + i, sum, n, first.h, shift);
        }
        if (whole < dst.w) out[whole] = cell_mean(cell_of(src, shift, whole, j));
    }
}

static uint16_t cell_min(struct stm_cu16 c)
{
    uint16_t least = UINT16_MAX;
    for (int y = 0; y < c.h; y++)
        for (int x = 0; x < c.w; x++)
            least = c.px[y * c.stride + x] < least ? c.px[y * c.stride + x] : least;
    return least;
}

void stm_shrink_min(struct stm_u16 dst, struct stm_cu16 src, int shift)
{
    for (int j = 0; j < dst.h; j++)
        for (int i = 0; i < dst.w; i++)
            dst.px[j * dst.stride + i] = cell_min(cell_of(src, shift, i, j));
}

enum { WIDEST = 128 }; /* pixels a side, shift 7 */

/* Pixels of a cell put together are so few that halving passes over them cost less than to count them. */
static uint16_t cell_rank(const struct stm_kernels *k, struct stm_cu16 c, int rank)
{
    uint16_t px[WIDEST * WIDEST];
    for (int y = 0; y < c.h; y++)
        memcpy(px + y * c.w, c.px + y * c.stride, (size_t)c.w * sizeof *px);
    return stm_select(k, px, c.w * c.h, rank - 1);
}

void stm_shrink_rank(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int shift,
                     int permille)
{
    for (int j = 0; j < dst.h; j++)
        for (int i = 0; i < dst.w; i++) {
            const struct stm_cu16 c = cell_of(src, shift, i, j);
            const int rank = (c.w * c.h * permille + 999) / 1000;
            dst.px[j * dst.stride + i] = cell_rank(k, c, rank ? rank : 1);
        }
}
