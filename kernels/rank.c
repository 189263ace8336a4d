/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/rank.h"

#include "kernels/border.h"
#include "kernels/kernels.h"

size_t stm_median_scratch(int w, int radius)
{
    return (size_t)(2 * radius + 1) * (size_t)stm_row_pitch(w, radius) * sizeof(uint16_t);
}

/* A ring of padded copies of the last 2 radius + 1 rows: row y of dst is written after row y + radius was
 * read. */
void stm_median_filter(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int radius,
                       void *scratch)
{
    const ptrdiff_t pitch = stm_row_pitch(src.w, radius);
    const int ring = 2 * radius + 1;
    uint16_t *rows = (uint16_t *)scratch + radius;
    for (int y = 0, next = 0; y < dst.h && dst.w > 0; y++) {
        const uint16_t *row[5];
        for (; next < src.h && next <= y + radius; next++)
            stm_pad_row(rows + next % ring * pitch, src.px + next * src.stride, src.w, radius);
        for (int i = 0; i < ring; i++)
            row[i] = rows + stm_mirror(y - radius + i, src.h) % ring * pitch;
        (radius == 1 ? k->median3_row : k->median5_row)(dst.px + y * dst.stride, row, dst.w);
    }
}

struct extremum {
    stm_extremum_row_fn *op;
    uint16_t outside; /* loses against every pixel */
    struct stm_cu16 src;
    int rx, ry;
    ptrdiff_t pitch;
    uint16_t *line[2], *prefix;
};

size_t stm_extremum_scratch(int w, int rx, int ry)
{
    return (size_t)stm_row_pitch(w, rx) * (3 + 2 * (2 * (size_t)ry + 1)) * sizeof(uint16_t);
}

/* dst = the extremum along x of row y. Windows of doubling length, then two that overlap make the right one.
 */
static void along_row(const struct extremum *e, uint16_t *dst, int y)
{
    const int w = e->src.w, window = 2 * e->rx + 1, padded = w + 2 * e->rx;
    uint16_t *a = e->line[0], *b = e->line[1];
    if (y < 0 || y >= e->src.h) {
        for (int x = 0; x < w; x++)
            dst[x] = e->outside;
        return;
    }
    for (int i = 0; i < e->rx; i++)
        a[i] = a[padded - 1 - i] = e->outside;
    memcpy(a + e->rx, e->src.px + y * e->src.stride, (size_t)w * sizeof *a);
    int length = 1;
    for (; 2 * length <= window; length *= 2) {
        uint16_t *const t = a;
        e->op(b, a, a + length, padded - 2 * length + 1);
        a = b, b = t;
    }
    e->op(dst, a, a + window - length, w);
}

/* Blocks of 2 ry + 1 rows: a window is the end of one block and the beginning of the next, so it takes the
 * extremum of the first one's rows from there on (computed backwards) and of the second's so far. */
static void extremum(struct extremum *e, struct stm_u16 dst, uint16_t *scratch)
{
    const int block = 2 * e->ry + 1, w = dst.w;
    e->pitch = stm_row_pitch(w, e->rx);
    e->line[0] = scratch;
    e->line[1] = e->line[0] + e->pitch;
    e->prefix = e->line[1] + e->pitch;
    uint16_t *ends = e->prefix + e->pitch, *next = ends + block * e->pitch;
    for (int i = 0; i < block; i++)
        along_row(e, next + i * e->pitch, i - e->ry);
    for (int y = 0; y < dst.h; y++) {
        const int i = y % block;
        if (i == 0) {
            uint16_t *const t = ends;
            ends = next, next = t;
            for (int j = block - 2; j >= 0; j--)
                e->op(ends + j * e->pitch, ends + j * e->pitch, ends + (j + 1) * e->pitch, w);
            memcpy(dst.px + y * dst.stride, ends, (size_t)w * sizeof *ends);
        } else {
            e->op(dst.px + y * dst.stride, ends + i * e->pitch, e->prefix, w);
        }
        uint16_t *const new = next + i * e->pitch;
        along_row(e, new, y + e->ry + 1);
        if (i == 0)
            memcpy(e->prefix, new, (size_t)w * sizeof *new);
        else
            e->op(e->prefix, e->prefix, new, w);
    }
}

void stm_minimum_filter(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                        void *scratch)
{
    struct extremum e = {.op = k->minimum_row, .outside = UINT16_MAX, .src = src, .rx = rx, .ry = ry};
    extremum(&e, dst, scratch);
}

void stm_maximum_filter(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                        void *scratch)
{
    struct extremum e = {.op = k->maximum_row, .outside = 0, .src = src, .rx = rx, .ry = ry};
    extremum(&e, dst, scratch);
}

void stm_opening(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                 void *scratch)
{
    stm_minimum_filter(k, dst, src, rx, ry, scratch);
    stm_maximum_filter(k, dst, (struct stm_cu16)STM_CONST(dst), rx, ry, scratch);
}

void stm_closing(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int rx, int ry,
                 void *scratch)
{
    stm_maximum_filter(k, dst, src, rx, ry, scratch);
    stm_minimum_filter(k, dst, (struct stm_cu16)STM_CONST(dst), rx, ry, scratch);
}
