/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bare surface: smooth, near the light of the ground, large. */
#include "pipeline/cells/finder.h"
#include "pipeline/cells/patches.h"

#include <stdlib.h>

/* Patches of at least LEAST pixels. Small ones are bare when they are as light as the ground with the halos
 * of the cells around it (percent over the ground), else they are the flat part of a cell. What is left
 * between patches is a speck below SPECK pixels. */
enum { LEAST = 300, SMALL = 1000, LARGE = 4000, SPECK = 150 };
static const double furthest = 25, small_light = 2, middle_light = -2;

static void find_calm(struct stm_cover_finder *f)
{
    const struct stm_cells_view *v = f->view;
    const int off = stm_cover_height(f, furthest);
    for (size_t i = 0; i < (size_t)v->w * (size_t)v->h; i++) {
        const bool calm = v->texture.px[i] < f->calm && abs(v->smooth.px[i] - STM_CELLS_GROUND) < off;
        f->bare.px[i] = calm && !v->outside.px[i] ? 255 : 0;
    }
}

static bool drop_flat_cells(struct stm_cover_finder *f, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const size_t mark = stm_arena_mark(v->scratch);
    struct stm_patches p;
    if (!stm_patches_make(&p, (struct stm_cu8)STM_CONST(f->bare), 4, v->scratch, err)) return false;
    int64_t *sum = stm_arena_take(v->scratch, ((size_t)p.n + 1) * sizeof *sum, "light of patches", err);
    uint8_t *keep = stm_arena_take(v->scratch, (size_t)p.n + 1, "patches", err);
    if (!sum || !keep) return false;
    for (uint32_t i = 0; i <= p.n; i++)
        sum[i] = 0;
    for (size_t i = 0; i < p.runs; i++)
        for (int x = p.run[i].x0; x < p.run[i].x1; x++)
            sum[p.run[i].label] += v->smooth.px[p.run[i].y * v->smooth.stride + x];
    const uint32_t half = (uint32_t)(v->w * v->h / 2), large = half < LARGE ? half : LARGE;
    const int small = stm_cover_level(f, small_light), middle = stm_cover_level(f, middle_light);
    for (uint32_t i = 0; i <= p.n; i++)
        keep[i] = p.area[i] >= large ||
                  (p.area[i] >= LEAST && sum[i] >= (int64_t)(p.area[i] < SMALL ? small : middle) * p.area[i]);
    stm_patches_keep(&p, f->bare, keep);
    stm_arena_reset(v->scratch, mark);
    return true;
}

bool stm_cover_bare(struct stm_cover_finder *f, struct stm_error *err)
{
    find_calm(f);
    if (!drop_flat_cells(f, err)) return false;
    for (size_t i = 0; i < (size_t)f->view->w * (size_t)f->view->h; i++)
        f->bare.px[i] |= f->view->outside.px[i];
    return stm_mask_fill_small(f->bare, SPECK, 8, f->view->scratch, err);
}
