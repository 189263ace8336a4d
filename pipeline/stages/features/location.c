/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an object is, and who touches it. */
#include "pipeline/stages/feature.h"

#include <math.h>
#include <string.h>

/* Sum of up to 64 pixels and of pixel * index: both fit 32 bits. */
struct piece {
    uint32_t sum, ramp;
};

static struct piece add_piece(const uint16_t *px, uint16_t n)
{
    struct piece p = {0, 0};
    for (uint16_t x = 0; x < n; x++) {
        p.sum += px[x];
        p.ramp += (uint32_t)px[x] * x;
    }
    return p;
}

void stm_feature_mass(const struct stm_blob *b, struct stm_cu16 plane, double *value)
{
    uint64_t mass = 0, mass_x = 0, mass_y = 0;
    for (size_t i = 0; i < b->n_runs; i++) {
        const struct stm_segment r = b->run[i];
        const uint16_t *row = plane.px + r.y * plane.stride;
        for (int x = r.x0; x < r.x1; x += 64) {
            const struct piece p = add_piece(row + x, (uint16_t)(r.x1 - x < 64 ? r.x1 - x : 64));
            mass += p.sum;
            mass_x += p.sum * (uint64_t)(x - b->x0) + p.ramp;
            mass_y += p.sum * (uint64_t)(r.y - b->y0);
        }
    }
    if (!mass) return;
    value[STM_MASS_X] = b->x0 + (double)mass_x / (double)mass;
    value[STM_MASS_Y] = b->y0 + (double)mass_y / (double)mass;
}

/* Pairs that touch, each in the list of the object with fewer runs, so that a list is no longer than that
 * object's outline. */
struct pair {
    uint32_t other;
    int32_t next;
};
struct pairs {
    struct pair *pair;
    int32_t *first;
    uint32_t *size; /* runs per object */
    int32_t n, room;
};

static void note_pair(struct pairs *p, uint32_t a, uint32_t b, uint32_t *counts)
{
    const bool a_first = p->size[a - 1] < p->size[b - 1] || (p->size[a - 1] == p->size[b - 1] && a < b);
    const uint32_t owner = a_first ? a : b, other = a_first ? b : a;
    for (int32_t i = p->first[owner - 1]; i >= 0; i = p->pair[i].next)
        if (p->pair[i].other == other) return;
    if (p->n == p->room) return; /* only labels made of many separate parts can have more pairs */
    p->pair[p->n] = (struct pair){other, p->first[owner - 1]};
    p->first[owner - 1] = p->n++;
    counts[a - 1]++, counts[b - 1]++;
}

/* Runs in one row that follow each other without a pixel between them, and runs of rows y, y + 1 that overlap
 * or meet at a corner. */
static void find_pairs(struct pairs *p, const struct stm_segment *r, size_t n, uint32_t *counts)
{
    size_t below = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && r[i + 1].y == r[i].y && r[i + 1].x0 == r[i].x1 && r[i + 1].label != r[i].label)
            note_pair(p, r[i].label, r[i + 1].label, counts);
        while (below < n && (r[below].y <= r[i].y || (r[below].y == r[i].y + 1 && r[below].x1 < r[i].x0)))
            below++;
        for (size_t j = below; j < n && r[j].y == r[i].y + 1 && r[j].x0 <= r[i].x1; j++)
            if (r[j].label != r[i].label) note_pair(p, r[i].label, r[j].label, counts);
    }
}

bool stm_feature_neighbors(const struct stm_segment *runs, size_t n_runs, uint32_t *counts, int n_objects,
                           struct stm_arena *arena, struct stm_error *err)
{
    const size_t n = (size_t)n_objects;
    /* Regions and their touching pairs are a graph in which a line is crossed at most once (at a corner where
     * four meet), and such a graph of n points has at most 4n - 8 lines. */
    struct pairs p = {.room = 4 * n_objects};
    p.pair = stm_arena_take(arena, 4 * n * sizeof *p.pair, "touching pairs", err);
    p.first = p.pair ? stm_arena_take(arena, n * sizeof *p.first, "touching pairs", err) : NULL;
    p.size = p.first ? stm_arena_take(arena, n * sizeof *p.size, "touching pairs", err) : NULL;
    if (!p.size) return false;
    memset(p.first, 0xff, n * sizeof *p.first);
    memset(p.size, 0, n * sizeof *p.size);
    memset(counts, 0, n * sizeof *counts);
    for (size_t i = 0; i < n_runs; i++)
        p.size[runs[i].label - 1]++;
    find_pairs(&p, runs, n_runs, counts);
    return true;
}
