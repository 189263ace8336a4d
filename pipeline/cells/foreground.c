/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/foreground.h"

#include "kernels/kernels.h"
#include "kernels/rank.h"
#include "pipeline/cells/finder.h"
#include "pipeline/cells/patches.h"

#include <math.h>
#include <string.h>

/* Noise of one pixel to the deviation it leaves after the Gaussian of 0.8 pixels (1 / (2 sqrt(pi) 0.8)),
 * times four deviations. */
static const double noise_factor = 4 * 0.3526;

/* Texture method: the window of deviations reaches this far beyond an edge; gaps of this many pixels between
 * texture are cell. */
enum { REACH = 2, GAP = 150 };

static struct stm_u8 take8(const struct stm_cells_view *v, struct stm_error *err)
{
    uint8_t *px = stm_arena_take(v->scratch, (size_t)v->w * (size_t)v->h, "a mask", err);
    return (struct stm_u8){px, v->w, v->w, v->h};
}

static struct stm_u16 take16(const struct stm_cells_view *v, struct stm_error *err)
{
    uint16_t *px = stm_arena_take(v->scratch, (size_t)v->w * (size_t)v->h * 2, "a plane", err);
    return (struct stm_u16){px, v->w, v->w, v->h};
}

static bool take(struct stm_cover_finder *f, struct stm_error *err)
{
    struct stm_u8 *const masks[] = {&f->bare, &f->ball, &f->core, &f->halo, &f->reach, &f->work};
    struct stm_u16 *const planes[] = {&f->a, &f->b, &f->gradient};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        *masks[i] = take8(f->view, err);
        if (!masks[i]->px) return false;
    }
    for (size_t i = 0; i < sizeof planes / sizeof *planes; i++) {
        *planes[i] = take16(f->view, err);
        if (!planes[i]->px) return false;
    }
    return true;
}

/* What lies next to bare surface on the way to a cell is its halo: its light tells positive from negative. */
static int halo_sign(const struct stm_cover_finder *f)
{
    const struct stm_cells_view *v = f->view;
    int64_t sum = 0;
    for (int y = 1; y + 1 < v->h; y++)
        for (int x = 3; x + 3 < v->w; x++) {
            const size_t i = (size_t)y * (size_t)v->w + (size_t)x;
            if (!f->bare.px[i]) continue;
            if (!f->bare.px[i + 1]) sum += v->smooth.px[i + 3] - STM_CELLS_GROUND;
            if (!f->bare.px[i - 1]) sum += v->smooth.px[i - 3] - STM_CELLS_GROUND;
        }
    return sum < 0 ? -1 : 1;
}

static void turn_over(struct stm_u16 plane)
{
    for (int y = 0; y < plane.h; y++)
        for (int x = 0; x < plane.w; x++) {
            uint16_t *px = &plane.px[y * plane.stride + x];
            *px = (uint16_t)(*px < 2 * STM_CELLS_GROUND ? 2 * STM_CELLS_GROUND - *px : 0);
        }
}

/* Whatever is neither smooth nor near an edge of what is. */
static bool by_texture(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const size_t mark = stm_arena_mark(v->scratch), n = (size_t)v->w * (size_t)v->h;
    void *rows = stm_arena_take(v->scratch, stm_extremum_scratch(v->w, REACH, REACH), "rows", err);
    if (!rows) return false;
    for (size_t i = 0; i < n; i++)
        f->a.px[i] = f->bare.px[i] ? 0 : 1;
    stm_minimum_filter(v->kernels, f->a, (struct stm_cu16)STM_CONST(f->a), REACH, REACH, rows);
    for (size_t i = 0; i < n; i++)
        mask.px[i] = f->a.px[i] ? 255 : 0;
    stm_arena_reset(v->scratch, mark);
    const double least = f->options->least_um2 / (v->um * v->um);
    return stm_mask_drop_small(mask, (uint32_t)(least + 0.5), 8, v->scratch, err) &&
           stm_mask_fill_small(mask, GAP, 4, v->scratch, err);
}

static bool by_halos(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_u8 bodies,
                     struct stm_error *err)
{
    if (!stm_cover_balls(f, err) || !stm_cover_halos(f, err) || !stm_cover_flood(f, mask, err)) return false;
    memcpy(bodies.px, mask.px, (size_t)mask.w * (size_t)mask.h);
    return stm_cover_tidy(f, mask, err);
}

static void add_up(struct stm_foreground *out, const struct stm_cover_finder *f,
                   const struct stm_foreground_masks *m)
{
    out->covered = out->rounded = 0;
    for (size_t i = 0; i < (size_t)f->view->w * (size_t)f->view->h; i++) {
        if (f->view->outside.px[i]) m->covered.px[i] = 0;
        m->balls.px[i] = m->covered.px[i] && (f->ball.px[i] || f->core.px[i]) ? 255 : 0;
        m->bodies.px[i] &= m->covered.px[i] & (uint8_t)~m->balls.px[i];
        out->covered += m->covered.px[i] != 0;
        out->rounded += m->balls.px[i] != 0;
    }
}

static bool find(struct stm_foreground *out, const struct stm_foreground_masks *m, struct stm_cover_finder *f,
                 struct stm_error *err)
{
    if (!stm_cover_bare(f, err)) return false;
    if (out->contrast == STM_CONTRAST_AUTO)
        out->contrast = halo_sign(f) < 0 ? STM_CONTRAST_NEGATIVE : STM_CONTRAST_POSITIVE;
    if (out->contrast == STM_CONTRAST_NEGATIVE) {
        turn_over(f->view->smooth);
        turn_over(f->view->contrast);
        if (!stm_cover_bare(f, err)) return false;
    }
    if (out->contrast != STM_CONTRAST_TEXTURE) return by_halos(f, m->covered, m->bodies, err);
    if (!by_texture(f, m->covered, err)) return false;
    memcpy(m->bodies.px, m->covered.px, (size_t)f->view->w * (size_t)f->view->h);
    return true;
}

bool stm_cells_foreground(struct stm_foreground *out, const struct stm_foreground_masks *masks,
                          struct stm_cells_view *view, const struct stm_foreground_options *options,
                          struct stm_error *err)
{
    const size_t mark = stm_arena_mark(view->scratch), px = (size_t)view->w * (size_t)view->h;
    struct stm_cover_finder f = {.view = view, .options = options, .scale = options->strictness};
    const double noise = noise_factor * view->noise, texture = options->texture * options->strictness;
    out->threshold = sqrt(texture * texture + noise * noise);
    out->contrast = options->contrast;
    f.calm = (int)(STM_CELLS_GROUND * out->threshold / 100 + 0.5);
    if (!take(&f, err)) return false;
    memset(f.core.px, 0, px);
    memset(f.ball.px, 0, px);
    if (!find(out, masks, &f, err)) return false;
    add_up(out, &f, masks);
    stm_arena_reset(view->scratch, mark);
    return true;
}

size_t stm_cells_foreground_bytes(int w, int h)
{
    const size_t px = (size_t)w * (size_t)h, patches = (px + (size_t)h) / 2 + 2;
    const size_t small = stm_patches_bytes(w, h) + stm_arena_cost(8 * patches) + stm_arena_cost(patches);
    const size_t rows = stm_arena_cost(stm_extremum_scratch(w, 5, 5));
    return 6 * stm_arena_cost(px) + 3 * stm_arena_cost(2 * px) +
           stm_arena_most(stm_arena_most(small, rows),
                          stm_arena_most(stm_cover_flood_bytes(w, h), stm_cover_tidy_bytes(w, h)));
}
