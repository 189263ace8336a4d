/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/watershed.h"

#include "kernels/kernels.h"

#include <string.h>

enum { NONE = -1 };

size_t stm_watershed_scratch(int w, int h, uint16_t max_level)
{
    return 3 * sizeof(int32_t) * (size_t)w * (size_t)h + 2 * sizeof(int32_t) * ((size_t)max_level + 2) +
           2 * STM_ROW_SLACK;
}

/* Pixels are indices y * w + x into dense copies, so that a step to a neighbour is one addition. `left` is
 * the level of pixels not reached yet, else 0. Waiting pixels of a level are a list, first in first out. */
struct flood {
    uint32_t *label;
    int32_t *next, *head, *tail;
    uint16_t *left;
    int w, h, top;
};

static struct flood flood_in(void *scratch, int w, int h, uint16_t max_level)
{
    const size_t area = (size_t)w * (size_t)h;
    struct flood f = {.label = scratch, .w = w, .h = h, .top = max_level};
    f.next = (int32_t *)(f.label + area);
    f.head = f.next + area;
    f.tail = f.head + max_level + 1;
    f.left = (uint16_t *)(f.tail + max_level + 1);
    memset(f.head, 255, ((size_t)max_level + 1) * sizeof *f.head);
    return f;
}

static void push(struct flood *f, int32_t pixel, int level)
{
    if (level > f->top) level = f->top;
    f->next[pixel] = NONE;
    if (f->head[level] == NONE)
        f->head[level] = pixel;
    else
        f->next[f->tail[level]] = pixel;
    f->tail[level] = pixel;
}

static void load(struct flood *f, struct stm_u32 label, struct stm_cu16 level)
{
    for (int y = 0; y < f->h; y++) {
        memcpy(f->label + (ptrdiff_t)y * f->w, label.px + y * label.stride, (size_t)f->w * sizeof *label.px);
        memcpy(f->left + (ptrdiff_t)y * f->w, level.px + y * level.stride, (size_t)f->w * sizeof *level.px);
    }
    for (int32_t i = 0; i < f->w * f->h; i++) {
        if (!f->label[i] || !f->left[i]) continue;
        push(f, i, f->left[i]);
        f->left[i] = 0;
    }
}

/* Gives the label of a pixel to those of its neighbours that have none. Of most rows around it, nothing is
 * left. */
static void spread(struct flood *f, int32_t pixel)
{
    const uint32_t label = f->label[pixel];
    for (int32_t first = pixel - f->w - 1, row = 0; row < 3; row++, first += f->w) {
        if (!(f->left[first] | f->left[first + 1] | f->left[first + 2])) continue;
        for (int32_t its = first; its < first + 3; its++) {
            const int level = f->left[its];
            if (!level) continue;
            f->left[its] = 0;
            f->label[its] = label;
            push(f, its, level);
        }
    }
}

void stm_watershed(struct stm_u32 label, struct stm_cu16 level, uint16_t max_level, void *scratch)
{
    struct flood f = flood_in(scratch, label.w, label.h, max_level);
    const int w = label.w;
    load(&f, label, level);
    for (; f.top > 0; f.top--)
        while (f.head[f.top] != NONE) {
            const int32_t pixel = f.head[f.top];
            f.head[f.top] = f.next[pixel];
            spread(&f, pixel);
        }
    for (int y = 0; y < label.h; y++)
        memcpy(label.px + y * label.stride, f.label + (ptrdiff_t)y * w, (size_t)w * sizeof *label.px);
}
