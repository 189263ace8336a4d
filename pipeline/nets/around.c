/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nuclei grow over what is cell; a pixel belongs to the nucleus from which the way is cheapest. A way costs
 * its length, the height it climbs and falls, and the borders it crosses that were seen without knowing of
 * nuclei: such a border counts more than any distance within a cell, so a part with one nucleus stays as it
 * was, one with several is divided, one with none goes to its neighbours. */
#include "pipeline/nets/around.h"

#include "kernels/ways.h"
#include "pipeline/nets/objects.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A pixel's side and diagonal; a step costs less than LISTS. */
enum { SIDE = 10, DIAGONAL = 14, LISTS = 4096, DIRECTIONS = 4 };

/* A way that climbs or falls by all of the height is as long as one diameter of the usual nucleus, one that
 * crosses a border as 4. Across a long nucleus ways are longer than along it, by its axis ratio up to 2.5:
 * cells are long the same way. Of crowded synthetic cells most came out right with these. */
static const double full_height = 1, border = 4, most_ratio = 2.5;

/* A part without a nucleus is a cell of its own when its top is this far (in 1/16384) above its passes, a
 * little more than what parts it from others at all. */
enum { DEEP = 4000 };

/* Two nuclei share a part that is not larger than this many parts with one nucleus: binucleate cells are
 * larger than others, but two cells that were taken for one are twice as large. */
static const double most_room = 1.2;

struct nucleus {
    uint32_t pixels, inside, cell;
    uint32_t part, lead; /* the part with most of its pixels: majority vote (Boyer, Moore 1981) */
    double x, y, xx, yy, xy;
};

struct part {
    uint32_t cell, nuclei, pixels; /* cell: one of its own */
    int top, pass;
};

struct search {
    struct stm_around *a;
    int w, h;
    struct part *part;
    struct nucleus *nucleus;
    uint16_t (*step)[DIRECTIONS]; /* of each cell: across, down, down right, down left */
    uint32_t *to;                 /* the cell of each pixel */
    struct stm_ways ways;
    uint32_t climb, cross, cells;
    uint32_t *list; /* of areas */
    double usual;   /* area of a part with one nucleus */
};

static int height(const struct search *s, int x, int y)
{
    const struct stm_cs16 v = s->a->height;
    const int z = v.px ? v.px[y * v.stride + x] : 0;
    return z < 0 ? 0 : z;
}

static uint32_t part_at(const struct search *s, int x, int y)
{
    return s->a->label.px[y * s->a->label.stride + x];
}

static uint32_t nucleus_at(const struct search *s, int x, int y)
{
    return s->a->nucleus.px[y * s->a->nucleus.stride + x];
}

static bool inside(const struct search *s, int x, int y)
{
    const struct stm_cs16 v = s->a->odds;
    return part_at(s, x, y) || (v.px && v.px[y * v.stride + x] > s->a->least_odds);
}

static bool take(struct search *s, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t px = (size_t)s->w * (size_t)s->h, parts = s->a->parts, nuclei = s->a->nuclei;
    s->part = stm_arena_take(scratch, (parts + 1) * sizeof *s->part, "parts", err);
    s->nucleus = stm_arena_take(scratch, (nuclei + 1) * sizeof *s->nucleus, "nuclei", err);
    s->step = stm_arena_take(scratch, (parts + nuclei + 1) * sizeof *s->step, "steps", err);
    s->list = stm_arena_take(scratch, (parts + 1) * sizeof *s->list, "areas", err);
    s->to = stm_arena_take(scratch, px * 4, "cells", err);
    void *const ways = stm_arena_take(scratch, stm_ways_scratch(px, LISTS), "ways", err);
    if (!s->part || !s->nucleus || !s->step || !s->list || !s->to || !ways) return false;
    memset(s->part, 0, (parts + 1) * sizeof *s->part);
    memset(s->nucleus, 0, (nuclei + 1) * sizeof *s->nucleus);
    stm_ways_begin(&s->ways, px, LISTS, ways);
    memset(s->to, 0, px * 4);
    return true;
}

static void vote(struct nucleus *n, uint32_t part)
{
    if (!n->lead) n->part = part;
    n->lead = n->part == part ? n->lead + 1 : n->lead - 1;
}

static void add_pixel(struct nucleus *n, int x, int y)
{
    n->pixels++;
    n->x += x;
    n->y += y;
    n->xx += (double)x * x;
    n->yy += (double)y * y;
    n->xy += (double)x * y;
}

static void look(struct search *s)
{
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++) {
            struct nucleus *const n = &s->nucleus[nucleus_at(s, x, y)];
            struct part *const p = &s->part[part_at(s, x, y)];
            const int z = height(s, x, y);
            p->top = z > p->top ? z : p->top;
            p->pixels++;
            add_pixel(n, x, y);
            if (!inside(s, x, y)) continue;
            n->inside++;
            vote(n, part_at(s, x, y));
        }
}

static void meet(struct search *s, int x, int y, int u, int v)
{
    if (u < 0 || u >= s->w || v >= s->h) return;
    const uint32_t a = part_at(s, x, y), b = part_at(s, u, v);
    if (!a || !b || a == b) return;
    const int za = height(s, x, y), zb = height(s, u, v), z = za < zb ? za : zb;
    if (z > s->part[a].pass) s->part[a].pass = z;
    if (z > s->part[b].pass) s->part[b].pass = z;
}

static void find_passes(struct search *s)
{
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++) {
            meet(s, x, y, x + 1, y);
            meet(s, x, y, x - 1, y + 1);
            meet(s, x, y, x, y + 1);
            meet(s, x, y, x + 1, y + 1);
        }
}

static void even_steps(struct search *s, uint32_t cell)
{
    for (int d = 0; d < DIRECTIONS; d++)
        s->step[cell][d] = d < 2 ? SIDE : DIAGONAL;
}

/* Steps along the nucleus' long axis are as long as they are, across it longer by the axis ratio. */
static void oblong_steps(struct search *s, const struct nucleus *n)
{
    static const int dx[DIRECTIONS] = {1, 0, 1, -1}, dy[DIRECTIONS] = {0, 1, 1, 1};
    const double k = n->pixels, mx = n->x / k, my = n->y / k, vx = n->xx / k - mx * mx + 1. / 12,
                 vy = n->yy / k - my * my + 1. / 12, c = n->xy / k - mx * my;
    const double mean = (vx + vy) / 2, root = sqrt((vx - vy) * (vx - vy) / 4 + c * c);
    const double major = mean + root, minor = mean - root;
    even_steps(s, n->cell);
    if (!(minor > 0 && major > minor)) return;
    const double ratio = fmin(major / minor, most_ratio * most_ratio); /* of squares */
    for (int d = 0; d < DIRECTIONS; d++) {
        const double along = (vx * dx[d] * dx[d] + 2 * c * dx[d] * dy[d] + vy * dy[d] * dy[d]) /
                             (dx[d] * dx[d] + dy[d] * dy[d]);
        const double across = fmin(fmax((major - along) / (major - minor), 0), 1); /* sine squared */
        s->step[n->cell][d] = (uint16_t)(s->step[n->cell][d] * sqrt(1 - across + ratio * across) + 0.5);
    }
}

/* Median area of the parts with one nucleus. */
static void find_usual(struct search *s)
{
    size_t n = 0;
    for (uint32_t i = 1; i <= s->a->parts; i++)
        if (s->part[i].nuclei == 1) s->list[n++] = s->part[i].pixels;
    s->usual = n ? stm_net_median(s->list, n) : 0;
}

/* Two near nuclei of like size in a part that has no other and is not too large are of one cell. */
static bool shares(const struct search *s, uint32_t i, uint32_t twin)
{
    const struct nucleus *const a = &s->nucleus[i], *const b = &s->nucleus[twin];
    const uint32_t less = a->pixels < b->pixels ? a->pixels : b->pixels;
    return a->part && a->part == b->part && s->part[a->part].nuclei == 2 &&
           s->part[a->part].pixels <= most_room * s->usual && 2 * less >= a->pixels + b->pixels - less;
}

/* Nuclei of which less than half is in a cell have none. */
static void number_nuclei(struct search *s)
{
    double all = 0;
    for (uint32_t i = 1; i <= s->a->nuclei; i++) {
        struct nucleus *const n = &s->nucleus[i];
        all += n->pixels;
        n->cell = n->pixels && 2 * (uint64_t)n->inside >= n->pixels;
        if (n->cell && n->part) s->part[n->part].nuclei++;
    }
    find_usual(s);
    for (uint32_t i = 1; i <= s->a->nuclei; i++) {
        struct nucleus *const n = &s->nucleus[i];
        const uint32_t twin = s->a->twin ? s->a->twin[i] : 0;
        if (!n->cell) continue;
        const bool second = twin && twin < i && s->nucleus[twin].cell && shares(s, i, twin);
        n->cell = second ? s->nucleus[twin].cell : ++s->cells;
        if (second)
            even_steps(s, n->cell);
        else
            oblong_steps(s, n);
    }
    const double diameter = s->a->nuclei ? sqrt(all / s->a->nuclei / 0.78539816339744831) : 0;
    s->climb = (uint32_t)(full_height * diameter * SIDE);
    s->cross = (uint32_t)(border * diameter * SIDE);
    s->a->nucleated = s->cells;
}

static void number_parts(struct search *s)
{
    for (uint32_t i = 1; i <= s->a->parts; i++) {
        struct part *const p = &s->part[i];
        if (p->nuclei || p->top - p->pass < DEEP) continue;
        p->cell = ++s->cells;
        even_steps(s, p->cell);
    }
}

static void plant(struct search *s)
{
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++) {
            const uint32_t at = (uint32_t)y * (uint32_t)s->w + (uint32_t)x, n = nucleus_at(s, x, y),
                           part = part_at(s, x, y), own = part ? s->part[part].cell : 0;
            if (!inside(s, x, y)) continue;
            s->to[at] = own ? own : n ? s->nucleus[n].cell : 0;
            if (s->to[at]) stm_ways_put(&s->ways, at, 0);
        }
}

static uint32_t step(const struct search *s, uint32_t cell, int x, int y, int u, int v)
{
    const int d = v == y ? 0 : u == x ? 1 : (u > x) == (v > y) ? 2 : 3;
    const uint64_t rise = (uint64_t)abs(height(s, x, y) - height(s, u, v)) * s->climb / 16384;
    const uint64_t cost = s->step[cell][d] + rise + (part_at(s, x, y) != part_at(s, u, v) ? s->cross : 0);
    return cost < LISTS ? (uint32_t)cost : LISTS - 1;
}

/* A cheaper way from (x, y) to (u, v), or one as cheap of a smaller number, is taken. */
static void offer(struct search *s, int x, int y, int u, int v)
{
    if (u < 0 || v < 0 || u >= s->w || v >= s->h || !inside(s, u, v)) return;
    const uint32_t from = (uint32_t)y * (uint32_t)s->w + (uint32_t)x,
                   at = (uint32_t)v * (uint32_t)s->w + (uint32_t)u, cell = s->to[from],
                   cost = s->ways.cost[from] + step(s, cell, x, y, u, v);
    if (cost > s->ways.cost[at] || (cost == s->ways.cost[at] && cell >= s->to[at])) return;
    s->to[at] = cell;
    stm_ways_put(&s->ways, at, cost);
}

static void spread(struct search *s)
{
    for (uint32_t at; (at = stm_ways_take(&s->ways)) != STM_WAYS_NONE;) {
        const int x = (int)(at % (uint32_t)s->w), y = (int)(at / (uint32_t)s->w);
        for (int v = y - 1; v <= y + 1; v++)
            for (int u = x - 1; u <= x + 1; u++)
                if (u != x || v != y) offer(s, x, y, u, v);
    }
}

/* Parts that no nucleus reaches are cells as they are. */
static void write_cells(struct search *s)
{
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++) {
            uint32_t *const label = &s->a->label.px[y * s->a->label.stride + x];
            const uint32_t to = s->to[(size_t)y * (size_t)s->w + (size_t)x];
            struct part *const p = &s->part[*label];
            if (!to && *label && !p->cell) p->cell = ++s->cells;
            *label = to ? to : *label ? p->cell : 0;
        }
    s->a->cells = s->cells;
}

bool stm_around_nuclei(struct stm_around *a, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct search s = {.a = a, .w = a->label.w, .h = a->label.h};
    if (!take(&s, scratch, err)) return false;
    look(&s);
    find_passes(&s);
    number_nuclei(&s);
    number_parts(&s);
    plant(&s);
    spread(&s);
    write_cells(&s);
    stm_arena_reset(scratch, mark);
    return true;
}

size_t stm_around_bytes(int w, int h, size_t parts, size_t nuclei)
{
    return stm_arena_cost((parts + 1) * sizeof(struct part)) +
           stm_arena_cost((nuclei + 1) * sizeof(struct nucleus)) +
           stm_arena_cost((parts + nuclei + 1) * sizeof(uint16_t[DIRECTIONS])) +
           stm_arena_cost((parts + 1) * sizeof(uint32_t)) + stm_arena_cost((size_t)w * (size_t)h * 4) +
           stm_arena_cost(stm_ways_scratch((size_t)w * (size_t)h, LISTS));
}
