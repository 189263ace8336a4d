/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/watershed.h"

#include <string.h>

enum { NONE = -1 };

/* Components of the pixels above a falling level, as trees of pixel indices whose root is the component's
 * peak. Where two meet, the lower peak's rise above the meeting level is known. */
struct forest {
    int32_t *parent, *order;
    int w;
};

static int32_t root_of(int32_t *parent, int32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* Pixels inside, from the highest level down and in raster order at equal level. Returns how many. */
static size_t sort_pixels(struct forest *f, struct stm_cu16 level, uint16_t max_level, int32_t *start)
{
    memset(start, 0, ((size_t)max_level + 2) * sizeof *start);
    for (int y = 0; y < level.h; y++)
        for (int x = 0; x < level.w; x++)
            start[level.px[y * level.stride + x]]++;
    int32_t inside = 0;
    for (int l = max_level; l > 0; l--) {
        const int32_t n = start[l];
        start[l] = inside;
        inside += n;
    }
    for (int y = 0; y < level.h; y++)
        for (int x = 0; x < level.w; x++) {
            const uint16_t l = level.px[y * level.stride + x];
            if (l) f->order[start[l]++] = y * f->w + x;
        }
    return (size_t)inside;
}

struct seeds {
    struct stm_seed *seed;
    size_t n, capacity;
    struct stm_cu16 level;
    int w;
    uint16_t h;
};

static uint16_t level_at(const struct seeds *s, int32_t pixel)
{
    return s->level.px[pixel / s->w * s->level.stride + pixel % s->w];
}

static void settle(struct seeds *s, int32_t peak, uint16_t pass)
{
    const uint16_t level = level_at(s, peak), rise = (uint16_t)(level - pass);
    if (rise < s->h) return;
    if (s->n < s->capacity) s->seed[s->n] = (struct stm_seed){peak % s->w, peak / s->w, level, rise};
    s->n++;
}

/* Joins the component of `pixel` with that of its neighbour when that one has been reached. */
static void meet(struct forest *f, struct seeds *s, int32_t pixel, int32_t neighbour, uint16_t pass)
{
    if (f->parent[neighbour] == NONE) return;
    const int32_t a = root_of(f->parent, pixel), b = root_of(f->parent, neighbour);
    if (a == b) return;
    const uint16_t la = level_at(s, a), lb = level_at(s, b);
    const int a_wins = la > lb || (la == lb && a < b);
    settle(s, a_wins ? b : a, pass);
    f->parent[a_wins ? b : a] = a_wins ? a : b;
}

static int before(const struct stm_seed *a, const struct stm_seed *b)
{
    return a->y < b->y || (a->y == b->y && a->x < b->x);
}

/* Shell sort: no recursion, no memory, few seeds. */
static void sort_seeds(struct stm_seed *seed, size_t n)
{
    for (size_t gap = n / 2; gap > 0; gap /= 2)
        for (size_t i = gap; i < n; i++) {
            const struct stm_seed s = seed[i];
            size_t j = i;
            for (; j >= gap && before(&s, &seed[j - gap]); j -= gap)
                seed[j] = seed[j - gap];
            seed[j] = s;
        }
}

size_t stm_seeds(struct stm_seed *seed, size_t capacity, struct stm_cu16 level, uint16_t h,
                 uint16_t max_level, void *scratch)
{
    const size_t area = (size_t)level.w * (size_t)level.h;
    struct forest f = {.parent = scratch, .order = (int32_t *)scratch + area, .w = level.w};
    struct seeds s = {seed, 0, capacity, level, level.w, h};
    const size_t inside = sort_pixels(&f, level, max_level, f.order + area);
    memset(f.parent, 255, area * sizeof *f.parent);
    for (size_t i = 0; i < inside; i++) {
        const int32_t pixel = f.order[i];
        const uint16_t here = level_at(&s, pixel);
        f.parent[pixel] = pixel;
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++)
                if (dx || dy) meet(&f, &s, pixel, pixel + dy * f.w + dx, here);
    }
    for (size_t i = 0; i < inside; i++)
        if (f.parent[f.order[i]] == f.order[i]) settle(&s, f.order[i], 0);
    sort_seeds(seed, s.n < capacity ? s.n : capacity);
    return s.n;
}
