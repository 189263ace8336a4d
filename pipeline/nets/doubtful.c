/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/doubtful.h"

#include "pipeline/nets/fine.h"

#include <stdlib.h>

/* What the networks say of an object at best, log odds and height; its pixels and the light's slopes there;
 * sides of its pixels that are on the ground and on other objects. */
struct object {
    uint64_t slope;
    uint32_t area, bare, shared;
    int16_t odds, top;
    bool cut; /* by the edge of the image */
};

/* Of objects that are as usual. */
struct usual {
    double odds, area, slope;
};

struct weighed {
    double value;
    uint32_t area;
};

static int light_at(struct stm_cu16 light, int x, int y)
{
    const uint16_t *px = light.px + STM_NET_FINE * (y * light.stride + x);
    int sum = 0;
    for (int i = 0; i < STM_NET_FINE; i++)
        for (int j = 0; j < STM_NET_FINE; j++)
            sum += px[i * light.stride + j];
    return sum;
}

/* Between the neighbours left and right and those above and below, as far as there are any. */
static uint32_t slope_at(const struct stm_net_view *v, struct stm_cu16 light, int x, int y)
{
    const int left = x > 0 ? x - 1 : x, right = x + 1 < v->w ? x + 1 : x;
    const int above = y > 0 ? y - 1 : y, below = y + 1 < v->h ? y + 1 : y;
    return (uint32_t)(abs(light_at(light, right, y) - light_at(light, left, y)) +
                      abs(light_at(light, x, below) - light_at(light, x, above)));
}

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

static void look(struct object *object, const struct stm_net_view *v, struct stm_cu16 light)
{
    for (uint32_t i = 0; i <= v->labels; i++)
        object[i] = (struct object){.odds = INT16_MIN, .top = INT16_MIN};
    for (int y = 0; y < v->h; y++) {
        const uint32_t *label = v->label.px + (y + 1) * v->label.stride + 1;
        const int16_t *odds = v->map[0].px + y * v->map[0].stride, *top = v->map[1].px + y * v->map[1].stride;
        for (int x = 0; x < v->w; x++) {
            if (!label[x]) continue;
            struct object *o = &object[label[x]];
            o->area++;
            o->slope += slope_at(v, light, x, y);
            o->odds = odds[x] > o->odds ? odds[x] : o->odds;
            o->top = top[x] > o->top ? top[x] : o->top;
            o->cut |= x == 0 || y == 0 || x + 1 == v->w || y + 1 == v->h;
        }
    }
}

static double odds_of(const struct object *o)
{
    return o->odds;
}

static double area_of(const struct object *o)
{
    return o->area;
}

static double slope_of(const struct object *o)
{
    return o->area ? (double)o->slope / o->area : 0;
}

static int by_value(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* The value of the object of 1 … n up to which half of the area of all belongs. */
static double usual_of(double (*value)(const struct object *), struct weighed *list,
                       const struct object *object, uint32_t n)
{
    uint64_t all = 0, sum = 0;
    uint32_t i = 0;
    for (uint32_t k = 1; k <= n; k++) {
        list[k - 1] = (struct weighed){value(&object[k]), object[k].area};
        all += object[k].area;
    }
    qsort(list, n, sizeof *list, by_value);
    while ((sum += list[i].area) * 2 < all)
        i++;
    return list[i].value;
}

static double share(double value, double usual)
{
    return value + usual > 0 ? value / (value + usual) : 0.5;
}

static double bare_of(const struct object *o)
{
    const uint32_t sides = o->bare + o->shared;
    return sides ? (double)o->bare / sides : 0;
}

static bool is_below(const struct object *o, const struct usual *usual, const struct stm_net_doubt *d)
{
    return o->area < d->most_area * usual->area && o->odds < d->most_odds * usual->odds &&
           o->odds < (o->cut ? d->edge_sure : d->sure) && o->top < d->most_top * STM_NET_FINER &&
           bare_of(o) >= d->least_bare;
}

static double odds_of_a_cell(const struct object *o, const struct usual *usual, const struct stm_net_doubt *d)
{
    return d->base + d->odds * (o->odds / usual->odds) +
           d->top * ((double)o->top / (STM_NET_FINER * STM_NET_HEIGHT)) +
           d->area * share(area_of(o), usual->area) + d->slope * share(slope_of(o), usual->slope) +
           d->bare * bare_of(o);
}

static bool is_doubtful(const struct object *o, const struct usual *usual, const struct stm_net_doubt *d)
{
    return is_below(o, usual, d) && odds_of_a_cell(o, usual, d) < 0;
}

/* into: the new number of each label, 0 for those that go. */
static uint32_t choose(uint32_t *into, const struct object *object, uint32_t n, const struct usual *usual,
                       const struct stm_net_doubt *doubt)
{
    uint32_t next = 0;
    into[0] = 0;
    for (uint32_t i = 1; i <= n; i++)
        into[i] = is_doubtful(&object[i], usual, doubt) ? 0 : ++next;
    return next;
}

bool stm_net_drop_doubtful(struct stm_net_view *v, struct stm_cu16 light, const struct stm_net_doubt *doubt,
                           struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch), n = v->labels;
    if (n == 0) return true;
    struct object *object = stm_arena_take(v->scratch, (n + 1) * sizeof *object, "objects", err);
    struct weighed *list = stm_arena_take(v->scratch, n * sizeof *list, "objects", err);
    uint32_t *into = stm_arena_take(v->scratch, (n + 1) * sizeof *into, "labels", err);
    if (!object || !list || !into) return false;
    look(object, v, light);
    look_at_sides(object, v);
    const struct usual usual = {usual_of(odds_of, list, object, v->labels),
                                usual_of(area_of, list, object, v->labels),
                                usual_of(slope_of, list, object, v->labels)};
    v->labels = choose(into, object, v->labels, &usual, doubt);
    for (size_t i = 0; i < (size_t)v->label.stride * (size_t)v->label.h; i++)
        v->label.px[i] = into[v->label.px[i]];
    stm_arena_reset(v->scratch, mark);
    return true;
}

size_t stm_net_doubtful_bytes(int w, int h)
{
    const size_t n = stm_net_view_most(w, h) + 1;
    return stm_arena_cost(n * sizeof(struct object)) + stm_arena_cost(n * sizeof(struct weighed)) +
           stm_arena_cost(n * sizeof(uint32_t));
}
