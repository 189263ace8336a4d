/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/truth.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct stm_u32 labels(int w, int h)
{
    return (struct stm_u32){calloc((size_t)w * (size_t)h, sizeof(uint32_t)), w, w, h};
}

bool stm_truth_make(struct stm_truth *truth, int w, int h, struct stm_error *err)
{
    *truth = (struct stm_truth){.cells = labels(w, h), .debris = labels(w, h)};
    if (truth->cells.px && truth->debris.px) return true;
    stm_truth_free(truth);
    return stm_fail(err, STM_NO_MEMORY, "no memory for the labels of %d x %d pixels", w, h);
}

bool stm_truth_bodies(struct stm_truth *truth, struct stm_error *err)
{
    truth->bodies = labels(truth->cells.w, truth->cells.h);
    return truth->bodies.px || stm_fail(err, STM_NO_MEMORY, "no memory for the labels of bodies");
}

bool stm_truth_nuclei(struct stm_truth *truth, struct stm_error *err)
{
    truth->nuclei = labels(truth->cells.w, truth->cells.h);
    return truth->nuclei.px || stm_fail(err, STM_NO_MEMORY, "no memory for the labels of nuclei");
}

void stm_truth_free(struct stm_truth *truth)
{
    free(truth->bodies.px);
    free(truth->nuclei.px);
    free(truth->cells.px);
    free(truth->debris.px);
    free(truth->objects);
    *truth = (struct stm_truth){0};
}

uint32_t stm_truth_add(struct stm_truth *truth, const struct stm_truth_object *object, struct stm_error *err)
{
    if (truth->n == truth->capacity) {
        const int capacity = 2 * truth->capacity + 64;
        struct stm_truth_object *const more = realloc(truth->objects, sizeof *more * (size_t)capacity);
        if (!more) return stm_fail(err, STM_NO_MEMORY, "no memory for %d objects", capacity), 0;
        truth->objects = more;
        truth->capacity = capacity;
    }
    truth->objects[truth->n++] = *object;
    return (uint32_t)truth->n;
}

/* Areas, sums of coordinates (into x, y) and boxes. */
static void measure(struct stm_truth *truth, struct stm_u32 view)
{
    for (int y = 0; y < view.h; y++)
        for (int x = 0; x < view.w; x++) {
            const uint32_t label = view.px[y * view.stride + x];
            if (!label) continue;
            struct stm_truth_object *const o = &truth->objects[label - 1];
            o->area++;
            o->x += x;
            o->y += y;
            if (x < o->x0) o->x0 = x;
            if (x >= o->x1) o->x1 = x + 1;
            if (y < o->y0) o->y0 = y;
            if (y >= o->y1) o->y1 = y + 1;
        }
}

static void renumber(struct stm_u32 view, const uint32_t *number)
{
    for (int y = 0; y < view.h; y++)
        for (int x = 0; x < view.w; x++) {
            uint32_t *const label = &view.px[y * view.stride + x];
            *label = number[*label];
        }
}

/* What assay adherent (spread cells) or the others count: the definition once more, apart from theirs. */
static bool in_frame(const struct stm_truth *truth, const struct stm_truth_object *o)
{
    const int w = truth->cells.w, h = truth->cells.h;
    const double guard = floor((w < h ? w : h) * 0.03 + 0.5) - 0.5;
    if (!truth->spread) return o->x1 < w && o->y1 < h;
    return o->x >= guard && o->y >= guard && o->x < w - 1 - guard && o->y < h - 1 - guard;
}

/* Keeps what is visible, cells before debris; number[old label] = new label. */
static void compact(struct stm_truth *truth, struct stm_truth_object *kept, uint32_t *number)
{
    int n = 0;
    for (int debris = 0; debris < 2; debris++) {
        for (int i = 0; i < truth->n; i++) {
            const struct stm_truth_object *const o = &truth->objects[i];
            if (o->area == 0 || (o->class == STM_CLASS_DEBRIS) != debris) continue;
            kept[n] = *o;
            kept[n].x /= o->area;
            kept[n].y /= o->area;
            kept[n].counted = in_frame(truth, &kept[n]);
            number[i + 1] = (uint32_t)++n;
        }
        if (!debris) truth->n_cells = n;
    }
    truth->n = n;
}

static int root(int *parent, int i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* The smaller index becomes the root, so the result does not depend on the order of the pairs. */
static void join(int *parent, uint32_t a, uint32_t b)
{
    if (!a || !b || a == b) return;
    const int i = root(parent, (int)a - 1), j = root(parent, (int)b - 1);
    if (i < j)
        parent[j] = i;
    else
        parent[i] = j;
}

static void join_neighbours(int *parent, struct stm_u32 view)
{
    for (int y = 0; y < view.h; y++)
        for (int x = 0; x < view.w; x++) {
            const uint32_t *const px = view.px + y * view.stride + x;
            const bool below = y + 1 < view.h;
            if (x + 1 < view.w) join(parent, px[0], px[1]);
            if (below) join(parent, px[0], px[view.stride]);
            if (below && x + 1 < view.w) join(parent, px[0], px[view.stride + 1]);
            if (below && x > 0) join(parent, px[0], px[view.stride - 1]);
        }
}

/* Clumps of cells numbered in the order of their first member. */
static void number_clumps(struct stm_truth *truth, int *parent, int *clump)
{
    int clumps = 0;
    for (int i = 0; i < truth->n_cells; i++)
        parent[i] = i;
    join_neighbours(parent, truth->cells);
    for (int i = 0; i < truth->n_cells; i++) {
        const int r = root(parent, i);
        if (r != i && !clump[r]) clump[r] = ++clumps;
    }
    for (int i = 0; i < truth->n_cells; i++)
        truth->objects[i].clump = clump[root(parent, i)];
}

static double covered(struct stm_u32 view)
{
    int64_t n = 0;
    for (int y = 0; y < view.h; y++)
        for (int x = 0; x < view.w; x++)
            n += view.px[y * view.stride + x] != 0;
    return (double)n / ((double)view.w * view.h);
}

bool stm_truth_finish(struct stm_truth *truth, struct stm_error *err)
{
    const size_t n = (size_t)truth->n + 1;
    struct stm_truth_object *const kept = malloc(n * sizeof *kept);
    uint32_t *const number = calloc(n, sizeof *number);
    int *const parent = calloc(n, sizeof *parent), *const clump = calloc(n, sizeof *clump);
    const bool ok = kept && number && parent && clump;
    if (ok) {
        for (int i = 0; i < truth->n; i++) {
            struct stm_truth_object *const o = &truth->objects[i];
            o->area = 0;
            o->x = o->y = 0;
            o->x0 = o->y0 = INT_MAX;
            o->x1 = o->y1 = 0;
        }
        measure(truth, truth->cells);
        measure(truth, truth->debris);
        compact(truth, kept, number);
        if (truth->n) memcpy(truth->objects, kept, sizeof *kept * (size_t)truth->n);
        renumber(truth->cells, number);
        renumber(truth->debris, number);
        if (truth->bodies.px) renumber(truth->bodies, number);
        if (truth->nuclei.px) renumber(truth->nuclei, number);
        number_clumps(truth, parent, clump);
        truth->foreground = covered(truth->cells);
    } else {
        stm_fail(err, STM_NO_MEMORY, "no memory to number %d objects", truth->n);
    }
    free(kept);
    free(number);
    free(parent);
    free(clump);
    return ok;
}
