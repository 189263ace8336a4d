/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/doubtful.h"

#include <stdlib.h>
#include <string.h>

enum { SHARE = 16384 / STM_NET_HEIGHT }; /* the map's heights are this much finer */

/* What the networks say of an object at best, log odds and height; sides of its pixels that are on the ground
 * and on other objects. */
struct object {
    uint32_t area, label, bare, shared;
    int16_t odds, top;
};

static void note_side(struct object *object, uint32_t a, uint32_t b)
{
    if (a == b) return;
    if (a) (b ? object[a].shared++ : object[a].bare++);
    if (b) (a ? object[b].shared++ : object[b].bare++);
}

/* Between the pixels of the view; where the image ends, nothing is known. */
static void look_at_sides(struct object *object, const struct stm_net_view *v)
{
    for (int y = 0; y < v->h; y++) {
        const uint32_t *label = v->label.px + (y + 1) * v->label.stride + 1, *below = label + v->label.stride;
        for (int x = 0; x < v->w; x++) {
            if (x + 1 < v->w) note_side(object, label[x], label[x + 1]);
            if (y + 1 < v->h) note_side(object, label[x], below[x]);
        }
    }
}

static void look(struct object *object, const struct stm_net_view *v)
{
    for (uint32_t i = 0; i <= v->labels; i++)
        object[i] = (struct object){.label = i, .odds = INT16_MIN, .top = INT16_MIN};
    for (int y = 0; y < v->h; y++) {
        const uint32_t *label = v->label.px + (y + 1) * v->label.stride + 1;
        const int16_t *odds = v->map[0].px + y * v->map[0].stride, *top = v->map[1].px + y * v->map[1].stride;
        for (int x = 0; x < v->w; x++) {
            struct object *o = &object[label[x]];
            o->area++;
            o->odds = odds[x] > o->odds ? odds[x] : o->odds;
            o->top = top[x] > o->top ? top[x] : o->top;
        }
    }
}

static int by_odds(const void *a, const void *b)
{
    const struct object *x = a, *y = b;
    if (x->odds != y->odds) return x->odds < y->odds ? -1 : 1;
    return (x->label > y->label) - (x->label < y->label);
}

/* Log odds of the object of n > 0 up to which half of the area of all belongs; sorts. */
static int16_t usual_odds(struct object *object, size_t n)
{
    uint64_t all = 0, sum = 0;
    size_t i = 0;
    qsort(object, n, sizeof *object, by_odds);
    for (size_t k = 0; k < n; k++)
        all += object[k].area;
    while ((sum += object[i].area) * 2 < all)
        i++;
    return object[i].odds;
}

/* The same of their areas. */
static uint32_t usual_area(uint32_t *area, const struct object *object, size_t n)
{
    for (size_t i = 0; i < n; i++)
        area[i] = object[i].area;
    return stm_net_median_of_cover(area, n);
}

static bool is_doubtful(const struct object *o, const struct object *usual,
                        const struct stm_net_doubt *limits)
{
    return o->area < usual->area && o->odds < limits->odds * usual->odds && o->odds < limits->sure &&
           o->top < limits->top * SHARE && o->bare >= limits->bare * (o->bare + o->shared);
}

/* into: the new number of each label, 0 for those that go. */
static uint32_t choose(uint32_t *into, const struct object *object, uint32_t n, const struct object *usual,
                       const struct stm_net_doubt *limits)
{
    uint32_t next = 0;
    for (uint32_t i = 1; i <= n; i++)
        into[i] = is_doubtful(&object[i], usual, limits) ? 0 : ++next;
    return next;
}

bool stm_net_drop_doubtful(struct stm_net_view *v, const struct stm_net_doubt *limits, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch), n = v->labels;
    if (n == 0) return true;
    struct object *object = stm_arena_take(v->scratch, (n + 1) * sizeof *object, "objects", err);
    struct object *sorted = stm_arena_take(v->scratch, (n + 1) * sizeof *sorted, "objects", err);
    uint32_t *into = stm_arena_take(v->scratch, (n + 1) * sizeof *into, "labels", err);
    if (!object || !sorted || !into) return false;
    look(object, v);
    look_at_sides(object, v);
    memcpy(sorted, object + 1, n * sizeof *sorted);
    const struct object usual = {.odds = usual_odds(sorted, n), .area = usual_area(into, sorted, n)};
    into[0] = 0;
    v->labels = choose(into, object, v->labels, &usual, limits);
    for (size_t i = 0; i < (size_t)v->label.stride * (size_t)v->label.h; i++)
        v->label.px[i] = into[v->label.px[i]];
    stm_arena_reset(v->scratch, mark);
    return true;
}

size_t stm_net_doubtful_bytes(int w, int h)
{
    const size_t n = stm_net_view_most(w, h) + 1;
    return 2 * stm_arena_cost(n * sizeof(struct object)) + stm_arena_cost(n * sizeof(uint32_t));
}
