/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/shrink.h"

#include "kernels/kernels.h"

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

/* Finds the bin that holds `rank` (1-based) and leaves in it what remains of the rank. */
static int bin_of_rank(const uint16_t bins[256], uint32_t *rank)
{
    int b = 0;
    for (; *rank > bins[b]; b++)
        *rank -= bins[b];
    return b;
}

/* Neighbours are alike, so that they are counted in turn in two tables: an increment need not wait for the
 * one before. */
static void count_high(uint16_t high[2][256], const uint16_t *px, int w)
{
    for (int x = 0; x + 1 < w; x += 2) {
        high[0][px[x] >> 8]++;
        high[1][px[x + 1] >> 8]++;
    }
    if (w & 1) high[0][px[w - 1] >> 8]++;
}

/* Pixels from `first` to `first` + 255; others are counted beyond the bins instead of branched around. */
static void count_low(uint16_t low[2][257], const uint16_t *px, int w, uint32_t first)
{
    for (int x = 0; x + 1 < w; x += 2) {
        const uint32_t a = px[x] - first, b = px[x + 1] - first;
        low[0][a < 256 ? a : 256]++;
        low[1][b < 256 ? b : 256]++;
    }
    const uint32_t last = w & 1 ? px[w - 1] - first : 256;
    low[0][last < 256 ? last : 256]++;
}

/* Two counting passes: by the high byte, then by the low byte among the pixels with the high byte found. */
static uint16_t cell_rank(struct stm_cu16 c, uint32_t rank)
{
    uint16_t high[2][256] = {{0}}, low[2][257] = {{0}};
    for (int y = 0; y < c.h; y++)
        count_high(high, c.px + y * c.stride, c.w);
    for (int i = 0; i < 256; i++)
        high[0][i] = (uint16_t)(high[0][i] + high[1][i]);
    const int top = bin_of_rank(high[0], &rank);
    for (int y = 0; y < c.h; y++)
        count_low(low, c.px + y * c.stride, c.w, (uint32_t)top << 8);
    for (int i = 0; i < 256; i++)
        low[0][i] = (uint16_t)(low[0][i] + low[1][i]);
    return (uint16_t)(top << 8 | bin_of_rank(low[0], &rank));
}

void stm_shrink_rank(struct stm_u16 dst, struct stm_cu16 src, int shift, int permille)
{
    for (int j = 0; j < dst.h; j++)
        for (int i = 0; i < dst.w; i++) {
            const struct stm_cu16 c = cell_of(src, shift, i, j);
            const uint32_t rank = ((uint32_t)(c.w * c.h) * (uint32_t)permille + 999) / 1000;
            dst.px[j * dst.stride + i] = cell_rank(c, rank ? rank : 1);
        }
}
