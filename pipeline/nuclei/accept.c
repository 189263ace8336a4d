/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nucleus, debris, or nothing: by how much a candidate stands out from the ring around it, how sharp its edge
 * is, how large and how convex, all in units of what is usual in this field. */
#include "pipeline/nuclei/blob.h"
#include "pipeline/nuclei/observe.h"
#include "pipeline/nuclei/odds.h"

#include <stdlib.h>

struct look {
    double contrast; /* light above the ring's */
    double edge;     /* slope of the light across the edge, a pixel */
    double touch;    /* part of the ring that others cover */
    double clear;    /* contrast over itself and the ground, from the darkest ground: low in haze */
};

/* Logistic regression of "a nucleus is here" (docs/nuclei.md). */
static const struct {
    double constant, area, small, large, contrast, faint, convex, edge, touch, clear, noise;
} odds = {-4.67, 2.04, -0.378, -13.4, 0.904, -1.35, 10.5, 2.38, -2.95, 1.21, -0.685};

/* Slope of the usual edge, in its nucleus' light over the root of its area; counts as four samples. */
static const double usual_slope = 2.2;

static const double faint = 0.4, small = 0.4, large = 3;

/* The finder, and what each label is part of: in a table of its own, since it is asked for much more often
 * than anything else of a candidate, and small enough for the fastest cache. */
struct looker {
    const struct stm_finder *f;
    const uint32_t *into;
};

static int light_at(const struct stm_finder *f, int x, int y)
{
    return f->light.px[y * f->light.stride + (x < 0 ? 0 : x < f->w ? x : f->w - 1)];
}

static uint32_t blob_at(const struct looker *l, int x, int y)
{
    return x < 0 || x >= l->f->w ? 0 : l->into[l->f->labels.px[y * l->f->labels.stride + x]];
}

struct sums {
    double ring, free, taken, edge;
};

/* One end of a row of the candidate: `x` is its last pixel, `side` the way out. */
static void look_at_end(const struct looker *l, struct sums *s, uint32_t me, int x, int y, int side,
                        int reach)
{
    const struct stm_finder *const f = l->f;
    const int out = x + side * (1 + reach);
    if (blob_at(l, x + side, y) == me || out < 0 || out >= f->w) return;
    const uint32_t there = blob_at(l, out, y);
    if (there == me) return;
    if (there || blob_at(l, x + side, y)) {
        s->taken++;
    } else {
        s->edge += (light_at(f, x - side, y) - light_at(f, x + 2 * side, y)) / 3.0;
        s->ring += light_at(f, out, y);
        s->free++;
    }
}

/* The same above (side -1) or below a row, in its middle, where the candidate ends there. */
static void look_across(const struct looker *l, struct sums *s, uint32_t me, const struct stm_piece *p,
                        int side, int reach)
{
    const struct stm_finder *const f = l->f;
    const int x = (p->x0 + p->x1) / 2, out = p->y + side * (1 + reach);
    if (out < 0 || out >= f->h || blob_at(l, x, p->y + side) == me) return;
    const uint32_t there = blob_at(l, x, out);
    const int in = p->y - side < 0 || p->y - side >= f->h ? p->y : p->y - side;
    if (there == me) return;
    if (there || blob_at(l, x, p->y + side)) {
        s->taken++;
    } else {
        s->edge += (light_at(f, x, in) - light_at(f, x, p->y + 2 * side)) / 3.0;
        s->ring += light_at(f, x, out);
        s->free++;
    }
}

/* What is looked at some rows further down. */
static void fetch(const struct stm_finder *f, const struct stm_piece *p)
{
    const ptrdiff_t y = p->y + STM_NUCLEI_AHEAD < f->h ? p->y + STM_NUCLEI_AHEAD : f->h - 1;
    const uint32_t *const label = f->labels.px + y * f->labels.stride;
    const uint16_t *const light = f->light.px + y * f->light.stride;
    __builtin_prefetch(label + p->x0);
    __builtin_prefetch(label + (p->x0 + p->x1) / 2);
    __builtin_prefetch(label + p->x1);
    __builtin_prefetch(light + p->x0);
    __builtin_prefetch(light + p->x1);
}

static struct look look_at(const struct looker *l, uint32_t id)
{
    const struct stm_finder *const f = l->f;
    const struct stm_blob *b = &f->blob[id];
    const int reach = f->typical > 178 ? (int)(0.15 * sqrt(f->typical)) : 2;
    struct sums s = {0};
    double ground = 0, rows = 0;
    for (int32_t i = b->first; i >= 0; i = f->piece[i].next, rows++) {
        fetch(f, &f->piece[i]);
        ground += f->ground.px[(f->piece[i].y >> 3) * f->ground.stride + (f->piece[i].x0 >> 3)];
        look_at_end(l, &s, id, f->piece[i].x0, f->piece[i].y, -1, reach);
        look_at_end(l, &s, id, f->piece[i].x1 - 1, f->piece[i].y, 1, reach);
        look_across(l, &s, id, &f->piece[i], -1, reach);
        look_across(l, &s, id, &f->piece[i], 1, reach);
    }
    const double contrast = (double)b->light / b->area - (s.free > 0 ? s.ring / s.free : 0);
    return (struct look){
        contrast, (s.edge + 4 * usual_slope * (double)b->light / b->area / sqrt(f->typical)) / (s.free + 4),
        s.free + s.taken > 0 ? s.taken / (s.free + s.taken) : 0,
        contrast > 0 ? contrast / (contrast + ground / rows) : 0};
}

struct looking {
    struct looker looker;
    struct look *look;
};

/* Candidates that begin with pieces [from, end), in raster order, so that rows are still in the cache. */
static bool look_at_part(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    const struct looking *const l = context;
    const struct stm_finder *const f = l->looker.f;
    (void)part;
    (void)err;
    for (int64_t i = from; i < end; i++) {
        const uint32_t id = l->looker.into[f->piece[i].blob];
        if (f->blob[id].first == i && f->blob[id].area) l->look[id] = look_at(&l->looker, id);
    }
    return true;
}

struct weighed {
    double value, weight;
};

static int by_value(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

/* Median contrast of the convex ones that are not small, weighted by their stain: haze has many bumps, but
 * little stands out in them. 0 when there is none. */
static double usual_contrast(const struct stm_finder *f, const struct look *look, struct weighed *list)
{
    size_t n = 0;
    double sum = 0, seen = 0;
    for (uint32_t i = 1; i <= f->blobs; i++) {
        const struct stm_blob *b = &f->blob[i];
        if (!b->area || b->convex < 0.9 || b->area < 0.3 * f->typical || !(look[i].contrast > 0)) continue;
        list[n++] = (struct weighed){look[i].contrast, look[i].contrast * b->area};
        sum += look[i].contrast * b->area;
    }
    qsort(list, n, sizeof *list, by_value);
    for (size_t i = 0; i < n; i++)
        if ((seen += list[i].weight) * 2 >= sum) return list[i].value;
    return 0;
}

static double at_least(double x, double least)
{
    return x > least ? x : least;
}

static double odds_of(const struct stm_finder *f, uint32_t id, const struct look *look, double usual)
{
    const struct stm_blob *b = &f->blob[id];
    const double area = stm_odds_log(b->area / f->typical);
    const double contrast = stm_odds_log(at_least(look->contrast / usual, 0.01));
    const double mean = (double)b->light / b->area;
    const double edge = stm_odds_log(at_least(look->edge * sqrt(f->typical) / mean, 0.01));
    STM_NUCLEI_OBSERVE(blob, f, id, 0,
                       ((double[]){b->area / f->typical, look->contrast / usual, look->contrast / mean,
                                   b->convex, look->edge * sqrt(f->typical) / mean, look->contrast / f->noise,
                                   look->touch, look->clear}));
    return odds.constant + odds.area * area + odds.small * stm_odds_over(stm_odds_log(small) - area) +
           odds.large * stm_odds_over(area - stm_odds_log(large)) + odds.contrast * contrast +
           odds.faint * stm_odds_over(stm_odds_log(faint) - contrast) + odds.convex * b->convex +
           odds.edge * edge + odds.touch * look->touch +
           odds.clear * stm_odds_log(at_least(look->clear, 0.01)) +
           odds.noise * stm_odds_log(at_least(look->contrast / f->noise, 1));
}

static enum stm_blob_kind kind_of(const struct stm_finder *f, uint32_t id, const struct look *look,
                                  double usual)
{
    const struct stm_nuclei_options *o = f->options;
    const double area = f->blob[id].area, least = 0.7854 * o->least_px * o->least_px;
    const double most = 0.7854 * o->greatest_px * o->greatest_px;
    const double demand = 4 * (0.5 - o->sensitivity);
    if (!(look->contrast > 4 * f->noise) || area < at_least(0.04 * f->typical, 8)) return STM_BLOB_NOTHING;
    if (area < least || (most > 0 && area > most) || !(usual > 0)) return STM_BLOB_DEBRIS;
    return odds_of(f, id, look, usual) >= demand ? STM_BLOB_NUCLEUS : STM_BLOB_DEBRIS;
}

size_t stm_nuclei_accept_bytes(int w, int h)
{
    const size_t n = (size_t)stm_nuclei_label_room(w, h) + 1;
    return stm_arena_cost(n * sizeof(struct look)) + stm_arena_cost(n * sizeof(struct weighed)) +
           stm_arena_cost(n * sizeof(uint32_t));
}

bool stm_nuclei_accept(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch), n = (size_t)f->blobs + 1;
    struct look *look = stm_arena_take(f->scratch, n * sizeof *look, "candidates", err);
    struct weighed *list = stm_arena_take(f->scratch, n * sizeof *list, "candidates", err);
    uint32_t *into = stm_arena_take(f->scratch, n * sizeof *into, "candidates", err);
    if (!look || !list || !into) return false;
    for (uint32_t i = 0; i <= f->blobs; i++)
        into[i] = f->blob[i].into;
    struct looking looking = {{f, into}, look};
    if (!stm_team_share(f->team, f->pieces, 1, &looking, look_at_part, err)) return false;
    for (uint32_t i = 1; i <= f->blobs; i++)
        if (f->blob[i].into != i) f->blob[i].area = 0;
    f->contrast = usual_contrast(f, look, list);
    for (uint32_t i = 1; i <= f->blobs; i++)
        if (f->blob[i].area) f->blob[i].kind = (uint8_t)kind_of(f, i, &look[i], f->contrast);
    stm_arena_reset(f->scratch, mark);
    return true;
}
