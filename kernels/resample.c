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
    uint64_t *before;    /* pixel i of the source: sum of the columns before it */
    uint32_t *row;       /* sums of columns */
    struct start *start; /* one more than the result has pixels */
    struct stm_tap *tap; /* for rows that do not shrink */
    double *across[2];   /* where both sides grow: sums across row `held` of the source, even and odd ones */
    int32_t held[2];
};

size_t stm_resample_scratch(int from, int to)
{
    const size_t n = (size_t)from, m = (size_t)to;
    return 3 * m * sizeof(double) + (n + 1) * sizeof(uint64_t) + (n + 1) * sizeof(uint32_t) +
           (m + 1) * sizeof(struct start) + m * sizeof(struct stm_tap);
}

static struct rows rows_in(void *scratch, int from, int to)
{
    struct rows r = {.sum = scratch, .held = {-1, -1}};
    r.across[0] = r.sum + to;
    r.across[1] = r.across[0] + to;
    r.before = (uint64_t *)(r.across[1] + to);
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

/* Sums of columns. Weights of 16 bits: compilers have instructions for such products. What shrinks is made
 * from two rows at least. */
static void add_columns(uint32_t *sum, const struct stm_tap *down, struct stm_cu16 src)
{
    const uint16_t *a = src.px + down->first * src.stride, *b = a + src.stride;
    const uint16_t begin = (uint16_t)stm_tap_weight(down, 0), second = (uint16_t)stm_tap_weight(down, 1);
    for (int x = 0; x < src.w; x++)
        sum[x] = (uint32_t)a[x] * begin + (uint32_t)b[x] * second;
    for (int j = 2; j < down->count; j++) {
        const uint16_t weight = (uint16_t)stm_tap_weight(down, j);
        b += src.stride;
        for (int x = 0; x < src.w; x++)
            sum[x] += (uint32_t)b[x] * weight;
    }
    sum[src.w] = 0;
}

/* The same sums where both sides shrink: rows are added up first, which is one product a pixel of the source,
 * then a pixel is what lies before its end less what lies before its beginning, modulo 2^64. Weights of a
 * column are below 2^16 and their sum too, so sums of columns fit 32 bits. */
static void shrink_rows(const struct rows *r, const struct stm_tap *down, struct stm_cu16 src, int w)
{
    uint64_t all = 0, begin = 0;
    add_columns(r->row, down, src);
    for (int x = 0; x <= src.w; x++) {
        r->before[x] = all;
        all += r->row[x];
    }
    for (int x = 0; x < w; x++) {
        const struct start end = r->start[x + 1];
        const uint64_t until = r->before[end.pixel] * (uint64_t)w + (uint64_t)r->row[end.pixel] * end.part;
        r->sum[x] = (double)(int64_t)(until - begin);
        begin = until;
    }
}

/* Where both sides grow, a pixel is made from two columns and two rows at most (where from one, `end` is 0).
 * Rows of the result between the same two of the source share their sums. */
static void grow_rows(struct rows *r, const struct stm_tap *down, struct stm_cu16 src, int w)
{
    for (int j = 0; j < down->count; j++) {
        const int32_t y = down->first + j;
        const uint16_t *px = src.px + y * src.stride;
        if (r->held[y & 1] == y) continue;
        r->held[y & 1] = y;
        for (int x = 0; x < w; x++) {
            const struct stm_tap t = r->tap[x];
            r->across[y & 1][x] = (double)(int64_t)((uint64_t)px[t.first] * t.begin +
                                                    (uint64_t)px[t.first + t.count - 1] * t.end);
        }
    }
    const double *a = r->across[down->first & 1], *b = r->across[(down->first + down->count - 1) & 1];
    const double begin = down->begin, end = down->end;
    for (int x = 0; x < w; x++)
        r->sum[x] = begin * a[x] + end * b[x];
}

/* The same sums where one side grows and the other does not. */
static void mix_rows(const struct rows *r, const struct stm_tap *down, struct stm_cu16 src, int w)
{
    memset(r->sum, 0, (size_t)w * sizeof *r->sum);
    for (int j = 0; j < down->count; j++)
        add_row(r->sum, r->tap, src.px + (down->first + j) * src.stride, w, stm_tap_weight(down, j));
}

/* sum * 2^bits / total to the nearest, halves up. With half a unit more, the quotient is 1 / (2 total) from
 * every integer at least, which is 2^-35, and its two roundings move it by less than 2^16 * 2^-52: cutting is
 * exact. */
static void divide(uint16_t *dst, const double *sum, int w, int bits, uint64_t total)
{
    const double part = 1 / (double)total, scale = 1 << bits, half = (double)(total / 2) + 0.5;
    for (int x = 0; x < w; x++)
        dst[x] = (uint16_t)(int32_t)((sum[x] * scale + half) * part);
}

void stm_resample_rows(struct stm_u16 dst, struct stm_cu16 src, int bits, int y0, int y1, void *scratch)
{
    struct rows r = rows_in(scratch, src.w, dst.w);
    const uint64_t down = stm_tap_total(src.h, dst.h), total = stm_tap_total(src.w, dst.w) * down;
    const bool shrinks = dst.w < src.w && dst.h < src.h && src.h <= UINT16_MAX,
               grows = dst.w >= src.w && dst.h >= src.h;
    for (int y = y0; y < y1; y++) {
        const struct stm_tap rows = stm_tap(src.h, dst.h, y);
        if (shrinks)
            shrink_rows(&r, &rows, src, dst.w);
        else if (grows)
            grow_rows(&r, &rows, src, dst.w);
        else
            mix_rows(&r, &rows, src, dst.w);
        divide(dst.px + y * dst.stride, r.sum, dst.w, bits, total);
    }
}

void stm_resample(struct stm_u16 dst, struct stm_cu16 src, void *scratch)
{
    stm_resample_rows(dst, src, 0, 0, dst.h, scratch);
}
