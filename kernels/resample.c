/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/resample.h"

#include <stdbool.h>
#include <string.h>

/* Where in a row of the source the pixels of the result begin: at that part of that pixel. */
struct start {
    int32_t pixel;
    uint32_t part;
};

struct rows {
    double *sum;         /* of each pixel of the result: an integer below 2^50 */
    uint64_t *before;    /* pixel i of the source: what all pixels before it weigh, modulo 2^64 */
    uint32_t *row;       /* sums of columns */
    struct start *start; /* one more than the result has pixels */
    struct stm_tap *tap; /* for rows that do not shrink */
};

size_t stm_resample_scratch(int from, int to)
{
    const size_t n = (size_t)from, m = (size_t)to;
    return m * sizeof(double) + (n + 1) * sizeof(uint64_t) + (n + 1) * sizeof(uint32_t) +
           (m + 1) * sizeof(struct start) + m * sizeof(struct stm_tap);
}

static struct rows rows_in(void *scratch, int from, int to)
{
    struct rows r = {.sum = scratch};
    r.before = (uint64_t *)(r.sum + to);
    r.row = (uint32_t *)(r.before + from + 1);
    r.start = (struct start *)(r.row + from + 1);
    r.tap = (struct stm_tap *)(r.start + to + 1);
    for (int x = 0; x < to; x++)
        r.tap[x] = stm_tap(from, to, x);
    for (int64_t x = 0; x <= to; x++)
        r.start[x] = (struct start){(int32_t)(x * from / to), (uint32_t)(x * from % to)};
    return r;
}

/* Sums are below 2^16 * 2^17 * 2^17. */
static void add_row(double *sum, const struct stm_tap *tap, const uint16_t *px, int w, double weight)
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
        sum[x] += weight * (double)here;
    }
}

/* Weights of 16 bits: compilers have instructions for such products. */
static void add_weighted(uint32_t *row, const uint16_t *px, int w, uint16_t weight)
{
    for (int x = 0; x < w; x++)
        row[x] += (uint32_t)px[x] * weight;
}

/* The same sums where both sides shrink: rows are added up first, which is one product a pixel of the source,
 * then a pixel is what lies before its end less what lies before its beginning. Weights of a column are below
 * 2^16 and their sum too, so sums of columns fit 32 bits. */
static void shrink_rows(const struct rows *r, const struct stm_tap *down, struct stm_cu16 src, int w)
{
    uint64_t all = 0, begin = 0;
    memset(r->row, 0, ((size_t)src.w + 1) * sizeof *r->row);
    for (int j = 0; j < down->count; j++)
        add_weighted(r->row, src.px + (down->first + j) * src.stride, src.w,
                     (uint16_t)stm_tap_weight(down, j));
    for (int x = 0; x <= src.w; x++) {
        r->before[x] = all;
        all += (uint64_t)r->row[x] * (uint64_t)w;
    }
    for (int x = 0; x < w; x++) {
        const struct start end = r->start[x + 1];
        const uint64_t until = r->before[end.pixel] + (uint64_t)r->row[end.pixel] * end.part;
        r->sum[x] = (double)(int64_t)(until - begin);
        begin = until;
    }
}

/* sum * 2^bits / total to the nearest, halves up: the product with the reciprocal is at most one off after
 * cutting, and the rest, which is exact, tells which way. */
static void divide(uint16_t *dst, const double *sum, int w, int bits, uint64_t total)
{
    const double all = (double)total, part = 1 / all, scale = 1 << bits, half = (double)(total / 2);
    for (int x = 0; x < w; x++) {
        const double value = sum[x] * scale + half;
        const int32_t near = (int32_t)(value * part);
        const double rest = value - near * all;
        dst[x] = (uint16_t)(near + (rest >= all) - (rest < 0));
    }
}

void stm_resample_doubled(struct stm_u16 dst, struct stm_cu16 src, int bits, void *scratch)
{
    const struct rows r = rows_in(scratch, src.w, dst.w);
    const uint64_t down = stm_tap_total(src.h, dst.h), total = stm_tap_total(src.w, dst.w) * down;
    const bool shrinks = dst.w < src.w && dst.h < src.h && src.h <= UINT16_MAX;
    for (int y = 0; y < dst.h; y++) {
        const struct stm_tap rows = stm_tap(src.h, dst.h, y);
        memset(r.sum, 0, (size_t)dst.w * sizeof *r.sum);
        for (int j = 0; j < rows.count && !shrinks; j++)
            add_row(r.sum, r.tap, src.px + (rows.first + j) * src.stride, dst.w, stm_tap_weight(&rows, j));
        if (shrinks) shrink_rows(&r, &rows, src, dst.w);
        divide(dst.px + y * dst.stride, r.sum, dst.w, bits, total);
    }
}

void stm_resample(struct stm_u16 dst, struct stm_cu16 src, void *scratch)
{
    stm_resample_doubled(dst, src, 0, scratch);
}
