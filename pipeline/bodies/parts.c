/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the stained area that look like one cell each: tops of light times width. Where cells touch, the
 * passage is narrower, or darker, or both. */
#include "kernels/distance.h"
#include "kernels/gauss.h"
#include "kernels/kernels.h"
#include "kernels/maths.h"
#include "kernels/rank.h"
#include "kernels/runs.h"
#include "kernels/watershed.h"
#include "pipeline/bodies/bodies.h"

#include <math.h>
#include <string.h>

/* Heights are logarithms, OCTAVE of them a factor of two; widths count in sixteenths of a pixel, SLACK is
 * added so that one pixel decides nothing. 24 octaves (16 of light, 8 of width) stay below TOP. */
enum { OCTAVE = 160, TOP = 4096, SIXTEENTHS = 16, SLACK = 24, VALUES = 65536, MOST_REACH = 60 };

/* Micrometres: light within this distance says how bright the cell is that a pixel may belong to; texture
 * finer than this is smoothed. */
static const double reach_um = 12, texture_um = 1.5, usual_um = 0.65;

struct parts {
    const struct stm_bodies *b;
    const struct stm_kernels *kernels;
    struct stm_arena *scratch;
    int w, h;
    struct stm_u16 a;      /* most light around, then distances */
    struct stm_u16 height; /* framed by zeros */
    struct stm_u32 part;   /* framed */
};

static size_t seed_room(int w, int h)
{
    return (size_t)w * (size_t)h / 16 + 64;
}

static bool take(struct parts *p, struct stm_error *err)
{
    const size_t px = (size_t)p->w * (size_t)p->h, framed = (size_t)(p->w + 2) * (size_t)(p->h + 2);
    p->a = (struct stm_u16){stm_arena_take(p->scratch, px * 2 + STM_ALIGN, "light", err), p->w, p->w, p->h};
    p->height = (struct stm_u16){stm_arena_take(p->scratch, framed * 2, "heights", err), p->w + 2, p->w + 2,
                                 p->h + 2};
    p->part =
        (struct stm_u32){stm_arena_take(p->scratch, framed * 4, "parts", err), p->w + 2, p->w + 2, p->h + 2};
    if (!p->a.px || !p->height.px || !p->part.px) return false;
    memset(p->height.px, 0, framed * 2);
    memset(p->part.px, 0, framed * 4);
    return true;
}

static double gauss_sigma(double um)
{
    return fmin(fmax(texture_um / um, 0.7), 6);
}

/* The height of a pixel in a cell is the logarithm of its smoothed light, for now. */
static bool take_light(struct parts *p, const uint16_t *log, double um, double edge, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(p->scratch);
    const int reach = (int)fmin(fmax(reach_um / um, 1), MOST_REACH);
    const struct stm_gauss gauss = stm_gauss_make(gauss_sigma(um));
    const struct stm_cu16 light = STM_CONST(p->b->light);
    const struct stm_u16 soft = {stm_arena_take(p->scratch, (size_t)p->w * (size_t)p->h * 2, "light", err),
                                 p->w, p->w, p->h};
    void *rows = stm_arena_take(p->scratch, stm_gauss_scratch(p->w, &gauss), "rows", err);
    void *more = stm_arena_take(p->scratch, stm_extremum_scratch(p->w, reach, reach), "rows", err);
    if (!soft.px || !rows || !more) return false;
    stm_gauss(p->kernels, soft, light, &gauss, rows);
    stm_maximum_filter(p->kernels, p->a, (struct stm_cu16)STM_CONST(soft), reach, reach, more);
    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x++) {
            const double least = fmax(edge * p->a.px[y * p->w + x], p->b->threshold);
            const bool in =
                p->b->mask.px[y * p->b->mask.stride + x] && light.px[y * light.stride + x] >= least;
            p->height.px[(y + 1) * p->height.stride + x + 1] =
                in ? (uint16_t)(1 + log[soft.px[y * p->w + x]]) : 0;
        }
    stm_arena_reset(p->scratch, mark);
    return true;
}

/* Runs of what has a height. */
static size_t list_runs(const struct parts *p, struct stm_segment *run)
{
    size_t n = 0;
    for (int y = 0; y < p->h; y++) {
        const uint16_t *row = p->height.px + (y + 1) * p->height.stride + 1;
        for (int x = 0; x < p->w; x++) {
            if (!row[x]) continue;
            const int x0 = x;
            while (x < p->w && row[x])
                x++;
            run[n++] = (struct stm_segment){y, x0, x, 0};
        }
    }
    return n;
}

static bool add_width(struct parts *p, const uint16_t *log, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(p->scratch), room = (size_t)(p->w + 1) / 2 * (size_t)p->h + 1;
    struct stm_segment *run = stm_arena_take(p->scratch, room * sizeof *run, "runs", err);
    void *rows = stm_arena_take(p->scratch, stm_distance_scratch(p->w, p->h), "distances", err);
    if (!run || !rows) return false;
    const size_t n = list_runs(p, run);
    stm_distance(p->kernels, p->a, 0, 0, run, n, rows);
    stm_distance_root(p->a, (struct stm_cu16)STM_CONST(p->a), SIXTEENTHS);
    for (size_t i = 0; i < n; i++)
        for (int x = run[i].x0; x < run[i].x1; x++) {
            uint16_t *height = &p->height.px[(run[i].y + 1) * p->height.stride + x + 1];
            const int sum = *height + log[p->a.px[run[i].y * p->w + x] + SLACK] - log[SLACK];
            *height = (uint16_t)(sum < TOP ? sum : TOP - 1);
        }
    stm_arena_reset(p->scratch, mark);
    return true;
}

static bool grow(struct parts *p, uint32_t *n, double neck, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(p->scratch), room = seed_room(p->w, p->h);
    const struct stm_cu16 height = STM_CONST(p->height);
    const uint16_t rise = (uint16_t)(1 - OCTAVE * stm_log2(neck));
    struct stm_seed *seed = stm_arena_take(p->scratch, room * sizeof *seed, "seeds", err);
    void *water =
        stm_arena_take(p->scratch, stm_watershed_scratch(height.w, height.h, TOP), "a watershed", err);
    if (!seed || !water) return false;
    size_t seeds = stm_seeds(p->kernels, seed, room, height, rise, TOP, water);
    seeds = seeds < room ? seeds : room;
    for (size_t i = 0; i < seeds; i++)
        p->part.px[seed[i].y * p->part.stride + seed[i].x] = (uint32_t)i + 1;
    *n = (uint32_t)seeds;
    stm_watershed(p->part, height, TOP, water);
    stm_arena_reset(p->scratch, mark);
    return true;
}

bool stm_bodies_parts(struct stm_u32 label, uint32_t *n, const struct stm_bodies *b,
                      const struct stm_bodies_options *options, const struct stm_kernels *kernels,
                      struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    const double um = options->pixel_um > 0 ? options->pixel_um : usual_um;
    struct parts p = {.b = b, .kernels = kernels, .scratch = scratch, .w = label.w, .h = label.h};
    uint16_t *log = stm_arena_take(scratch, VALUES * sizeof *log, "logarithms", err);
    if (!log || !take(&p, err)) return false;
    for (int i = 0; i < VALUES; i++)
        log[i] = i ? (uint16_t)(OCTAVE * stm_log2(i)) : 0;
    if (!take_light(&p, log, um, options->edge, err) || !add_width(&p, log, err) ||
        !grow(&p, n, options->neck, err))
        return false;
    for (int y = 0; y < p.h; y++)
        memcpy(label.px + y * label.stride, p.part.px + (y + 1) * p.part.stride + 1, (size_t)p.w * 4);
    stm_arena_reset(scratch, mark);
    return true;
}

size_t stm_bodies_parts_bytes(int w, int h)
{
    const size_t px = (size_t)w * (size_t)h, framed = (size_t)(w + 2) * (size_t)(h + 2);
    const struct stm_gauss gauss = stm_gauss_make(6);
    const size_t kept = stm_arena_cost(VALUES * 2) + stm_arena_cost(px * 2 + STM_ALIGN) +
                        stm_arena_cost(framed * 2) + stm_arena_cost(framed * 4);
    const size_t light = stm_arena_cost(px * 2) + stm_arena_cost(stm_gauss_scratch(w, &gauss)) +
                         stm_arena_cost(stm_extremum_scratch(w, MOST_REACH, MOST_REACH));
    const size_t width = stm_arena_cost(((size_t)(w + 1) / 2 * (size_t)h + 1) * sizeof(struct stm_segment)) +
                         stm_arena_cost(stm_distance_scratch(w, h));
    const size_t water = stm_arena_cost(seed_room(w, h) * sizeof(struct stm_seed)) +
                         stm_arena_cost(stm_watershed_scratch(w + 2, h + 2, TOP));
    return kept + stm_arena_most(stm_arena_most(light, width), water);
}
