/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/cells.h"

#include "pipeline/cells/divide.h"
#include "pipeline/cells/foreground.h"
#include "pipeline/nets/around.h"

#include <math.h>
#include <string.h>

/* Everything at working scale. */
struct search {
    struct stm_cells_view view;
    struct stm_foreground_options cover;
    struct stm_foreground_masks masks;
    struct stm_u32 cell;
};

static size_t pixels(const struct stm_cells_view *v)
{
    return (size_t)v->w * (size_t)v->h;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100 * (double)part / (double)whole : NAN;
}

static bool take(struct search *s, struct stm_error *err)
{
    struct stm_u8 *const masks[] = {&s->masks.covered, &s->masks.bodies, &s->masks.balls};
    struct stm_cells_view *v = &s->view;
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        *masks[i] = (struct stm_u8){stm_arena_take(v->scratch, pixels(v), "a mask", err), v->w, v->w, v->h};
        if (!masks[i]->px) return false;
    }
    s->cell = (struct stm_u32){stm_arena_take(v->scratch, pixels(v) * 4, "cells", err), v->w, v->w, v->h};
    return s->cell.px != NULL;
}

static void parts(const struct search *s)
{
    const struct stm_foreground_masks *m = &s->masks;
    for (size_t i = 0; i < pixels(&s->view); i++)
        s->cell.px[i] = !m->covered.px[i] ? STM_PART_NONE
                        : m->balls.px[i]  ? STM_PART_ROUND
                        : m->bodies.px[i] ? STM_PART_BODY
                                          : STM_PART_LINE;
}

/* The same search with other thresholds; an image whose contrast was turned over stays so. */
static bool again(double *confluence, struct search *s, double strictness, struct stm_error *err)
{
    struct stm_foreground found;
    struct stm_foreground_options options = s->cover;
    options.strictness = strictness;
    if (!stm_cells_foreground(&found, &s->masks, &s->view, &options, err)) return false;
    *confluence = percent(found.covered, s->view.surface);
    return true;
}

static bool cover(struct stm_cells *out, struct search *s, double spread, struct stm_error *err)
{
    struct stm_foreground found;
    struct stm_confluence *c = &out->confluence;
    double a, b;
    if (!stm_cells_foreground(&found, &s->masks, &s->view, &s->cover, err) ||
        !stm_cells_mask_back(&s->view, out->mask, (struct stm_cu8)STM_CONST(s->masks.covered), err))
        return false;
    parts(s);
    c->percent = percent(found.covered, s->view.surface);
    c->rounded = percent(found.rounded, s->view.surface);
    c->excluded = 100 - percent(s->view.surface, pixels(&s->view));
    c->threshold = found.threshold;
    c->contrast = found.contrast;
    s->cover.contrast = found.contrast == STM_CONTRAST_NEGATIVE ? STM_CONTRAST_POSITIVE : found.contrast;
    if (!again(&a, s, 1 + spread, err) || !again(&b, s, 1 / (1 + spread), err)) return false;
    c->low = fmin(fmin(a, b), c->percent);
    c->high = fmax(fmax(a, b), c->percent);
    return true;
}

/* A cell is rounded when more than half of it is; the last search's balls are gone, so `part` has them. */
static bool judge_rounded(struct stm_cells *out, const struct search *s, const uint8_t *ball,
                          struct stm_error *err)
{
    const size_t n = (size_t)out->n + 1;
    out->rounded = stm_arena_take(s->view.scratch, n, "rounded cells", err);
    const size_t mark = stm_arena_mark(s->view.scratch);
    int32_t *balance = stm_arena_take(s->view.scratch, n * sizeof *balance, "rounded cells", err);
    if (!out->rounded || !balance) return false;
    memset(balance, 0, n * sizeof *balance);
    for (size_t i = 0; i < pixels(&s->view); i++)
        balance[s->cell.px[i]] += ball[i] ? 1 : -1;
    for (size_t i = 0; i < n; i++)
        out->rounded[i] = balance[i] > 0;
    stm_arena_reset(s->view.scratch, mark);
    return true;
}

/* Labels at full size: those of the nearest pixels, within the covered area. */
static void enlarge(const struct stm_cells *out, struct stm_u32 cell)
{
    const struct stm_u32 to = out->labels;
    for (int y = 0; y < to.h; y++) {
        const uint32_t *row = cell.px + (ptrdiff_t)((2 * (int64_t)y + 1) * cell.h / (2 * to.h)) * cell.stride;
        const uint8_t *mask = out->mask.px + y * out->mask.stride;
        for (int x = 0; x < to.w; x++)
            to.px[y * to.stride + x] = mask[x] ? row[(2 * (int64_t)x + 1) * cell.w / (2 * to.w)] : 0;
    }
}

/* The nuclei at working scale, and the cells around them. */
static bool part_around(struct stm_cells *out, struct search *s, const struct stm_cells_options *o,
                        struct stm_error *err)
{
    const int w = s->view.w, h = s->view.h;
    struct stm_arena *const scratch = s->view.scratch;
    const size_t mark = stm_arena_mark(scratch);
    const struct stm_cu32 from = o->nuclei;
    uint32_t *const small = stm_arena_take(scratch, pixels(&s->view) * sizeof *small, "nuclei", err);
    if (!small) return false;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            small[(size_t)y * (size_t)w + (size_t)x] =
                from.px[(2 * (int64_t)y + 1) * from.h / (2 * h) * from.stride +
                        (2 * (int64_t)x + 1) * from.w / (2 * w)];
    struct stm_around a = {.label = s->cell,
                           .nucleus = {small, w, w, h},
                           .twin = o->twin,
                           .parts = out->n,
                           .nuclei = o->n_nuclei};
    if (!stm_around_nuclei(&a, scratch, err)) return false;
    out->n = a.cells;
    stm_arena_reset(scratch, mark);
    return true;
}

static bool divide(struct stm_cells *out, struct search *s, const struct stm_cells_options *o,
                   struct stm_error *err)
{
    const size_t n = pixels(&s->view);
    uint8_t *ball = s->masks.balls.px; /* the last search is over */
    for (size_t i = 0; i < n; i++)
        ball[i] = s->cell.px[i] == STM_PART_ROUND;
    const uint32_t least = (uint32_t)(o->least_um2 / (s->view.um * s->view.um) + 0.5);
    if (!stm_cells_divide(&out->n, s->cell, o->neck, least, s->view.kernels, s->view.scratch, err))
        return false;
    if (o->nuclei.px && !part_around(out, s, o, err)) return false;
    enlarge(out, s->cell);
    return judge_rounded(out, s, ball, err);
}

bool stm_cells_classical(struct stm_cells *out, struct stm_cu16 plane, double pixel_um,
                         const struct stm_cells_options *o, const struct stm_kernels *kernels,
                         struct stm_arena *scratch, struct stm_error *err)
{
    struct search s = {.cover = {o->contrast, o->texture_percent, o->patch_um2, 1}};
    out->usual_px = out->sharpness = NAN;
    return stm_cells_look(&s.view, plane, pixel_um, kernels, scratch, err) && take(&s, err) &&
           cover(out, &s, o->spread, err) && divide(out, &s, o, err);
}

size_t stm_cells_classical_bytes(int w, int h, double pixel_um)
{
    const struct stm_cells_size s = stm_cells_size(w, h, pixel_um);
    const size_t px = (size_t)s.w * (size_t)s.h, labels = px / 4 + 256;
    const size_t step[] = {stm_cells_look_bytes(w, h, pixel_um),
                           stm_cells_foreground_bytes(s.w, s.h),
                           stm_cells_back_bytes(w, h, pixel_um),
                           stm_cells_divide_bytes(s.w, s.h),
                           stm_arena_cost(labels * 4),
                           stm_arena_cost(px * 4) +
                               stm_around_bytes(s.w, s.h, labels, (size_t)w * (size_t)h / 16 + 256)};
    size_t most = 0;
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        most = step[i] > most ? step[i] : most;
    return stm_cells_view_bytes(w, h, pixel_um) + 3 * stm_arena_cost(px) + stm_arena_cost(px * 4) +
           stm_arena_cost(labels + (size_t)w * (size_t)h / 16 + 256) + most;
}
