/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeds grow over the stained area; a pixel belongs to the seed from which the way is cheapest, and a way
 * costs its length and the light it climbs and falls (after Jones, Carpenter and Golland, "Voronoi-based
 * segmentation of cells on image manifolds", 2005, with the sum instead of the root of squares). */
#include "kernels/ways.h"
#include "pipeline/bodies/bodies.h"

/* A pixel's side and diagonal; all of the usual cell's light is as far as FULL sides; a step costs less than
 * LISTS. */
enum { SIDE = 10, DIAGONAL = 14, FULL = 20 * SIDE, LISTS = 1024 };

struct spread {
    const struct stm_bodies *b;
    const uint16_t *floor;
    struct stm_u32 label;
    struct stm_ways ways; /* to each pixel, packed */
    uint32_t height;
};

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
    if (cost > s->ways.cost[at] || (cost == s->ways.cost[at] && label >= *owner)) return;
    *owner = label;
    stm_ways_put(&s->ways, at, cost);
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
                      s->ways.cost[at] + step(s, here, light.px[y * light.stride + x], x != x0 && y != y0));
}

static size_t ways_bytes(int w, int h)
{
    return stm_ways_scratch((size_t)w * (size_t)h, LISTS);
}

bool stm_bodies_spread(struct stm_u32 label, const uint16_t *floor, const struct stm_bodies *b,
                       struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct spread s = {
        .b = b, .floor = floor, .label = label, .height = b->height > 1 ? (uint32_t)b->height : 1};
    void *const ways = stm_arena_take(scratch, ways_bytes(label.w, label.h), "ways", err);
    if (!ways) return false;
    stm_ways_begin(&s.ways, (size_t)label.w * (size_t)label.h, LISTS, ways);
    for (int y = 0; y < label.h; y++)
        for (int x = 0; x < label.w; x++) {
            const uint32_t at = (uint32_t)y * (uint32_t)label.w + (uint32_t)x;
            if (label.px[y * label.stride + x]) stm_ways_put(&s.ways, at, 0);
        }
    for (uint32_t at; (at = stm_ways_take(&s.ways)) != STM_WAYS_NONE;)
        leave(&s, at);
    stm_arena_reset(scratch, mark);
    return true;
}

size_t stm_bodies_spread_bytes(int w, int h)
{
    return stm_arena_cost(ways_bytes(w, h));
}
