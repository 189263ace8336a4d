/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/watershed.h"

#include <string.h>

enum { NONE = -1 };

size_t stm_watershed_scratch(int w, int h, uint16_t max_level)
{
    return 3 * sizeof(int32_t) * (size_t)w * (size_t)h + 2 * sizeof(int32_t) * ((size_t)max_level + 2);
}

/* First in, first out for each level; a pixel is in it at most once. Pixels are indices y * w + x. */
struct queue {
    int32_t *next, *head, *tail;
    int top;
};

static void push(struct queue *q, int32_t pixel, int level)
{
    if (level > q->top) level = q->top;
    q->next[pixel] = NONE;
    if (q->head[level] == NONE)
        q->head[level] = pixel;
    else
        q->next[q->tail[level]] = pixel;
    q->tail[level] = pixel;
}

static void push_seeds(struct queue *q, struct stm_u32 label, struct stm_cu16 level)
{
    for (int y = 1; y < label.h - 1; y++)
        for (int x = 1; x < label.w - 1; x++)
            if (label.px[y * label.stride + x] && level.px[y * level.stride + x])
                push(q, y * label.w + x, level.px[y * level.stride + x]);
}

/* Gives the label of pixel (x, y) to its neighbours. */
static void spread(struct queue *q, struct stm_u32 label, struct stm_cu16 level, int x, int y)
{
    const uint32_t mine = label.px[y * label.stride + x];
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            uint32_t *its = label.px + (y + dy) * label.stride + x + dx;
            const uint16_t its_level = level.px[(y + dy) * level.stride + x + dx];
            if (*its || !its_level) continue;
            *its = mine;
            push(q, (y + dy) * label.w + x + dx, its_level);
        }
}

void stm_watershed(struct stm_u32 label, struct stm_cu16 level, uint16_t max_level, void *scratch)
{
    struct queue q = {.next = scratch, .top = max_level};
    q.head = q.next + (size_t)label.w * (size_t)label.h;
    q.tail = q.head + max_level + 1;
    memset(q.head, 255, ((size_t)max_level + 1) * sizeof *q.head);
    push_seeds(&q, label, level);
    for (; q.top > 0; q.top--)
        while (q.head[q.top] != NONE) {
            const int32_t pixel = q.head[q.top];
            q.head[q.top] = q.next[pixel];
            spread(&q, label, level, pixel % label.w, pixel / label.w);
        }
}
