/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/second_look.h"

#include <string.h>

/* A nucleus of `found` is part of a label that has this much of it, and counts from this part of the usual
 * area on; together such parts make up this much of the label. */
static const double inside = 0.8, least = 0.3, together = 0.75;

struct part {
    uint32_t label, area, votes, own; /* the label most of it lies in, pixels, of them in the label */
    uint32_t becomes;
};

struct whole {
    uint32_t area, parts, covered;
};

/* The label that has more than half of an object, if any does: votes for and against the one in the lead. */
static void elect(const struct stm_finder *f, const struct stm_nuclei *found, struct part *part)
{
    for (size_t i = 0; i < found->segments; i++) {
        const struct stm_segment *run = &found->segment[i];
        const uint32_t *label = f->labels.px + run->y * f->labels.stride;
        struct part *p = &part[run->label];
        for (int x = run->x0; x < run->x1; x++) {
            if (!p->votes) p->label = label[x];
            p->votes = p->label == label[x] ? p->votes + 1 : p->votes - 1;
        }
    }
}

static void count(const struct stm_finder *f, const struct stm_nuclei *found, struct part *part)
{
    for (size_t i = 0; i < found->segments; i++) {
        const struct stm_segment *run = &found->segment[i];
        const uint32_t *label = f->labels.px + run->y * f->labels.stride;
        struct part *p = &part[run->label];
        p->area += (uint32_t)(run->x1 - run->x0);
        for (int x = run->x0; x < run->x1; x++)
            p->own += label[x] == p->label;
    }
}

static void measure_wholes(const struct stm_finder *f, struct whole *whole)
{
    for (int y = 0; y < f->h; y++)
        for (int x = 0; x < f->w; x++)
            whole[f->labels.px[y * f->labels.stride + x]].area++;
}

static bool is_part(const struct stm_nuclei *found, int i, const struct part *p)
{
    const double usual = 0.7854 * found->diameter_px * found->diameter_px;
    return i <= found->objects - found->debris && p->label && p->own >= inside * p->area &&
           p->own >= least * usual;
}

/* The first part keeps the label. */
static void name_parts(struct stm_finder *f, const struct stm_nuclei *found, struct part *part,
                       struct whole *whole)
{
    for (int i = 1; i <= found->objects; i++) {
        if (!is_part(found, i, &part[i])) continue;
        whole[part[i].label].parts++;
        whole[part[i].label].covered += part[i].own;
    }
    for (int i = 1; i <= found->objects; i++) {
        struct whole *w = &whole[part[i].label];
        if (!is_part(found, i, &part[i]) || w->covered < together * w->area || w->parts < 2) continue;
        part[i].becomes = ++f->seeds;
        w->covered -= part[i].own;
        w->area -= part[i].own;
        w->parts--;
    }
}

size_t stm_nuclei_part_bytes(int w, int h)
{
    const size_t px = (size_t)w * (size_t)h;
    return stm_arena_cost((px / 16 + 32) * sizeof(struct part)) +
           stm_arena_cost(((size_t)stm_nuclei_label_room(w, h) + 1) * sizeof(struct whole));
}

bool stm_nuclei_part_by_light(struct stm_finder *f, const struct stm_nuclei *found, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch), n = (size_t)found->objects + 1, m = (size_t)f->seeds + 1;
    struct part *part = stm_arena_take(f->scratch, n * sizeof *part, "parts of nuclei", err);
    struct whole *whole = stm_arena_take(f->scratch, m * sizeof *whole, "parts of nuclei", err);
    if (!part || !whole) return false;
    memset(part, 0, n * sizeof *part);
    memset(whole, 0, m * sizeof *whole);
    elect(f, found, part);
    count(f, found, part);
    measure_wholes(f, whole);
    name_parts(f, found, part, whole);
    for (size_t i = 0; i < found->segments; i++) {
        const struct stm_segment *run = &found->segment[i];
        const struct part *p = &part[run->label];
        uint32_t *label = f->labels.px + run->y * f->labels.stride;
        for (int x = run->x0; x < run->x1 && p->becomes; x++)
            if (label[x] == p->label) label[x] = p->becomes;
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}
