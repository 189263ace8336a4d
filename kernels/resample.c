/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/resample.h"

#include <string.h>

size_t stm_resample_scratch(int from, int to)
{
    return (size_t)to * (sizeof(uint64_t) + sizeof(struct stm_tap)) + (size_t)from * sizeof(uint32_t);
}

/* Sums are below 2^16 * 2^17 * 2^17. */
static void add_row(uint64_t *sum, const struct stm_tap *tap, const uint16_t *px, int w, uint64_t weight)
{
    for (int x = 0; x < w; x++) {
        const uint16_t *p = px + tap[x].first;
        const int last = tap[x].count - 1;
        uint64_t here = (uint64_t)p[0] * tap[x].begin;
        if (last > 0) {
            uint64_t between = 0;
            for (int j = 1; j < last; j++)
                between += p[j];
            here += between * tap[x].middle + (uint64_t)p[last] * tap[x].end;
        }
        sum[x] += weight * here;
    }
}

/* Weights of 16 bits: compilers have instructions for such products. */
static void add_weighted(uint32_t *row, const uint16_t *px, int w, uint16_t weight)
{
    for (int x = 0; x < w; x++)
        row[x] += (uint32_t)px[x] * weight;
}

/* The same sums with the rows added first, which is one product a pixel of the source. Where all weights of a
 * column fit 16 bits, those sums fit 32. */
static void add_rows(uint64_t *sum, uint32_t *row, const struct stm_tap *tap, const struct stm_tap *rows,
                     struct stm_cu16 src, int w)
{
    memset(row, 0, (size_t)src.w * sizeof *row);
    for (int j = 0; j < rows->count; j++)
        add_weighted(row, src.px + (rows->first + j) * src.stride, src.w, (uint16_t)stm_tap_weight(rows, j));
    for (int x = 0; x < w; x++) {
        const uint32_t *p = row + tap[x].first;
        const int last = tap[x].count - 1;
        uint64_t between = 0;
        for (int j = 1; j < last; j++)
            between += p[j];
        sum[x] = (uint64_t)p[0] * tap[x].begin + between * tap[x].middle +
                 (last > 0 ? (uint64_t)p[last] * tap[x].end : 0);
    }
}

/* sum * 2^bits / total to the nearest, halves up. Both are exact as doubles, so the product with the
 * reciprocal is at most one off after cutting, and the rest tells which way. */
static void divide(uint16_t *dst, const uint64_t *sum, int w, int bits, uint64_t total)
{
    const double part = 1 / (double)total;
    const int64_t all = (int64_t)total, half = all / 2;
    for (int x = 0; x < w; x++) {
        const int64_t value = ((int64_t)sum[x] << bits) + half;
        const int32_t near = (int32_t)((double)value * part);
        const int64_t rest = value - near * all;
        dst[x] = (uint16_t)(near + (rest >= all) - (rest < 0));
    }
}

void stm_resample_doubled(struct stm_u16 dst, struct stm_cu16 src, int bits, void *scratch)
{
    uint64_t *sum = scratch;
    struct stm_tap *tap = (struct stm_tap *)(sum + dst.w);
    uint32_t *row = (uint32_t *)(tap + dst.w);
    const uint64_t down = stm_tap_total(src.h, dst.h), total = stm_tap_total(src.w, dst.w) * down;
    for (int x = 0; x < dst.w; x++)
        tap[x] = stm_tap(src.w, dst.w, x);
    for (int y = 0; y < dst.h; y++) {
        const struct stm_tap rows = stm_tap(src.h, dst.h, y);
        if (down <= UINT16_MAX) {
            add_rows(sum, row, tap, &rows, src, dst.w);
        } else {
            memset(sum, 0, (size_t)dst.w * sizeof *sum);
            for (int j = 0; j < rows.count; j++)
                add_row(sum, tap, src.px + (rows.first + j) * src.stride, dst.w, stm_tap_weight(&rows, j));
        }
        divide(dst.px + y * dst.stride, sum, dst.w, bits, total);
    }
}

void stm_resample(struct stm_u16 dst, struct stm_cu16 src, void *scratch)
{
    stm_resample_doubled(dst, src, 0, scratch);
}
