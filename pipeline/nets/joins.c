/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/joins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of contacts between n parts at most 3 n are of different pairs, as on any map; twice that many are
 * collected before the same ones are put together. */
enum { ROUNDS = 40, CONTACTS = 6 };

struct part {
    int64_t area, sx, sy, sxx, sxy, syy;
    uint32_t into;
    int16_t top; /* of the map, which is finer than heights are */
    bool changed;
};

struct contact {
    uint32_t a, b; /* a < b */
    uint16_t pass;
    bool known; /* odds are those of the parts as they are */
    double odds;
};

struct joiner {
    struct part *part;
    struct contact *contact;
    uint32_t *best; /* of each part: its best contact + 1, 0 = none */
    size_t n, room; /* contacts */
    uint32_t parts;
    double usual; /* area */
};

static void measure(struct joiner *j, const struct stm_net_view *v)
{
    memset(j->part, 0, ((size_t)j->parts + 1) * sizeof *j->part);
    for (uint32_t i = 0; i <= j->parts; i++)
        j->part[i].into = i;
    for (int64_t y = 0; y < v->h; y++)
        for (int64_t x = 0; x < v->w; x++) {
            struct part *p = &j->part[v->label.px[(y + 1) * v->label.stride + x + 1]];
            const int16_t height = v->map[1].px[y * v->map[1].stride + x];
            p->area++;
            p->top = height > p->top ? height : p->top;
            p->sx += x;
            p->sy += y;
            p->sxx += x * x;
            p->sxy += x * y;
            p->syy += y * y;
        }
}

/* Larger over smaller axis of the ellipse with the same second moments. */
static double aspect_of(const struct part *p)
{
    const double n = (double)p->area, mx = (double)p->sx / n, my = (double)p->sy / n;
    const double xx = (double)p->sxx / n - mx * mx + 1.0 / 12, yy = (double)p->syy / n - my * my + 1.0 / 12;
    const double xy = (double)p->sxy / n - mx * my, half = (xx + yy) / 2;
    const double root = sqrt((xx - yy) * (xx - yy) / 4 + xy * xy), least = half - root;
    return sqrt((half + root) / (least > 1e-3 ? least : 1e-3));
}

static int by_parts(const void *x, const void *y)
{
    const struct contact *p = x, *q = y;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* One contact for each two parts, with the highest pass. */
static void gather(struct joiner *j)
{
    struct contact *const c = j->contact;
    size_t n = 0;
    qsort(c, j->n, sizeof *c, by_parts);
    for (size_t i = 0; i < j->n; i++) {
        if (!n || by_parts(&c[n - 1], &c[i])) {
            c[n++] = c[i];
            continue;
        }
        if (c[i].pass > c[n - 1].pass) c[n - 1].pass = c[i].pass;
        c[n - 1].known = false;
    }
    j->n = n;
}

static void touch(struct joiner *j, uint32_t a, uint32_t b, uint16_t pass)
{
    if (a == b || !a || !b) return;
    if (a > b) {
        const uint32_t swap = a;
        a = b, b = swap;
    }
    struct contact *last = j->n ? &j->contact[j->n - 1] : NULL;
    if (last && last->a == a && last->b == b) {
        if (pass > last->pass) last->pass = pass;
        return;
    }
    if (j->n == j->room) gather(j);
    if (j->n < j->room) j->contact[j->n++] = (struct contact){.a = a, .b = b, .pass = pass};
}

static uint16_t lower(uint16_t a, uint16_t b)
{
    return a < b ? a : b;
}

static void collect(struct joiner *j, const struct stm_net_view *v)
{
    for (int y = 0; y < v->h; y++) {
        const uint32_t *label = v->label.px + (y + 1) * v->label.stride + 1, *below = label + v->label.stride;
        for (int x = 0; x < v->w; x++) {
            const bool right = x + 1 < v->w && label[x + 1] && label[x + 1] != label[x],
                       down = y + 1 < v->h && below[x] && below[x] != label[x];
            if (!label[x] || !(right || down)) continue;
            const uint16_t here = stm_net_view_height(v, x, y);
            if (right) touch(j, label[x], label[x + 1], lower(here, stm_net_view_height(v, x + 1, y)));
            if (down) touch(j, label[x], below[x], lower(here, stm_net_view_height(v, x, y + 1)));
        }
    }
    gather(j);
}

static void weigh(struct joiner *j, struct contact *c, const struct stm_net_joins *joins)
{
    const struct part *a = &j->part[c->a], *b = &j->part[c->b], *small = a->area < b->area ? a : b;
    c->odds = joins->base + joins->pass * ((double)c->pass / STM_NET_HEIGHT) +
              joins->small * ((double)small->area / j->usual) + joins->slim * aspect_of(small);
    c->known = true;
}

static void prefer(struct joiner *j, uint32_t part, size_t contact)
{
    const uint32_t best = j->best[part];
    if (!best || j->contact[contact].odds > j->contact[best - 1].odds) j->best[part] = (uint32_t)contact + 1;
}

static void find_best(struct joiner *j, const struct stm_net_joins *joins)
{
    memset(j->best, 0, ((size_t)j->parts + 1) * sizeof *j->best);
    for (size_t i = 0; i < j->n; i++) {
        struct contact *c = &j->contact[i];
        if (!c->known) weigh(j, c, joins);
        prefer(j, c->a, i);
        prefer(j, c->b, i);
    }
}

static void swallow(struct part *a, struct part *b, uint32_t name)
{
    a->area += b->area;
    a->sx += b->sx;
    a->sy += b->sy;
    a->sxx += b->sxx;
    a->sxy += b->sxy;
    a->syy += b->syy;
    a->top = a->top > b->top ? a->top : b->top;
    b->into = name;
    a->changed = true;
}

/* Each part with the one that fits it best, if it fits that one best, too. True when anything was joined. */
static bool join_best(struct joiner *j)
{
    bool any = false;
    for (size_t i = 0; i < j->n; i++) {
        const struct contact *c = &j->contact[i];
        if (!(c->odds > 0) || j->best[c->a] != i + 1 || j->best[c->b] != i + 1) continue;
        swallow(&j->part[c->a], &j->part[c->b], c->a);
        any = true;
    }
    return any;
}

/* Contacts follow their parts. */
static void follow(struct joiner *j)
{
    size_t n = 0;
    for (size_t i = 0; i < j->n; i++) {
        struct contact c = j->contact[i];
        const uint32_t a = j->part[c.a].into, b = j->part[c.b].into;
        if (a == b) continue;
        c.a = a < b ? a : b;
        c.b = a < b ? b : a;
        c.known = c.known && !j->part[a].changed && !j->part[b].changed;
        j->contact[n++] = c;
    }
    j->n = n;
    gather(j);
    for (uint32_t i = 1; i <= j->parts; i++)
        j->part[i].changed = false;
}

/* Whole objects get the numbers 1 … v->labels in the order of their first parts. */
static void rename_parts(struct stm_net_view *v, struct joiner *j, int top)
{
    uint32_t *const name = j->best;
    v->labels = 0;
    name[0] = 0;
    for (uint32_t i = 1; i <= j->parts; i++) /* a part goes into an earlier one */
        name[i] = j->part[i].into != i                    ? name[j->part[i].into]
                  : j->part[i].top >= top * STM_NET_FINER ? ++v->labels
                                                          : 0;
    for (size_t i = 0; i < (size_t)v->label.stride * (size_t)v->label.h; i++)
        v->label.px[i] = name[v->label.px[i]];
}

static double usual_area(struct joiner *j)
{
    for (uint32_t i = 1; i <= j->parts; i++)
        j->best[i - 1] = (uint32_t)j->part[i].area;
    return stm_net_median_of_cover(j->best, j->parts);
}

bool stm_net_view_join(struct stm_net_view *v, const struct stm_net_joins *joins, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch), n = (size_t)v->labels + 1;
    struct joiner j = {.parts = v->labels, .room = CONTACTS * n};
    if (!v->labels) return true;
    j.part = stm_arena_take(v->scratch, n * sizeof *j.part, "parts", err);
    j.contact = stm_arena_take(v->scratch, j.room * sizeof *j.contact, "contacts", err);
    j.best = stm_arena_take(v->scratch, n * sizeof *j.best, "contacts", err);
    if (!j.part || !j.contact || !j.best) return false;
    measure(&j, v);
    j.usual = usual_area(&j);
    collect(&j, v);
    find_best(&j, joins);
    for (int round = 0; round < ROUNDS && join_best(&j); round++) {
        follow(&j);
        find_best(&j, joins);
    }
    rename_parts(v, &j, joins->top);
    stm_arena_reset(v->scratch, mark);
    return true;
}

size_t stm_net_view_join_bytes(int w, int h)
{
    const size_t n = stm_net_view_most(w, h) + 1;
    return stm_arena_cost(n * sizeof(struct part)) + stm_arena_cost(CONTACTS * n * sizeof(struct contact)) +
           stm_arena_cost(n * sizeof(uint32_t));
}
