/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts that touch are put together when the odds say they are one nucleus: in rounds, each part with the
 * neighbour that fits it best, if it fits that one best, too. */
#include "pipeline/nuclei/blob.h"
#include "pipeline/nuclei/odds.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, LARGEST = 16 };

struct pair {
    uint32_t a, b;  /* a < b */
    int32_t length; /* pixels along which they touch */
    uint64_t light; /* sum over these of the darker of the two */
    double odds;
    bool known;
};

struct merger {
    struct stm_finder *f;
    struct stm_hull_room room;
    struct pair *pair;
    size_t pairs, capacity;
    uint32_t *best; /* of each blob: pair + 1, 0 = none */
    int64_t work;   /* pieces that may still be looked at */
};

/* Logistic regression of "these are parts of different nuclei" (docs/nuclei.md). */
static const struct {
    double constant, convex, concave, area, area_least, contact, dip, alike, parts_convex, wide, no_dip,
        small_light, very_convex;
} odds = {-8.79, -4.55, -1.44, 2.31, 0.296, -0.768, 7.42, -4.15, 13.6, -0.505, 4.31, 0.894, -4.5};

static double odds_of(struct merger *m, const struct pair *p)
{
    const struct stm_blob *a = &m->f->blob[p->a], *b = &m->f->blob[p->b];
    const struct stm_blob *small = a->area < b->area ? a : b, *large = small == a ? b : a;
    const double area = (double)a->area + b->area, typical = m->f->typical;
    if (area > LARGEST * typical || m->work <= 0) return 99;
    const double together = stm_blob_convexity(m->f, &m->room, a, b, &m->work);
    const double apart = (a->convex * a->area + b->convex * b->area) / area;
    const double light_a = (double)a->light / a->area, light_b = (double)b->light / b->area;
    const double dim = light_a < light_b ? light_a : light_b, bright = light_a < light_b ? light_b : light_a;
    const double contact = p->length / sqrt(1.27 * small->area);
    const double dip = (dim - (double)p->light / p->length) / dim;
    const double ratio = ((double)small->light / small->area) / ((double)large->light / large->area);
    STM_NUCLEI_DUMP_PAIR(m->f, p->a, p->b, together, apart, area / typical, small->area / typical, contact,
                         dip, dim / bright, ratio);
    return odds.constant + odds.convex * stm_odds_over(together - 0.9) +
           odds.concave * stm_odds_over(0.9 - together) + odds.area * stm_odds_log(area / typical) +
           odds.area_least * stm_odds_log(small->area / typical) + odds.contact * contact + odds.dip * dip +
           odds.alike * dim / bright + odds.parts_convex * apart + odds.wide * stm_odds_over(contact - 0.8) +
           odds.no_dip * stm_odds_over(0.1 - dip) + odds.small_light * ratio +
           odds.very_convex * stm_odds_over(together - 0.95);
}

static void add_contact(struct merger *m, uint32_t a, uint32_t b, int32_t length, uint64_t light)
{
    if (a == b || m->pairs == m->capacity) return;
    m->pair[m->pairs++] = (struct pair){a < b ? a : b, a < b ? b : a, length, light, 0, false};
}

static uint64_t darker(const struct stm_finder *f, int x0, int x1, int y, int dx, int dy)
{
    const uint16_t *p = f->light.px + y * f->light.stride, *q = p + dy * f->light.stride + dx;
    uint64_t sum = 0;
    for (int x = x0; x < x1; x++)
        sum += p[x] < q[x] ? p[x] : q[x];
    return sum;
}

/* Contacts of piece i with the one to its right and with those above; `above` walks along the row above. */
static void contacts_of(struct merger *m, int32_t i, int32_t *above)
{
    const struct stm_finder *f = m->f;
    const struct stm_piece *p = f->piece, *me = p + i;
    if (i + 1 < f->pieces && me[1].y == me->y && me[1].x0 == me->x1)
        add_contact(m, me->blob, me[1].blob, 1, darker(f, me->x1 - 1, me->x1, me->y, 1, 0));
    while (p[*above].y < me->y - 1 || (p[*above].y == me->y - 1 && p[*above].x1 <= me->x0))
        ++*above;
    for (int32_t j = *above; j < i && p[j].y == me->y - 1 && p[j].x0 < me->x1; j++) {
        const int x0 = p[j].x0 > me->x0 ? p[j].x0 : me->x0, x1 = p[j].x1 < me->x1 ? p[j].x1 : me->x1;
        if (p[j].blob != me->blob)
            add_contact(m, p[j].blob, me->blob, x1 - x0, darker(f, x0, x1, me->y, 0, -1));
    }
}

static int by_blobs(const void *x, const void *y)
{
    const struct pair *p = x, *q = y;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* One entry a pair of blobs. */
static void gather(struct merger *m)
{
    size_t n = 0;
    qsort(m->pair, m->pairs, sizeof *m->pair, by_blobs);
    for (size_t i = 0; i < m->pairs; i++) {
        struct pair *last = &m->pair[n ? n - 1 : 0];
        if (n && last->a == m->pair[i].a && last->b == m->pair[i].b) {
            last->length += m->pair[i].length;
            last->light += m->pair[i].light;
            last->known = false;
        } else {
            m->pair[n++] = m->pair[i];
        }
    }
    m->pairs = n;
}

static void prefer(struct merger *m, uint32_t blob, size_t pair)
{
    const uint32_t best = m->best[blob];
    if (!best || m->pair[pair].odds < m->pair[best - 1].odds) m->best[blob] = (uint32_t)pair + 1;
}

static void find_best(struct merger *m)
{
    memset(m->best, 0, ((size_t)m->f->blobs + 1) * sizeof *m->best);
    for (size_t i = 0; i < m->pairs; i++) {
        struct pair *p = &m->pair[i];
        if (!p->known) p->odds = odds_of(m, p);
        p->known = true;
        prefer(m, p->a, i);
        prefer(m, p->b, i);
    }
}

/* True when anything was merged. */
static bool merge_best(struct merger *m)
{
    struct stm_blob *blob = m->f->blob;
    bool any = false;
    for (size_t i = 0; i < m->pairs; i++) {
        const struct pair *p = &m->pair[i];
        if (!(p->odds < 0) || m->best[p->a] != i + 1 || m->best[p->b] != i + 1) continue;
        stm_blob_join(m->f, &blob[p->a], &blob[p->b]);
        blob[p->b].into = p->a;
        blob[p->a].convex = stm_blob_convexity(m->f, &m->room, &blob[p->a], NULL, &m->work);
        blob[p->a].changed = any = true;
    }
    return any;
}

/* Pairs follow their blobs. */
static void relabel(struct merger *m)
{
    struct stm_blob *blob = m->f->blob;
    size_t n = 0;
    for (size_t i = 0; i < m->pairs; i++) {
        struct pair p = m->pair[i];
        const uint32_t a = blob[p.a].into, b = blob[p.b].into;
        if (a == b) continue;
        p.a = a < b ? a : b;
        p.b = a < b ? b : a;
        p.known = p.known && !blob[a].changed && !blob[b].changed;
        m->pair[n++] = p;
    }
    m->pairs = n;
    gather(m);
    for (uint32_t i = 1; i <= m->f->blobs; i++)
        blob[i].changed = false;
}

/* `into` leads to the end in one step. */
static void settle(struct stm_finder *f)
{
    for (uint32_t i = 1; i <= f->blobs; i++) {
        uint32_t to = i;
        while (f->blob[to].into != to)
            to = f->blob[to].into;
        f->blob[i].into = to;
    }
}

size_t stm_nuclei_merge_bytes(int w, int h)
{
    const size_t labels = stm_nuclei_label_room(w, h);
    return stm_arena_cost(stm_nuclei_run_room(w, h) * sizeof(struct pair)) +
           stm_arena_cost((labels + 1) * sizeof(uint32_t)) +
           2 * stm_arena_cost(2 * (size_t)h * sizeof(int32_t));
}

/* Contacts for which there is no room, one for every four pixels, are not looked at. */
bool stm_nuclei_merge(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct merger m = {
        .f = f, .capacity = stm_nuclei_run_room(f->w, f->h), .work = 64 * (int64_t)f->pieces + 1000000};
    m.pair = stm_arena_take(f->scratch, m.capacity * sizeof *m.pair, "contacts", err);
    m.best = stm_arena_take(f->scratch, ((size_t)f->blobs + 1) * sizeof *m.best, "contacts", err);
    if (!m.pair || !m.best || !stm_hull_room_take(&m.room, f, err)) return false;
    for (uint32_t i = 1; i <= f->blobs; i++)
        if (f->blob[i].area) f->blob[i].convex = stm_blob_convexity(f, &m.room, &f->blob[i], NULL, &m.work);
    for (int32_t i = 0, above = 0; i < f->pieces; i++)
        contacts_of(&m, i, &above);
    gather(&m);
    find_best(&m);
    for (int round = 0; round < ROUNDS && merge_best(&m); round++) {
        relabel(&m);
        find_best(&m);
    }
    settle(f);
    stm_arena_reset(f->scratch, mark);
    return true;
}
