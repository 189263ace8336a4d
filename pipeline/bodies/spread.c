/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeds grow over the stained area; a pixel belongs to the seed from which the way is cheapest, and a way
 * costs its length and the light it climbs and falls (after Jones, Carpenter and Golland, "Voronoi-based
 * segmentation of cells on image manifolds", 2005, with the sum instead of the root of squares). Dijkstra's
 * method with one list of pixels for each cost (Dial, Algorithm 360, 1969): all costs are integers. */
#include "pipeline/bodies/bodies.h"

#include <string.h>

/* A pixel's side and diagonal; all of the usual cell's light is as far as FULL sides; a step costs less than
 * LISTS. */
enum { SIDE = 10, DIAGONAL = 14, FULL = 20 * SIDE, LISTS = 1024 };
static const uint32_t far_off = 0xffffffff, none = 0xffffffff;

struct spread {
    const struct stm_bodies *b;
    const uint16_t *floor;
    struct stm_u32 label;
    uint32_t *cost, *next, *before; /* packed, a place for each pixel */
    uint32_t first[LISTS];
    uint32_t waiting;
    uint32_t height;
};

static void enqueue(struct spread *s, uint32_t at)
{
    uint32_t *first = &s->first[s->cost[at] % LISTS];
    s->next[at] = *first;
    s->before[at] = none;
    if (*first != none) s->before[*first] = at;
    *first = at;
    s->waiting++;
}

static void dequeue(struct spread *s, uint32_t at)
{
    if (s->next[at] != none) s->before[s->next[at]] = s->before[at];
    if (s->before[at] != none)
        s->next[s->before[at]] = s->next[at];
    else
        s->first[s->cost[at] % LISTS] = s->next[at];
    s->waiting--;
}

static uint32_t step(const struct spread *s, int from, int to, bool diagonal)
{
    const uint32_t rise = (uint32_t)(from > to ? from - to : to - from);
    const uint64_t steep = (uint64_t)rise * FULL / s->height;
    const uint32_t most = LISTS - 1 - DIAGONAL;
    return (diagonal ? DIAGONAL : SIDE) + (steep < most ? (uint32_t)steep : most);
}

/* A cheaper way to (x, y), or one as cheap of a smaller number, is taken. */
static void offer(struct spread *s, int x, int y, uint32_t label, uint32_t cost)
{
    const struct stm_bodies *b = s->b;
    const uint32_t at = (uint32_t)y * (uint32_t)b->light.w + (uint32_t)x;
    uint32_t *owner = &s->label.px[y * s->label.stride + x];
    if (!b->mask.px[y * b->mask.stride + x] || b->light.px[y * b->light.stride + x] < s->floor[label]) return;
    if (cost > s->cost[at] || (cost == s->cost[at] && label >= *owner)) return;
    if (s->cost[at] != far_off) dequeue(s, at);
    s->cost[at] = cost;
    *owner = label;
    enqueue(s, at);
}

static void leave(struct spread *s, uint32_t at)
{
    const struct stm_u16 light = s->b->light;
    const int x0 = (int)(at % (uint32_t)light.w), y0 = (int)(at / (uint32_t)light.w);
    const int here = light.px[y0 * light.stride + x0];
    const uint32_t label = s->label.px[y0 * s->label.stride + x0];
    for (int y = y0 > 0 ? y0 - 1 : 0; y <= y0 + 1 && y < light.h; y++)
        for (int x = x0 > 0 ? x0 - 1 : 0; x <= x0 + 1 && x < light.w; x++)
            if (x != x0 || y != y0)
                offer(s, x, y, label,
                      s->cost[at] + step(s, here, light.px[y * light.stride + x], x != x0 && y != y0));
}

static bool take(struct spread *s, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t px = (size_t)s->b->light.w * (size_t)s->b->light.h;
    s->cost = stm_arena_take(scratch, px * 4, "ways", err);
    s->next = stm_arena_take(scratch, px * 4, "ways", err);
    s->before = stm_arena_take(scratch, px * 4, "ways", err);
    if (!s->cost || !s->next || !s->before) return false;
    memset(s->cost, 0xff, px * 4);
    memset(s->first, 0xff, sizeof s->first);
    return true;
}

bool stm_bodies_spread(struct stm_u32 label, const uint16_t *floor, const struct stm_bodies *b,
                       struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct spread s = {
        .b = b, .floor = floor, .label = label, .height = b->height > 1 ? (uint32_t)b->height : 1};
    if (!take(&s, scratch, err)) return false;
    for (int y = 0; y < label.h; y++)
        for (int x = 0; x < label.w; x++) {
            const uint32_t at = (uint32_t)y * (uint32_t)label.w + (uint32_t)x;
            if (!label.px[y * label.stride + x]) continue;
            s.cost[at] = 0;
            enqueue(&s, at);
        }
    for (uint32_t cost = 0; s.waiting; cost++)
        while (s.first[cost % LISTS] != none) {
            const uint32_t at = s.first[cost % LISTS];
            dequeue(&s, at);
            leave(&s, at);
        }
    stm_arena_reset(scratch, mark);
    return true;
}

size_t stm_bodies_spread_bytes(int w, int h)
{
    return 3 * stm_arena_cost((size_t)w * (size_t)h * 4);
}
