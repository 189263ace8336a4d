/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/objects.h"

#include "kernels/kernels.h"
#include "kernels/resample.h"
#include "kernels/watershed.h"
#include "pipeline/core/team.h"

#include <stdlib.h>
#include <string.h>

size_t stm_net_view_most(int w, int h)
{
    return (size_t)w * (size_t)h / 16 + 64;
}

size_t stm_net_view_bytes(int w, int h)
{
    const size_t all = (size_t)stm_net_padded(w, STM_NET_MULTIPLE) *
                       (size_t)stm_net_padded(h, STM_NET_MULTIPLE),
                 framed = (size_t)(w + 2) * (size_t)(h + 2);
    return STM_NET_OUTPUTS * stm_arena_cost(all * 2) + stm_arena_cost(framed * 4);
}

size_t stm_net_view_working_bytes(int w, int h, int full_w)
{
    const size_t framed = (size_t)(w + 2) * (size_t)(h + 2);
    const size_t parting = stm_arena_cost(framed * 2) +
                           stm_arena_cost(stm_net_view_most(w, h) * sizeof(struct stm_seed)) +
                           stm_arena_cost(stm_watershed_scratch(w + 2, h + 2, STM_NET_HEIGHT + 1));
    return stm_arena_most(parting, stm_arena_most(stm_arena_cost((stm_net_view_most(w, h) + 1) * 4),
                                                  stm_arena_cost((size_t)full_w * sizeof(struct stm_tap)) +
                                                      2 * stm_arena_cost((size_t)full_w * sizeof(uint32_t))));
}

bool stm_net_view_take(struct stm_net_view *v, int w, int h, struct stm_error *err)
{
    const int pw = stm_net_padded(w, STM_NET_MULTIPLE), ph = stm_net_padded(h, STM_NET_MULTIPLE);
    v->w = w;
    v->h = h;
    for (int i = 0; i < STM_NET_OUTPUTS; i++) {
        void *px = stm_arena_take(v->scratch, (size_t)pw * (size_t)ph * 2, "a map", err);
        if (!px) return false;
        v->map[i] = (struct stm_s16){px, pw, pw, ph};
    }
    v->label.px = stm_arena_take(v->scratch, (size_t)(w + 2) * (size_t)(h + 2) * 4, "labels", err);
    v->label.stride = v->label.w = w + 2;
    v->label.h = h + 2;
    return v->label.px != NULL;
}

/* A Gaussian of half a pixel is 27, 202, 27 of 256. */
uint16_t stm_net_view_height(const struct stm_net_view *v, int x, int y)
{
    const struct stm_s16 map = v->map[1];
    const int w = v->w, h = v->h;
    const int left = x > 0 ? x - 1 : 0, right = x + 1 < w ? x + 1 : x;
    int sum = 0;
    for (int i = -1; i <= 1; i++) {
        const int row = y + i < 0 ? 0 : y + i < h ? y + i : h - 1;
        const int16_t *px = map.px + row * map.stride;
        const int across = 27 * (px[left] + px[right]) + 202 * px[x];
        sum += (across >> 4) * (i ? 27 : 202);
    }
    const int height = sum >> 16; /* 14 bits of fraction, 16 of the weights, 4 gone: 10 left */
    return (uint16_t)(1 + (height < 0 ? 0 : height < STM_NET_HEIGHT ? height : STM_NET_HEIGHT));
}

struct landscape {
    const struct stm_net_view *v;
    struct stm_u16 level; /* with a border of zeros */
    int least_odds;
};

static bool make_landscape(void *context, struct stm_arena *unused, int y0, int y1, struct stm_error *err)
{
    const struct landscape *const l = context;
    const struct stm_net_view *const v = l->v;
    (void)unused, (void)err;
    for (int y = y0; y < y1; y++) {
        uint16_t *row = l->level.px + y * l->level.stride;
        memset(row, 0, (size_t)l->level.w * sizeof *row);
        if (y == 0 || y > v->h) continue;
        const int16_t *odds = v->map[0].px + (y - 1) * v->map[0].stride;
        for (int x = 0; x < v->w; x++)
            if (odds[x] > l->least_odds) row[x + 1] = stm_net_view_height(v, x, y - 1);
    }
    return true;
}

/* Of an object that may go on beyond the image: the highest that is seen of it is within this many pixels of
 * the edge. */
enum { AT_EDGE = 3 };

static bool is_at_edge(const struct stm_net_view *v, const struct stm_seed *s)
{
    const int x = s->x - 1, y = s->y - 1; /* without the border */
    return x < AT_EDGE || y < AT_EDGE || x >= v->w - AT_EDGE || y >= v->h - AT_EDGE;
}

static bool is_top(const struct stm_net_view *v, const struct stm_seed *s, const struct stm_net_limits *l)
{
    return s->level >= l->top && s->rise >= (is_at_edge(v, s) ? l->edge_rise : l->rise);
}

static void plant(struct stm_net_view *v, const struct stm_seed *seed, size_t n,
                  const struct stm_net_limits *limits)
{
    memset(v->label.px, 0, (size_t)v->label.stride * (size_t)v->label.h * sizeof *v->label.px);
    v->labels = 0;
    for (size_t i = 0; i < n; i++)
        if (is_top(v, &seed[i], limits)) v->label.px[seed[i].y * v->label.stride + seed[i].x] = ++v->labels;
}

bool stm_net_view_part(struct stm_net_view *v, const struct stm_net_limits *limits, struct stm_error *err)
{
    const size_t room = stm_net_view_most(v->w, v->h), mark = stm_arena_mark(v->scratch);
    const size_t bytes = stm_watershed_scratch(v->w + 2, v->h + 2, STM_NET_HEIGHT + 1);
    const struct stm_u16 level = {
        stm_arena_take(v->scratch, (size_t)(v->w + 2) * (size_t)(v->h + 2) * 2, "a landscape", err), v->w + 2,
        v->w + 2, v->h + 2};
    struct stm_seed *seed = stm_arena_take(v->scratch, room * sizeof *seed, "seeds", err);
    void *flood = stm_arena_take(v->scratch, bytes, "a watershed", err);
    if (!level.px || !seed || !flood) return false;
    struct landscape land = {v, level, limits->odds};
    if (!stm_team_bands(v->scratch, level.h, 0, &land, make_landscape, err)) return false;
    const struct stm_cu16 heights = STM_CONST(level);
    const int rise = limits->rise < limits->edge_rise ? limits->rise : limits->edge_rise;
    const size_t n = stm_seeds(v->kernels, seed, room, heights, (uint16_t)rise, STM_NET_HEIGHT + 1, flood);
    plant(v, seed, n < room ? n : room, limits);
    stm_watershed(v->label, heights, STM_NET_HEIGHT + 1, flood);
    stm_arena_reset(v->scratch, mark);
    return true;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

uint32_t stm_net_median(uint32_t *value, size_t n)
{
    qsort(value, n, sizeof *value, by_size);
    return value[n / 2];
}

uint32_t stm_net_median_of_cover(uint32_t *area, size_t n)
{
    uint64_t all = 0, sum = 0;
    qsort(area, n, sizeof *area, by_size);
    for (size_t i = 0; i < n; i++)
        all += area[i];
    for (size_t i = 0; i < n; i++)
        if ((sum += area[i]) * 2 >= all) return area[i];
    return 0;
}

bool stm_net_view_usual(const struct stm_net_view *v, stm_net_median_fn *median, uint32_t *usual,
                        struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch), n = (size_t)v->labels + 1;
    uint32_t *area = stm_arena_take(v->scratch, n * sizeof *area, "areas", err);
    if (!area) return false;
    memset(area, 0, n * sizeof *area);
    for (size_t i = 0; i < (size_t)v->label.stride * (size_t)v->label.h; i++)
        area[v->label.px[i]]++;
    *usual = v->labels ? median(area + 1, v->labels) : 0;
    stm_arena_reset(v->scratch, mark);
    return true;
}

/* Log odds between the pixels of the view, times the sum of the weights; `odds` are those of the first. */
static int64_t odds_between(const int16_t *odds, ptrdiff_t stride, const struct stm_tap *tx,
                            const struct stm_tap *ty, int limit)
{
    int64_t sum = 0;
    for (int j = 0; j < ty->count; j++, odds += stride)
        for (int i = 0; i < tx->count; i++)
            sum += (int64_t)((uint64_t)stm_tap_weight(tx, i) * stm_tap_weight(ty, j)) * (odds[i] - limit);
    return sum;
}

/* Where labels meet: the log odds between pixels decide whether it is an object, the greatest part of the
 * pixels around which. */
static uint32_t vote(const struct stm_net_view *v, const struct stm_tap *tx, const struct stm_tap *ty,
                     int odds_limit)
{
    uint32_t name[32];
    uint64_t votes[32];
    int n = 0, best = -1;
    const struct stm_s16 map = v->map[0];
    if (odds_between(map.px + ty->first * map.stride + tx->first, map.stride, tx, ty, odds_limit) <= 0)
        return 0;
    for (int j = 0; j < ty->count; j++)
        for (int i = 0, k; i < tx->count; i++) {
            const int x = tx->first + i, y = ty->first + j;
            const uint32_t label = v->label.px[(y + 1) * v->label.stride + x + 1];
            for (k = 0; k < n && name[k] != label;)
                k++;
            if (!label || k == 32) continue;
            if (k == n) votes[n++] = 0;
            name[k] = label;
            votes[k] += (uint64_t)stm_tap_weight(tx, i) * stm_tap_weight(ty, j);
        }
    for (int k = 0; k < n; k++)
        if (best < 0 || votes[k] > votes[best]) best = k;
    return best < 0 ? 0 : name[best];
}

static uint32_t label_at(const struct stm_net_view *v, const struct stm_tap *tx, const struct stm_tap *ty,
                         int odds)
{
    const uint32_t *px = v->label.px + (ty->first + 1) * v->label.stride + tx->first + 1;
    bool same = true;
    for (int j = 0; j < ty->count; j++)
        for (int i = 0; i < tx->count; i++)
            same &= px[j * v->label.stride + i] == *px;
    return same ? *px : vote(v, tx, ty, odds);
}

/* A row at full size as far as nothing has to be weighed: pixels between which all of the view has one label.
 * `mixed` lists the others. Rows between the same two of the view share it. */
struct plain {
    uint32_t *label;
    int32_t *mixed, n;
};

static void find_plain(struct plain *p, const struct stm_net_view *v, const struct stm_tap *tap, int w,
                       const struct stm_tap *rows)
{
    const uint32_t *a = v->label.px + (rows->first + 1) * v->label.stride + 1,
                   *b = a + (rows->count - 1) * v->label.stride;
    p->n = 0;
    for (int x = 0; x < w; x++) {
        const int i = tap[x].first, j = i + tap[x].count - 1;
        p->label[x] = a[i];
        if (a[i] != a[j] || a[i] != b[i] || a[i] != b[j]) p->mixed[p->n++] = x;
    }
}

static bool take_plain(struct plain *p, int w, struct stm_arena *scratch, struct stm_error *err)
{
    p->label = stm_arena_take(scratch, (size_t)w * sizeof *p->label, "labels", err);
    p->mixed = stm_arena_take(scratch, (size_t)w * sizeof *p->mixed, "labels", err);
    return p->label && p->mixed;
}

struct enlarged {
    const struct stm_net_view *v;
    struct stm_u32 labels;
    const struct stm_tap *tap; /* of each column */
    int odds;
};

static void enlarge_row(const struct enlarged *e, uint32_t *row, struct plain *p, const struct stm_tap *rows)
{
    memcpy(row, p->label, (size_t)e->labels.w * sizeof *row);
    for (int i = 0; i < p->n; i++)
        row[p->mixed[i]] = vote(e->v, &e->tap[p->mixed[i]], rows, e->odds);
}

static bool enlarge_band(void *context, struct stm_arena *arena, int y0, int y1, struct stm_error *err)
{
    const struct enlarged *const e = context;
    const struct stm_net_view *const v = e->v;
    const int w = e->labels.w, h = e->labels.h;
    const bool grows = v->w <= w && v->h <= h; /* then two columns and rows, at most, count */
    const size_t mark = stm_arena_mark(arena);
    struct plain p = {.n = 0};
    if (!take_plain(&p, w, arena, err)) return false;
    for (int y = y0, first = -1, count = 0; y < y1; y++) {
        const struct stm_tap rows = stm_tap(v->h, h, y);
        uint32_t *row = e->labels.px + y * e->labels.stride;
        for (int x = 0; x < w && !grows; x++)
            row[x] = label_at(v, &e->tap[x], &rows, e->odds);
        if (!grows) continue;
        if (rows.first != first || rows.count != count) find_plain(&p, v, e->tap, w, &rows);
        first = rows.first, count = rows.count;
        enlarge_row(e, row, &p, &rows);
    }
    stm_arena_reset(arena, mark);
    return true;
}

static size_t plain_bytes(int w)
{
    return stm_arena_cost((size_t)w * sizeof(uint32_t)) + stm_arena_cost((size_t)w * sizeof(int32_t));
}

bool stm_net_view_enlarge(const struct stm_net_view *v, struct stm_u32 labels, int odds,
                          struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch);
    struct stm_tap *tap = stm_arena_take(v->scratch, (size_t)labels.w * sizeof *tap, "columns", err);
    if (!tap) return false;
    for (int x = 0; x < labels.w; x++)
        tap[x] = stm_tap(v->w, labels.w, x);
    struct enlarged e = {v, labels, tap, odds};
    if (!stm_team_bands(v->scratch, labels.h, plain_bytes(labels.w), &e, enlarge_band, err)) return false;
    stm_arena_reset(v->scratch, mark);
    return true;
}
