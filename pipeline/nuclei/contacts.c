/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/pair.h"

#include <stdlib.h>

/* How far inside is, in units of the root of the usual area (an eighth of a diameter); at least two pixels.
 */
static const double inside_reach = 0.14;

/* Neighbouring pixels (x0 … x1 - 1, y) and the same moved by (dx, dy): part of a contact. */
struct stretch {
    int x0, x1, y, dx, dy;
};

static uint16_t light_at(const struct stm_finder *f, int x, int y)
{
    return f->light.px[y * f->light.stride + x];
}

static uint32_t label_at(const struct stm_finder *f, int x, int y)
{
    return f->labels.px[y * f->labels.stride + x];
}

static bool is_ground(const struct stm_finder *f, int x, int y)
{
    return x >= 0 && y >= 0 && x < f->w && y < f->h && !label_at(f, x, y);
}

/* Ground beside one of the two pixels, on either side of the contact. */
static bool ends_at(const struct stm_finder *f, const struct stretch *s, int x)
{
    for (int side = -1; side <= 1; side += 2) {
        const int u = x + side * (s->dx ? 0 : 1), v = s->y + side * (s->dx ? 1 : 0);
        if (is_ground(f, u, v) || is_ground(f, u + s->dx, v + s->dy)) return true;
    }
    return false;
}

static void set_end(struct stm_pair *p, int end, int32_t x, int32_t y)
{
    p->x[end] = x;
    p->y[end] = y;
    if (p->ends <= end) p->ends = end + 1;
}

static bool before(int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    return y0 < y1 || (y0 == y1 && x0 < x1);
}

static void add_end(struct stm_pair *p, int32_t x, int32_t y)
{
    if (!p->ends) {
        set_end(p, 0, x, y);
    } else if (before(x, y, p->x[0], p->y[0])) {
        if (p->ends == 1) set_end(p, 1, p->x[0], p->y[0]);
        set_end(p, 0, x, y);
    } else if (p->ends == 1 || before(p->x[1], p->y[1], x, y)) {
        set_end(p, 1, x, y);
    }
}

static int clip(int v, int n)
{
    return v < 0 ? 0 : v < n ? v : n - 1;
}

/* Light a little way inside of the blob that has pixel (x, y); there itself when that is another's. */
static uint16_t light_inside(const struct stm_finder *f, int x, int y, int dx, int dy, int reach)
{
    const int u = clip(x + reach * dx, f->w), v = clip(y + reach * dy, f->h);
    return label_at(f, u, v) == label_at(f, x, y) ? light_at(f, u, v) : light_at(f, x, y);
}

static void add_pixel(const struct stm_finder *f, struct stm_pair *p, const struct stretch *s, int x,
                      int reach)
{
    const uint16_t one = light_at(f, x, s->y), other = light_at(f, x + s->dx, s->y + s->dy);
    const uint16_t darker = one < other ? one : other;
    const uint16_t near = light_inside(f, x, s->y, -s->dx, -s->dy, reach);
    const uint16_t far = light_inside(f, x + s->dx, s->y + s->dy, s->dx, s->dy, reach);
    p->light += darker;
    if (darker > p->pass) p->pass = darker;
    p->inside += near < far ? near : far;
    p->step += (uint64_t)abs(near - far);
    if (ends_at(f, s, x)) add_end(p, x, s->y);
}

/* Contacts go on from row to row: most join the entry that the same two blobs had last. Where each is, by a
 * few bits of their numbers. */
enum { RECENT = 1024 };
struct recent {
    size_t entry[RECENT]; /* its place + 1, 0 = none */
};

static size_t *recent_of(struct recent *r, uint32_t a, uint32_t b)
{
    return &r->entry[(a * 31 + b) % RECENT];
}

static struct stm_pair *entry_of(struct stm_pairs *pairs, struct recent *r, uint32_t a, uint32_t b)
{
    size_t *const at = recent_of(r, a, b);
    struct stm_pair *p = *at ? &pairs->pair[*at - 1] : NULL;
    if (p && p->a == a && p->b == b) return p;
    if (pairs->n == pairs->room) return NULL;
    *at = pairs->n + 1;
    p = &pairs->pair[pairs->n++];
    *p = (struct stm_pair){.a = a, .b = b};
    return p;
}

static void add_contact(struct stm_pairs *pairs, struct recent *r, const struct stm_finder *f, uint32_t a,
                        uint32_t b, struct stretch s)
{
    const int reach = f->typical > 200 ? (int)(inside_reach * sqrt(f->typical)) : 2;
    if (a == b) return;
    struct stm_pair *p = entry_of(pairs, r, a < b ? a : b, a < b ? b : a);
    if (!p) return;
    p->length += s.x1 - s.x0;
    for (int x = s.x0; x < s.x1; x++)
        add_pixel(f, p, &s, x, reach);
}

/* Contacts of piece i with the one to its right and with those above; `above` walks along the row above. */
static void contacts_of(struct stm_pairs *pairs, struct recent *r, const struct stm_finder *f, int32_t i,
                        int32_t *above)
{
    const struct stm_piece *p = f->piece, *me = p + i;
    if (i + 1 < f->pieces && me[1].y == me->y && me[1].x0 == me->x1)
        add_contact(pairs, r, f, me->blob, me[1].blob, (struct stretch){me->x1 - 1, me->x1, me->y, 1, 0});
    while (p[*above].y < me->y - 1 || (p[*above].y == me->y - 1 && p[*above].x1 <= me->x0))
        ++*above;
    for (int32_t j = *above; j < i && p[j].y == me->y - 1 && p[j].x0 < me->x1; j++) {
        const int x0 = p[j].x0 > me->x0 ? p[j].x0 : me->x0, x1 = p[j].x1 < me->x1 ? p[j].x1 : me->x1;
        add_contact(pairs, r, f, p[j].blob, me->blob, (struct stretch){x0, x1, me->y, 0, -1});
    }
}

static int by_blobs(const void *x, const void *y)
{
    const struct stm_pair *p = x, *q = y;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

static void add(struct stm_pair *p, const struct stm_pair *q)
{
    p->length += q->length;
    p->light += q->light;
    p->inside += q->inside;
    p->step += q->step;
    if (q->pass > p->pass) p->pass = q->pass;
    for (int k = 0; k < q->ends; k++)
        add_end(p, q->x[k], q->y[k]);
    p->known = false;
}

/* What is made of entries of the same blobs does not depend on their order. */
void stm_pairs_gather(struct stm_pairs *pairs)
{
    struct stm_pair *const pair = pairs->pair;
    size_t n = 0;
    qsort(pair, pairs->n, sizeof *pair, by_blobs);
    for (size_t i = 0; i < pairs->n; i++)
        if (n && !by_blobs(&pair[n - 1], &pair[i]))
            add(&pair[n - 1], &pair[i]);
        else
            pair[n++] = pair[i];
    pairs->n = n;
}

void stm_pairs_collect(struct stm_pairs *pairs, const struct stm_finder *f)
{
    struct recent recent = {{0}};
    pairs->n = 0;
    for (int32_t i = 0, above = 0; i < f->pieces; i++)
        contacts_of(pairs, &recent, f, i, &above);
    stm_pairs_gather(pairs);
}
