/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/patches.h"

#include "kernels/components.h"
#include "kernels/runs.h"

#include <string.h>

static size_t room(int w, int h)
{
    return (size_t)(w + 1) / 2 * (size_t)h + 1;
}

size_t stm_patches_bytes(int w, int h)
{
    return stm_arena_cost(room(w, h) * sizeof(struct stm_segment)) +
           2 * stm_arena_cost((room(w, h) + 1) * sizeof(uint32_t)) + stm_arena_cost(room(w, h) + 1);
}

bool stm_patches_make(struct stm_patches *p, struct stm_cu8 mask, int neighbours, struct stm_arena *scratch,
                      struct stm_error *err)
{
    const size_t n = room(mask.w, mask.h);
    p->run = stm_arena_take(scratch, n * sizeof *p->run, "runs", err);
    uint32_t *parent = stm_arena_take(scratch, (n + 1) * sizeof *parent, "components", err);
    p->area = stm_arena_take(scratch, (n + 1) * sizeof *p->area, "areas", err);
    if (!p->run || !parent || !p->area) return false;
    p->runs = stm_mask_runs(p->run, n, mask);
    p->n = stm_components(p->run, p->runs, neighbours, parent);
    memset(p->area, 0, ((size_t)p->n + 1) * sizeof *p->area);
    for (size_t i = 0; i < p->runs; i++)
        p->area[p->run[i].label] += (uint32_t)(p->run[i].x1 - p->run[i].x0);
    return true;
}

void stm_patches_keep(const struct stm_patches *p, struct stm_u8 mask, const uint8_t *keep)
{
    for (size_t i = 0; i < p->runs; i++)
        if (!keep[p->run[i].label])
            memset(mask.px + p->run[i].y * mask.stride + p->run[i].x0, 0,
                   (size_t)(p->run[i].x1 - p->run[i].x0));
}

bool stm_mask_drop_small(struct stm_u8 mask, uint32_t least, int neighbours, struct stm_arena *scratch,
                         struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct stm_patches p;
    if (!stm_patches_make(&p, (struct stm_cu8)STM_CONST(mask), neighbours, scratch, err)) return false;
    uint8_t *keep = stm_arena_take(scratch, (size_t)p.n + 1, "patches", err);
    if (!keep) return false;
    for (uint32_t i = 0; i <= p.n; i++)
        keep[i] = p.area[i] >= least;
    stm_patches_keep(&p, mask, keep);
    stm_arena_reset(scratch, mark);
    return true;
}

static void invert(struct stm_u8 mask)
{
    for (int y = 0; y < mask.h; y++)
        for (int x = 0; x < mask.w; x++)
            mask.px[y * mask.stride + x] ^= 255;
}

bool stm_mask_fill_small(struct stm_u8 mask, uint32_t least, int neighbours, struct stm_arena *scratch,
                         struct stm_error *err)
{
    const uint32_t part = (uint32_t)(mask.w * mask.h / 4);
    invert(mask);
    const bool ok = stm_mask_drop_small(mask, least < part ? least : part, neighbours, scratch, err);
    invert(mask);
    return ok;
}
