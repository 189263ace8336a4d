/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/stained.h"

#include "images/monolayer.h"
#include "images/nucleus.h"

#include <stdlib.h>

bool stm_stained_start(struct stm_stained *s, struct stm_bench *bench, int light,
                       const struct stm_stain *stain, uint64_t seed)
{
    *s = (struct stm_stained){.bench = bench,
                              .light = light,
                              .stain = *stain,
                              .random = stm_random_from(stm_seed_text(seed, "nuclei"))};
    return stm_truth_nuclei(&bench->field->truth, bench->err) &&
           stm_texture_make(&s->fine, 0.35 * bench->um, &s->random, bench->err) &&
           stm_texture_make(&s->coarse, 0.9 * bench->um, &s->random, bench->err);
}

void stm_stained_free(struct stm_stained *s)
{
    stm_texture_free(&s->fine);
    stm_texture_free(&s->coarse);
}

/* Of a patch, what lies in the cell; its outline enters the truth. */
static void keep_inside(const struct stm_stained *s, struct stm_patch *patch, const struct stm_blob *blob,
                        uint32_t label)
{
    const struct stm_truth *const truth = &s->bench->field->truth;
    for (int y = 0; y < patch->px.h; y++)
        for (int x = 0; x < patch->px.w; x++) {
            const int u = x + patch->x0, v = y + patch->y0;
            const bool in = u >= 0 && v >= 0 && u < truth->cells.w && v < truth->cells.h &&
                            truth->cells.px[v * truth->cells.stride + u] == label;
            if (!in)
                patch->px.px[y * patch->px.stride + x] = 0;
            else if (stm_blob_at(blob, u, v).depth > 0)
                truth->nuclei.px[v * truth->nuclei.stride + u] = label;
        }
}

/* Part of a blob that lies in the cell; what the field does not show counts as in it. */
static double part_inside(const struct stm_stained *s, const struct stm_blob *blob, uint32_t label)
{
    const struct stm_u32 cells = s->bench->field->truth.cells;
    const int reach = (int)stm_blob_bound(blob) + 1;
    int in = 0, all = 0;
    for (int y = (int)blob->y - reach; y <= (int)blob->y + reach; y++)
        for (int x = (int)blob->x - reach; x <= (int)blob->x + reach; x++) {
            if (!(stm_blob_at(blob, x, y).depth > 0)) continue;
            const bool shown = x >= 0 && y >= 0 && x < cells.w && y < cells.h;
            in += !shown || cells.px[y * cells.stride + x] == label;
            all++;
        }
    return all ? (double)in / all : 1;
}

/* Narrow cells have narrow nuclei: they give way across, then shrink, until they fit. */
static struct stm_blob fitted(const struct stm_stained *s, const struct stm_blob *blob, uint32_t label)
{
    struct stm_blob fit = *blob;
    for (int i = 0; i < 14 && part_inside(s, &fit, label) < 0.98; i++) {
        fit.b *= 0.9;
        if (fit.b < 0.45 * fit.a) fit.a = fit.b / 0.45;
    }
    return fit;
}

static bool draw(struct stm_stained *s, struct stm_nucleus *n, uint32_t label, double brightness)
{
    struct stm_bench *const b = s->bench;
    const double sigma = s->stain.psf_um * b->um;
    struct stm_patch patch;
    n->fine = &s->fine;
    n->coarse = &s->coarse;
    n->texture_x = stm_random_below(&s->random, STM_TEXTURE);
    n->texture_y = stm_random_below(&s->random, STM_TEXTURE);
    if (!stm_patch_take(&patch, &b->brush, n->blob.x, n->blob.y, stm_blob_bound(&n->blob) + 3.5 * sigma + 2,
                        b->err))
        return false;
    stm_paint_blob(&patch, &n->blob, stm_nucleus_shade, n, (struct stm_u32){0}, 0);
    keep_inside(s, &patch, &n->blob, label);
    if (!stm_patch_blur(&patch, &b->brush, sigma, b->err)) return false;
    stm_patch_add(b->light[s->light], &patch, brightness);
    return true;
}

static bool interphase(struct stm_stained *s, const struct stm_blob *blob, uint32_t label, double brightness)
{
    struct stm_nucleus n = {.blob = fitted(s, blob, label)};
    stm_nucleus_interphase(&n, &s->random);
    return draw(s, &n, label, brightness);
}

static bool nucleus(struct stm_stained *s, const struct stm_blob *blob, uint32_t label)
{
    const double bright = s->stain.signal * stm_random_spread(&s->random, s->stain.brightness_cv);
    if (!stm_random_chance(&s->random, s->stain.binucleate_percent))
        return interphase(s, blob, label, bright);
    const double gap = stm_random_between(&s->random, 0.3, 1.5) * s->bench->um;
    struct stm_blob half = *blob;
    half.a = 0.72 * blob->a;
    half.b = 0.88 * blob->b;
    const double away = stm_blob_bound(&half) + gap / 2;
    half.x = blob->x - away * blob->axis.c;
    half.y = blob->y - away * blob->axis.s;
    if (!interphase(s, &half, label, bright)) return false;
    half.x = blob->x + away * blob->axis.c;
    half.y = blob->y + away * blob->axis.s;
    return interphase(s, &half, label, bright);
}

/* Of each label, the pixel farthest from its edge; its index and depth. */
struct deepest {
    int at;
    float depth;
};

static void find_deepest(struct deepest *deepest, struct stm_cu32 cells, const float *depth)
{
    for (int i = 0; i < cells.w * cells.h; i++) {
        struct deepest *const d = &deepest[cells.px[i]];
        if (depth[i] > d->depth) *d = (struct deepest){i, depth[i]};
    }
}

/* Of what was in a cell's middle when it was laid, others may have taken so much that no nucleus fits. */
static struct stm_blob placed(const struct stm_stained *s, const struct stm_blob *blob, uint32_t label,
                              const struct deepest *deepest)
{
    const struct stm_blob here = fitted(s, blob, label);
    struct stm_blob there = *blob;
    if (here.a * here.b >= 0.5 * blob->a * blob->b || !(deepest->depth > 0)) return here;
    there.x = deepest->at % s->bench->field->w;
    there.y = deepest->at / s->bench->field->w;
    there = fitted(s, &there, label);
    return there.a * there.b > here.a * here.b ? there : here;
}

bool stm_stained_cells(struct stm_stained *s, const struct stm_inside *insides, int n)
{
    const struct stm_cu32 cells = STM_CONST(s->bench->field->truth.cells);
    struct deepest *const deepest = calloc((size_t)n + 1, sizeof *deepest);
    const struct stm_f32 depth = {stm_canvas(cells.w, cells.h, s->bench->err), cells.w, cells.w, cells.h};
    bool ok = depth.px && (deepest || stm_fail(s->bench->err, STM_NO_MEMORY, "no memory for %d nuclei", n));
    if (ok) {
        stm_label_depth(depth, cells);
        find_deepest(deepest, cells, depth.px);
    }
    for (int i = 0; i < n && ok; i++) {
        const uint32_t label = (uint32_t)i + 1;
        const struct stm_blob blob = placed(s, &insides[i].nucleus, label, &deepest[label]);
        ok = nucleus(s, &blob, label);
    }
    free(depth.px);
    free(deepest);
    return ok;
}

bool stm_stained_condensed(struct stm_stained *s, const struct stm_blob *cell, uint32_t label)
{
    struct stm_nucleus n = {.blob = *cell, .grain = 0.15, .dome = 0.3};
    const double bright = 1.8 * s->stain.signal * stm_random_spread(&s->random, s->stain.brightness_cv);
    const double size = stm_random_between(&s->random, 0.5, 0.65);
    n.blob.a *= size;
    n.blob.b *= size;
    return draw(s, &n, label, bright);
}
