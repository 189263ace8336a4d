/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/local.h"

#include "kernels/border.h"

#include <math.h>
#include <stdbool.h>

/* Sums over the window's rows for each column, mirrored rx columns beyond both ends. */
struct columns {
    uint32_t *sum;
    uint64_t *square;
    int w, rx;
    bool squares; /* are wanted */
};

size_t stm_local_scratch(int w, int rx)
{
    return (((size_t)w + 2 * (size_t)rx) * (sizeof(uint32_t) + sizeof(uint64_t)) + 7) / 8 * 8;
}

static struct columns columns_in(void *scratch, int w, int rx, bool squares)
{
    uint64_t *square = scratch;
    return (struct columns){(uint32_t *)(square + w + 2 * rx), square, w, rx, squares};
}

static void exchange(struct columns *c, const uint16_t *in, const uint16_t *out)
{
    uint32_t *restrict sum = c->sum + c->rx;
    uint64_t *restrict square = c->square + c->rx;
    for (int x = 0; x < c->w; x++)
        sum[x] += (uint32_t)in[x] - out[x];
    for (int x = 0; c->squares && x < c->w; x++)
        square[x] += (uint64_t)((uint32_t)in[x] * in[x]) - (uint32_t)out[x] * out[x];
}

static void mirror_ends(struct columns *c)
{
    for (int i = 1; i <= c->rx; i++) {
        const int left = stm_mirror(-i, c->w), right = stm_mirror(c->w - 1 + i, c->w);
        c->sum[c->rx - i] = c->sum[c->rx + left];
        c->sum[c->rx + c->w - 1 + i] = c->sum[c->rx + right];
        c->square[c->rx - i] = c->square[c->rx + left];
        c->square[c->rx + c->w - 1 + i] = c->square[c->rx + right];
    }
}

/* Moves the columns to row y; they are empty before row 0. */
static void advance(struct columns *c, struct stm_cu16 src, int ry, int y)
{
    if (y == 0) {
        memset(c->sum, 0, (size_t)(c->w + 2 * c->rx) * sizeof *c->sum);
        memset(c->square, 0, (size_t)(c->w + 2 * c->rx) * sizeof *c->square);
        for (int i = -ry; i <= ry; i++) {
            const uint16_t *row = src.px + stm_mirror(i, src.h) * src.stride;
            for (int x = 0; x < c->w; x++) {
                c->sum[c->rx + x] += row[x];
                c->square[c->rx + x] += (uint32_t)row[x] * row[x];
            }
        }
    } else {
        exchange(c, src.px + stm_mirror(y + ry, src.h) * src.stride,
                 src.px + stm_mirror(y - ry - 1, src.h) * src.stride);
    }
    mirror_ends(c);
}

/* Division by n as a multiplication: with m = floor(2^47 / n) + 1 and s < 65536 n, s m / 2^47 exceeds s / n
 * by less than 65536 n / 2^47 < 1 / n as long as n^2 < 2^31, and s m < 2^64. */
void stm_local_mean(struct stm_u16 dst, struct stm_cu16 src, int rx, int ry, void *scratch)
{
    struct columns c = columns_in(scratch, src.w, rx, false);
    const uint32_t n = (uint32_t)((2 * rx + 1) * (2 * ry + 1));
    const uint64_t m = (UINT64_C(1) << 47) / n + 1;
    for (int y = 0; y < dst.h && dst.w > 0; y++) {
        uint32_t sum = n / 2;
        advance(&c, src, ry, y);
        for (int i = 0; i < 2 * rx; i++)
            sum += c.sum[i];
        for (int x = 0; x < dst.w; x++) {
            const uint32_t whole = sum + c.sum[x + 2 * rx];
            sum += c.sum[x + 2 * rx] - c.sum[x];
            dst.px[y * dst.stride + x] = (uint16_t)(whole * m >> 47);
        }
    }
}

/* n^2 times the variance is below 2^61 for areas up to STM_LOCAL_MAX_AREA, so it is exact as a signed number,
 * which processors convert faster. */
static uint16_t deviation(uint64_t n, uint64_t sum, uint64_t square, double factor)
{
    const double value = sqrt((double)(int64_t)(n * square - sum * sum)) * factor + 0.5;
    return value < 65535 ? (uint16_t)value : UINT16_MAX;
}

void stm_local_deviation(struct stm_u16 dst, struct stm_cu16 src, int rx, int ry, double scale, void *scratch)
{
    struct columns c = columns_in(scratch, src.w, rx, true);
    const uint64_t n = (uint64_t)((2 * rx + 1) * (2 * ry + 1));
    const double factor = scale / (double)n;
    for (int y = 0; y < dst.h && dst.w > 0; y++) {
        uint64_t sum = 0, square = 0;
        advance(&c, src, ry, y);
        for (int i = 0; i < 2 * rx; i++) {
            sum += c.sum[i];
            square += c.square[i];
        }
        for (int x = 0; x < dst.w; x++) {
            sum += c.sum[x + 2 * rx];
            square += c.square[x + 2 * rx];
            dst.px[y * dst.stride + x] = deviation(n, sum, square, factor);
            sum -= c.sum[x];
            square -= c.square[x];
        }
    }
}
