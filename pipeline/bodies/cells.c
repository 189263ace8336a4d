/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells from seeds: nuclei, or parts of the stained area that are told apart by its necks. */
#include "pipeline/bodies/bodies.h"

#include <math.h>
#include <string.h>

/* Of the area under each label: pixels, stained ones, light of these. */
struct share {
    uint32_t pixels, stained;
    uint64_t light;
};

/* A core is what has half of its cell's mean light. */
static const double core = 0.5;

static void add_up(struct share *share, uint32_t n, struct stm_cu32 label, const struct stm_bodies *b)
{
    memset(share, 0, ((size_t)n + 1) * sizeof *share);
    for (int y = 0; y < label.h; y++)
        for (int x = 0; x < label.w; x++) {
            struct share *s = &share[label.px[y * label.stride + x]];
            s->pixels++;
            if (!b->mask.px[y * b->mask.stride + x]) continue;
            s->stained++;
            s->light += b->light.px[y * b->light.stride + x];
        }
}

static double mean(const struct share *s)
{
    return s->stained ? (double)s->light / s->stained : 0;
}

/* The least light of each label's cell: a part of the mean light that was seen of it. */
static void set_floors(uint16_t *floor, const struct share *share, uint32_t n, const struct stm_bodies *b,
                       double edge)
{
    for (uint32_t i = 0; i <= n; i++)
        floor[i] = (uint16_t)fmin(fmax(edge * mean(&share[i]) + 0.5, b->threshold), 65535);
}

struct lists {
    struct share *share;
    uint16_t *floor;
};

static bool take(struct lists *l, uint32_t n, struct stm_arena *scratch, struct stm_error *err)
{
    l->share = stm_arena_take(scratch, ((size_t)n + 1) * sizeof *l->share, "cells", err);
    l->floor = stm_arena_take(scratch, ((size_t)n + 1) * sizeof *l->floor, "cells", err);
    return l->share && l->floor;
}

bool stm_bodies_around(struct stm_u32 label, uint32_t n, const struct stm_bodies *b,
                       const struct stm_bodies_options *options, struct stm_arena *scratch,
                       struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct lists l;
    if (!take(&l, n, scratch, err)) return false;
    add_up(l.share, n, (struct stm_cu32)STM_CONST(label), b);
    set_floors(l.floor, l.share, n, b, options->edge);
    for (int y = 0; y < label.h; y++)
        for (int x = 0; x < label.w; x++) {
            uint32_t *px = &label.px[y * label.stride + x];
            if (2 * (uint64_t)l.share[*px].stained < l.share[*px].pixels) *px = 0;
        }
    const bool ok = stm_bodies_spread(label, l.floor, b, scratch, err);
    stm_arena_reset(scratch, mark);
    return ok;
}

static void keep_cores(struct stm_u32 label, const struct lists *l, const struct stm_bodies *b)
{
    for (int y = 0; y < label.h; y++)
        for (int x = 0; x < label.w; x++) {
            uint32_t *px = &label.px[y * label.stride + x];
            const double least = fmax(core * mean(&l->share[*px]), l->floor[*px]);
            if (b->light.px[y * b->light.stride + x] < least) *px = 0;
        }
}

/* Numbers 1 … n in the order they had; cells that are too small are dropped. */
static uint32_t drop_small(struct stm_u32 label, struct share *share, uint32_t n, double least_px)
{
    uint32_t next = 0;
    share[0].stained = 0;
    for (uint32_t i = 1; i <= n; i++)
        share[i].stained = share[i].pixels < least_px ? 0 : ++next;
    for (int y = 0; y < label.h; y++)
        for (int x = 0; x < label.w; x++)
            label.px[y * label.stride + x] = share[label.px[y * label.stride + x]].stained;
    return next;
}

bool stm_bodies_alone(struct stm_u32 label, uint32_t *n, const struct stm_bodies *b,
                      const struct stm_bodies_options *options, const struct stm_kernels *kernels,
                      struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct lists l;
    if (!stm_bodies_parts(label, n, b, options, kernels, scratch, err) || !take(&l, *n, scratch, err))
        return false;
    add_up(l.share, *n, (struct stm_cu32)STM_CONST(label), b);
    set_floors(l.floor, l.share, *n, b, options->edge);
    keep_cores(label, &l, b);
    if (!stm_bodies_spread(label, l.floor, b, scratch, err)) return false;
    add_up(l.share, *n, (struct stm_cu32)STM_CONST(label), b);
    *n = drop_small(label, l.share, *n, options->least_px);
    stm_arena_reset(scratch, mark);
    return true;
}

/* There are at most as many labels as a sixteenth of the pixels, nuclei or peaks. */
size_t stm_bodies_cells_bytes(int w, int h)
{
    const size_t n = (size_t)w * (size_t)h / 16 + 256;
    const size_t spread =
        stm_arena_cost(n * sizeof(struct share)) + stm_arena_cost(n * 2) + stm_bodies_spread_bytes(w, h);
    const size_t divide = stm_bodies_parts_bytes(w, h);
    return spread > divide ? spread : divide;
}
