/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From markers to the edges of cells: between the crest of a halo and the body of its cell the light falls
 * most steeply, and there both floods meet. */
#include "kernels/focus.h"
#include "kernels/kernels.h"
#include "kernels/rank.h"
#include "kernels/watershed.h"
#include "pipeline/cells/finder.h"
#include "pipeline/cells/patches.h"

#include <string.h>

/* Percent of the ground: cells are darker, or textured; crests stand higher and are the highest within two
 * pixels, or flat. Steepness is measured in steps of 1/8 percent a pixel, up to STEPS of them. */
static const double dark = 6, textured = 9, bright = 5, crest = 20, level_top = 0.5, flat = 3, step = 0.125;
enum { LEAST = 40, STEPS = 255, BARE = 1, CELL = 2 };

static bool mark_cells(struct stm_cover_finder *f, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const int low = stm_cover_level(f, -dark), high = stm_cover_level(f, bright),
              rough = stm_cover_height(f, textured);
    for (size_t i = 0; i < (size_t)v->w * (size_t)v->h; i++) {
        const int level = v->smooth.px[i];
        const bool cell = level < low || (v->texture.px[i] > rough && level < high);
        f->work.px[i] = cell && !f->bare.px[i] && !f->halo.px[i] && !f->reach.px[i] ? 255 : 0;
    }
    return stm_mask_drop_small(f->work, LEAST, 8, v->scratch, err);
}

static int marker(const struct stm_cover_finder *f, size_t i, int least, int tops, int calm)
{
    const int level = f->view->smooth.px[i];
    if (f->core.px[i]) return CELL;
    if (f->bare.px[i]) return BARE;
    if ((f->halo.px[i] || f->reach.px[i]) && level > least && level + tops >= f->a.px[i]) return BARE;
    if (f->halo.px[i] && f->gradient.px[i] < calm) return BARE;
    return f->work.px[i] ? CELL : 0;
}

static void plant(const struct stm_cover_finder *f, struct stm_u32 label, struct stm_u16 level)
{
    const struct stm_cells_view *v = f->view;
    const int least = stm_cover_level(f, crest), tops = stm_cover_height(f, level_top),
              calm = stm_cover_height(f, flat), unit = (int)(STM_CELLS_GROUND * step / 100 + 0.5);
    memset(label.px, 0, (size_t)label.stride * (size_t)label.h * sizeof *label.px);
    memset(level.px, 0, (size_t)level.stride * (size_t)level.h * sizeof *level.px);
    for (int y = 0; y < v->h; y++)
        for (int x = 0; x < v->w; x++) {
            const size_t i = (size_t)y * (size_t)v->w + (size_t)x;
            const int steep = f->gradient.px[i] / unit;
            label.px[(y + 1) * label.stride + x + 1] = (uint32_t)marker(f, i, least, tops, calm);
            level.px[(y + 1) * level.stride + x + 1] = (uint16_t)(steep < STEPS ? STEPS + 1 - steep : 1);
        }
}

static bool flood(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const int w = v->w + 2, h = v->h + 2;
    const struct stm_u32 label = {stm_arena_take(v->scratch, (size_t)w * (size_t)h * 4, "markers", err), w, w,
                                  h};
    const struct stm_u16 level = {stm_arena_take(v->scratch, (size_t)w * (size_t)h * 2, "a landscape", err),
                                  w, w, h};
    void *room = stm_arena_take(v->scratch, stm_watershed_scratch(w, h, STEPS + 1), "a watershed", err);
    if (!label.px || !level.px || !room) return false;
    plant(f, label, level);
    stm_watershed(label, (struct stm_cu16)STM_CONST(level), STEPS + 1, room);
    for (int y = 0; y < v->h; y++)
        for (int x = 0; x < v->w; x++)
            mask.px[y * mask.stride + x] = label.px[(y + 1) * w + x + 1] == CELL ? 255 : 0;
    return true;
}

bool stm_cover_flood(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const size_t mark = stm_arena_mark(v->scratch);
    void *rows = stm_arena_take(v->scratch, stm_gradient_scratch(v->w), "rows", err);
    void *more = stm_arena_take(v->scratch, stm_extremum_scratch(v->w, 2, 2), "rows", err);
    if (!rows || !more) return false;
    stm_gradient(v->kernels, f->gradient, (struct stm_cu16)STM_CONST(v->smooth), 0.125f, rows);
    stm_maximum_filter(v->kernels, f->a, (struct stm_cu16)STM_CONST(v->smooth), 2, 2, more);
    const bool ok = mark_cells(f, err) && flood(f, mask, err);
    stm_arena_reset(v->scratch, mark);
    return ok;
}

size_t stm_cover_flood_bytes(int w, int h)
{
    const size_t framed = (size_t)(w + 2) * (size_t)(h + 2);
    const size_t water = stm_arena_cost(4 * framed) + stm_arena_cost(2 * framed) +
                         stm_arena_cost(stm_watershed_scratch(w + 2, h + 2, STEPS + 1));
    const size_t small = stm_patches_bytes(w, h);
    return stm_arena_cost(stm_gradient_scratch(w)) + stm_arena_cost(stm_extremum_scratch(w, 2, 2)) +
           (water > small ? water : small);
}
