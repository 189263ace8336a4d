/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/reconstruct.h"

#include <stdbool.h>
#include <string.h>

/* Pixels whose neighbours may have to follow, each at most once: a ring of w x h places. */
struct queue {
    uint32_t *at;
    uint8_t *waits;
    uint32_t size, first, n;
};

size_t stm_reconstruct_scratch(int w, int h)
{
    return (size_t)w * (size_t)h * (sizeof(uint32_t) + 1);
}

static void put(struct queue *q, uint32_t pixel)
{
    if (q->waits[pixel]) return;
    const uint32_t room = q->size - q->first;
    q->waits[pixel] = 1;
    q->at[q->n < room ? q->first + q->n : q->n - room] = pixel;
    q->n++;
}

static uint32_t take(struct queue *q)
{
    const uint32_t pixel = q->at[q->first];
    q->waits[pixel] = 0;
    q->first = q->first + 1 < q->size ? q->first + 1 : 0;
    q->n--;
    return pixel;
}

static uint16_t most(uint16_t a, uint16_t b)
{
    return a > b ? a : b;
}

static uint16_t least(uint16_t a, uint16_t b)
{
    return a < b ? a : b;
}

/* Greatest of the row's pixels x - 1 … x + 1. */
static uint16_t most_of_three(const uint16_t *row, int x, int w)
{
    const uint16_t v = most(row[x], row[x > 0 ? x - 1 : x]);
    return most(v, row[x + 1 < w ? x + 1 : x]);
}

/* Along the row in steps of +1 or -1; `next` is the row that was done before it or NULL. */
static void spread_row(uint16_t *marker, const uint16_t *mask, const uint16_t *next, int w, int step)
{
    uint16_t run = 0;
    for (int i = 0, x = step > 0 ? 0 : w - 1; i < w; i++, x += step) {
        const uint16_t v = next ? most(marker[x], most_of_three(next, x, w)) : marker[x];
        marker[x] = run = least(most(v, run), mask[x]);
    }
}

/* Whether a pixel of value v makes neighbour x of the row rise. */
static bool raises(uint16_t v, const uint16_t *marker, const uint16_t *mask, int x)
{
    return marker[x] < v && marker[x] < mask[x];
}

/* Rows above are to come in the queue only: the second pass has been over them after the ones below. */
static void queue_row(struct queue *q, struct stm_u16 marker, struct stm_cu16 mask, int y)
{
    const uint16_t *row = marker.px + y * marker.stride, *cut = mask.px + y * mask.stride;
    for (int x = 0; x < marker.w; x++) {
        bool wanted = x + 1 < marker.w && raises(row[x], row, cut, x + 1);
        for (int u = x > 0 ? x - 1 : 0; !wanted && y + 1 < marker.h && u <= x + 1 && u < marker.w; u++)
            wanted = raises(row[x], row + marker.stride, cut + mask.stride, u);
        if (wanted) put(q, (uint32_t)y * (uint32_t)marker.w + (uint32_t)x);
    }
}

static void spread_pixel(struct queue *q, struct stm_u16 marker, struct stm_cu16 mask, uint32_t pixel)
{
    const int x = (int)(pixel % (uint32_t)marker.w), y = (int)(pixel / (uint32_t)marker.w);
    const uint16_t v = marker.px[y * marker.stride + x];
    for (int j = y > 0 ? y - 1 : 0; j <= y + 1 && j < marker.h; j++) {
        uint16_t *const row = marker.px + j * marker.stride;
        const uint16_t *const cut = mask.px + j * mask.stride;
        for (int i = x > 0 ? x - 1 : 0; i <= x + 1 && i < marker.w; i++) {
            if (!raises(v, row, cut, i)) continue;
            row[i] = least(v, cut[i]);
            put(q, (uint32_t)j * (uint32_t)marker.w + (uint32_t)i);
        }
    }
}

void stm_reconstruct(struct stm_u16 marker, struct stm_cu16 mask, void *scratch)
{
    const size_t n = (size_t)marker.w * (size_t)marker.h;
    struct queue q = {.at = scratch, .waits = (uint8_t *)((uint32_t *)scratch + n), .size = (uint32_t)n};
    memset(q.waits, 0, n);
    for (int y = 0; y < marker.h; y++)
        spread_row(marker.px + y * marker.stride, mask.px + y * mask.stride,
                   y ? marker.px + (y - 1) * marker.stride : NULL, marker.w, 1);
    for (int y = marker.h - 1; y >= 0; y--) {
        spread_row(marker.px + y * marker.stride, mask.px + y * mask.stride,
                   y + 1 < marker.h ? marker.px + (y + 1) * marker.stride : NULL, marker.w, -1);
        queue_row(&q, marker, mask, y);
    }
    while (q.n)
        spread_pixel(&q, marker, mask, take(&q));
}

void stm_cut_peaks(struct stm_u16 dst, struct stm_cu16 src, uint16_t h, void *scratch)
{
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x++) {
            const uint16_t v = src.px[y * src.stride + x];
            dst.px[y * dst.stride + x] = (uint16_t)(v > h ? v - h : 0);
        }
    stm_reconstruct(dst, src, scratch);
}
