/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers in raster order of the first pixel, nuclei before debris; runs, boxes, centroids, label image. */
#include "pipeline/nuclei/blob.h"

#include <string.h>

/* `number` of each blob that is a nucleus or debris, 0 of others. */
static void number_blobs(const struct stm_finder *f, struct stm_nuclei *out, uint32_t *number)
{
    uint32_t next = 0;
    memset(number, 0, ((size_t)f->blobs + 1) * sizeof *number);
    for (int kind = STM_BLOB_NUCLEUS; kind >= STM_BLOB_DEBRIS; kind--) {
        for (int32_t i = 0; i < f->pieces; i++) {
            const uint32_t blob = f->blob[f->piece[i].blob].into;
            if (f->blob[blob].kind == kind && !number[blob]) number[blob] = ++next;
        }
        if (kind == STM_BLOB_NUCLEUS) out->debris = -(int)next;
    }
    out->debris += (int)next;
    out->objects = (int)next;
}

/* Pieces as runs of objects; those of one row that have become one object are joined. */
static void make_runs(const struct stm_finder *f, struct stm_nuclei *out, const uint32_t *number)
{
    out->segments = 0;
    for (int32_t i = 0; i < f->pieces; i++) {
        const struct stm_piece *p = &f->piece[i];
        const uint32_t label = number[f->blob[p->blob].into];
        struct stm_segment *last = out->segments ? &out->segment[out->segments - 1] : NULL;
        if (!label) continue;
        if (last && last->label == label && last->y == p->y && last->x1 == p->x0)
            last->x1 = p->x1;
        else
            out->segment[out->segments++] = (struct stm_segment){p->y, p->x0, p->x1, label};
    }
}

/* More objects than can be nuclei: a texture. */
static void give_up(struct stm_finder *f, struct stm_nuclei *out, uint32_t *number)
{
    f->crowded = true;
    out->objects = out->debris = 0;
    memset(number, 0, ((size_t)f->blobs + 1) * sizeof *number);
}

static void grow_box(struct stm_object *o, const struct stm_segment *s)
{
    o->x0 = s->x0 < o->x0 ? s->x0 : o->x0;
    o->x1 = s->x1 > o->x1 ? s->x1 : o->x1;
    o->y0 = s->y < o->y0 ? s->y : o->y0;
    o->y1 = s->y + 1;
}

/* cx and cy are sums until the end: exact, as long as they stay below 2^53. */
static bool make_objects(const struct stm_finder *f, struct stm_nuclei *out, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    uint64_t *area = stm_arena_take(f->scratch, ((size_t)out->objects + 1) * sizeof *area, "areas", err);
    if (!area) return false;
    for (int i = 0; i < out->objects; i++) {
        area[i] = 0;
        out->object[i] = (struct stm_object){.number = (uint32_t)i + 1, .counted = 1, .x0 = f->w, .y0 = f->h};
        if (i >= out->objects - out->debris) out->object[i].class = STM_CLASS_DEBRIS;
    }
    for (size_t i = 0; i < out->segments; i++) {
        const struct stm_segment *s = &out->segment[i];
        struct stm_object *o = &out->object[s->label - 1];
        const int64_t n = s->x1 - s->x0;
        grow_box(o, s);
        area[s->label - 1] += (uint64_t)n;
        o->cx += (double)((s->x0 + (int64_t)s->x1 - 1) * n);
        o->cy += (double)(s->y * n);
    }
    for (int i = 0; i < out->objects; i++) {
        out->object[i].cx /= 2 * (double)area[i];
        out->object[i].cy /= (double)area[i];
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}

static void paint(const struct stm_finder *f, const struct stm_nuclei *out, const uint32_t *number)
{
    const uint32_t nuclei = (uint32_t)(out->objects - out->debris);
    for (int32_t i = 0; i < f->pieces; i++) {
        const struct stm_piece *p = &f->piece[i];
        const uint32_t label = number[f->blob[p->blob].into];
        for (int x = p->x0; x < p->x1; x++)
            f->labels.px[p->y * f->labels.stride + x] = label <= nuclei ? label : 0;
    }
}

size_t stm_nuclei_finish_bytes(int w, int h)
{
    const size_t n = (size_t)stm_nuclei_label_room(w, h) + 1;
    return stm_arena_cost(n * sizeof(uint32_t)) + stm_arena_cost(n * sizeof(uint64_t));
}

bool stm_nuclei_finish(struct stm_finder *f, struct stm_nuclei *out, struct stm_arena *keep,
                       struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    uint32_t *number = stm_arena_take(f->scratch, ((size_t)f->blobs + 1) * sizeof *number, "numbers", err);
    out->segment = stm_arena_take(keep, (size_t)f->pieces * sizeof *out->segment, "runs of nuclei", err);
    if (!number || !out->segment) return false;
    number_blobs(f, out, number);
    if ((int64_t)out->objects > (int64_t)f->w * f->h / 16 + 16) give_up(f, out, number);
    make_runs(f, out, number);
    out->object = stm_arena_take(keep, (size_t)out->objects * sizeof *out->object, "nuclei", err);
    if (!out->object || !make_objects(f, out, err)) return false;
    paint(f, out, number);
    stm_arena_reset(f->scratch, mark);
    return true;
}
