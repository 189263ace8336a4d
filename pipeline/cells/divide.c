/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/divide.h"

#include "kernels/components.h"
#include "kernels/distance.h"
#include "kernels/gauss.h"
#include "kernels/kernels.h"
#include "kernels/maths.h"
#include "kernels/runs.h"
#include "kernels/watershed.h"

#include <string.h>

/* Distances to the edge in sixteenths of a pixel; heights are their logarithms, so that a passage is judged
 * by its ratio. SLACK is added first: one pixel more or less decides nothing. LOG counts in an octave. */
enum { SIXTEENTHS = 16, SLACK = 24, LOG = 256, TOP = 4096, LEAST_PEAK = 32, FRINGE = 1 };
static const double blur = 1.2;

/* What is smaller than this part of the area of the usual cell is no cell of its own. */
static const double usual_part = 0.22;

struct work {
    const struct stm_kernels *kernels;
    struct stm_arena *scratch;
    int w, h;
    struct stm_u8 part;
    struct stm_u16 height; /* framed by a pixel of zeros */
    struct stm_u32 cell;   /* framed */
    uint32_t n, round;     /* labels; the first are rounded cells */
};

static size_t seed_room(int w, int h)
{
    return (size_t)w * (size_t)h / 16 + 64;
}

static bool take(struct work *k, struct stm_u32 label, struct stm_error *err)
{
    const size_t framed = (size_t)(k->w + 2) * (size_t)(k->h + 2);
    k->part = (struct stm_u8){stm_arena_take(k->scratch, (size_t)k->w * (size_t)k->h, "parts", err), k->w,
                              k->w, k->h};
    k->height = (struct stm_u16){stm_arena_take(k->scratch, framed * 2, "heights", err), k->w + 2, k->w + 2,
                                 k->h + 2};
    k->cell =
        (struct stm_u32){stm_arena_take(k->scratch, framed * 4, "cells", err), k->w + 2, k->w + 2, k->h + 2};
    if (!k->part.px || !k->height.px || !k->cell.px) return false;
    for (int y = 0; y < k->h; y++)
        for (int x = 0; x < k->w; x++)
            k->part.px[y * k->w + x] = (uint8_t)label.px[y * label.stride + x];
    memset(k->height.px, 0, framed * 2);
    memset(k->cell.px, 0, framed * 4);
    return true;
}

/* Runs of one kind of part. */
static bool runs_of(struct work *k, enum stm_cells_part part, struct stm_segment **run, size_t *n,
                    struct stm_error *err)
{
    const size_t room = (size_t)(k->w + 1) / 2 * (size_t)k->h + 1;
    *run = stm_arena_take(k->scratch, room * sizeof **run, "runs", err);
    if (!*run) return false;
    *n = 0;
    for (int y = 0; y < k->h; y++) {
        const uint8_t *row = k->part.px + (ptrdiff_t)y * k->w;
        for (int x = 0; x < k->w; x++) {
            if (row[x] != part) continue;
            const int x0 = x;
            while (x < k->w && row[x] == part)
                x++;
            (*run)[(*n)++] = (struct stm_segment){y, x0, x, 0};
        }
    }
    return true;
}

static void table_of_heights(uint16_t *table, int n)
{
    const double base = stm_log2(SLACK);
    for (int d = 0; d < n; d++) {
        const double h = LOG * (stm_log2(d + SLACK) - base);
        table[d] = (uint16_t)(2 + FRINGE + (h < TOP - 4 ? h : TOP - 4));
    }
}

/* height = logarithm of the distance within bodies, FRINGE on lines. */
static bool make_heights(struct work *k, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(k->scratch), px = (size_t)k->w * (size_t)k->h;
    enum { DISTANCES = 256 * SIXTEENTHS };
    struct stm_segment *run;
    size_t n;
    const struct stm_gauss gauss = stm_gauss_make(blur);
    const struct stm_u16 d = {stm_arena_take(k->scratch, px * 2, "distances", err), k->w, k->w, k->h};
    void *rows = stm_arena_take(k->scratch, stm_distance_scratch(k->w, k->h), "distances", err);
    void *more = stm_arena_take(k->scratch, stm_gauss_scratch(k->w, &gauss), "rows", err);
    uint16_t *table = stm_arena_take(k->scratch, DISTANCES * sizeof *table, "heights", err);
    if (!d.px || !rows || !more || !table || !runs_of(k, STM_PART_BODY, &run, &n, err)) return false;
    stm_distance(k->kernels, d, 0, 0, run, n, rows);
    stm_distance_root(d, (struct stm_cu16)STM_CONST(d), SIXTEENTHS);
    stm_gauss(k->kernels, d, (struct stm_cu16)STM_CONST(d), &gauss, more);
    table_of_heights(table, DISTANCES);
    for (int y = 0; y < k->h; y++)
        for (int x = 0; x < k->w; x++) {
            const int part = k->part.px[y * k->w + x], at = d.px[y * k->w + x];
            uint16_t *height = &k->height.px[(y + 1) * k->height.stride + x + 1];
            if (part == STM_PART_LINE) *height = FRINGE;
            if (part == STM_PART_BODY) *height = table[at < DISTANCES ? at : DISTANCES - 1];
        }
    stm_arena_reset(k->scratch, mark);
    return true;
}

/* Rounded cells are cells as they are. */
static bool label_round(struct work *k, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(k->scratch);
    struct stm_segment *run;
    size_t n;
    if (!runs_of(k, STM_PART_ROUND, &run, &n, err)) return false;
    uint32_t *parent = stm_arena_take(k->scratch, (n + 1) * sizeof *parent, "rounded cells", err);
    if (!parent) return false;
    k->n = k->round = stm_components(run, n, 8, parent);
    stm_runs_paint(k->cell, -1, -1, run, n);
    stm_arena_reset(k->scratch, mark);
    return true;
}

static bool grow(struct work *k, double neck, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(k->scratch), room = seed_room(k->w, k->h);
    const struct stm_cu16 height = STM_CONST(k->height);
    const uint16_t rise = (uint16_t)(1 - LOG * stm_log2(neck));
    struct stm_seed *seed = stm_arena_take(k->scratch, room * sizeof *seed, "seeds", err);
    void *water =
        stm_arena_take(k->scratch, stm_watershed_scratch(height.w, height.h, TOP), "a watershed", err);
    if (!seed || !water) return false;
    size_t n = stm_seeds(k->kernels, seed, room, height, rise, TOP, water);
    n = n < room ? n : room;
    for (size_t i = 0; i < n; i++)
        if (seed[i].level >= LEAST_PEAK) k->cell.px[seed[i].y * k->cell.stride + seed[i].x] = ++k->n;
    stm_watershed(k->cell, height, TOP, water);
    stm_arena_reset(k->scratch, mark);
    return true;
}

bool stm_cells_divide(uint32_t *n, struct stm_u32 label, double neck, uint32_t least_px,
                      const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct work k = {.kernels = kernels, .scratch = scratch, .w = label.w, .h = label.h};
    if (!take(&k, label, err) || !make_heights(&k, err) || !label_round(&k, err) || !grow(&k, neck, err))
        return false;
    for (int y = 0; y < k.h; y++)
        memcpy(label.px + y * label.stride, k.cell.px + (y + 1) * k.cell.stride + 1, (size_t)k.w * 4);
    stm_arena_reset(scratch, mark);
    struct stm_cells_small small = {.label = label,
                                    .n = k.n,
                                    .round = k.round,
                                    .round_least_px = least_px,
                                    .least_px = least_px,
                                    .usual_part = usual_part,
                                    .cut = 1};
    if (!stm_cells_join_small(&small, scratch, err)) return false;
    *n = small.n;
    return true;
}

size_t stm_cells_divide_bytes(int w, int h)
{
    const size_t px = (size_t)w * (size_t)h, framed = (size_t)(w + 2) * (size_t)(h + 2);
    const size_t room = (size_t)(w + 1) / 2 * (size_t)h + 1;
    const struct stm_gauss gauss = stm_gauss_make(blur);
    const size_t runs = stm_arena_cost(room * sizeof(struct stm_segment)) + stm_arena_cost(4 * (room + 1));
    const size_t heights = stm_arena_cost(2 * px) + stm_arena_cost(stm_distance_scratch(w, h)) +
                           stm_arena_cost(stm_gauss_scratch(w, &gauss)) + stm_arena_cost(256 * 16 * 2) + runs;
    const size_t water = stm_arena_cost(seed_room(w, h) * sizeof(struct stm_seed)) +
                         stm_arena_cost(stm_watershed_scratch(w + 2, h + 2, TOP));
    return stm_arena_cost(px) + stm_arena_cost(2 * framed) + stm_arena_cost(4 * framed) +
           stm_arena_most(stm_arena_most(heights, water),
                          stm_cells_small_bytes(w, h, room + seed_room(w, h)));
}
