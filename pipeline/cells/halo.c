/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is brighter than the ground: rounded cells, and halos, which belong to the bare surface. */
#include "kernels/kernels.h"
#include "kernels/rank.h"
#include "pipeline/cells/finder.h"
#include "pipeline/cells/patches.h"

#include <string.h>

/* Percent over the ground. A rounded cell is brighter than `ball` over a square of 2 CORE + 1 pixels; its rim
 * is brighter than half of that and within RIM. A patch of at least HALO pixels above `halo` is a halo,
 * whatever is around it; fainter light from `reach` on is, where it is joined to bare surface. */
static const double ball = 30, halo = 12, reach = 5;
enum { CORE = 3, RIM = 5, HALO = 80 };

bool stm_cover_balls(struct stm_cover_finder *f, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const size_t mark = stm_arena_mark(v->scratch), n = (size_t)v->w * (size_t)v->h;
    void *rows = stm_arena_take(v->scratch, stm_extremum_scratch(v->w, RIM, RIM), "rows", err);
    if (!rows) return false;
    const int level = stm_cover_level(f, ball), rim = stm_cover_level(f, ball / 2);
    stm_minimum_filter(v->kernels, f->a, (struct stm_cu16)STM_CONST(v->smooth), CORE, CORE, rows);
    stm_maximum_filter(v->kernels, f->a, (struct stm_cu16)STM_CONST(f->a), CORE, CORE, rows);
    stm_maximum_filter(v->kernels, f->b, (struct stm_cu16)STM_CONST(f->a), RIM, RIM, rows);
    for (size_t i = 0; i < n; i++) {
        f->core.px[i] = f->a.px[i] > level && !v->outside.px[i] ? 255 : 0;
        f->ball.px[i] = f->b.px[i] > level && v->smooth.px[i] > rim ? 255 : 0;
    }
    stm_arena_reset(v->scratch, mark);
    return true;
}

/* Keeps of `mask` the patches that touch what `from` marks; `from` is part of the mask. */
static bool keep_joined(struct stm_u8 mask, struct stm_cu8 from, struct stm_arena *scratch,
                        struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct stm_patches p;
    if (!stm_patches_make(&p, (struct stm_cu8)STM_CONST(mask), 8, scratch, err)) return false;
    uint8_t *keep = stm_arena_take(scratch, (size_t)p.n + 1, "patches", err);
    if (!keep) return false;
    memset(keep, 0, (size_t)p.n + 1);
    for (size_t i = 0; i < p.runs; i++)
        if (!keep[p.run[i].label] && memchr(from.px + p.run[i].y * from.stride + p.run[i].x0, 255,
                                            (size_t)(p.run[i].x1 - p.run[i].x0)))
            keep[p.run[i].label] = 1;
    stm_patches_keep(&p, mask, keep);
    stm_arena_reset(scratch, mark);
    return true;
}

bool stm_cover_halos(struct stm_cover_finder *f, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const size_t n = (size_t)v->w * (size_t)v->h;
    const int bright = stm_cover_level(f, halo), faint = stm_cover_level(f, reach);
    for (size_t i = 0; i < n; i++) {
        const bool free = !f->bare.px[i] && !f->ball.px[i];
        f->halo.px[i] = free && v->smooth.px[i] > bright ? 255 : 0;
        f->reach.px[i] = f->bare.px[i] || v->smooth.px[i] > faint ? 255 : 0;
    }
    if (!stm_mask_drop_small(f->halo, HALO, 8, v->scratch, err) ||
        !keep_joined(f->reach, (struct stm_cu8)STM_CONST(f->bare), v->scratch, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (f->bare.px[i] || f->ball.px[i]) f->reach.px[i] = 0;
    return true;
}
