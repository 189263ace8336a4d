/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/objects.h"

#include "kernels/kernels.h"
#include "kernels/resample.h"
#include "kernels/watershed.h"

#include <stdlib.h>
#include <string.h>

size_t stm_net_view_most(int w, int h)
{
    return (size_t)w * (size_t)h / 16 + 64;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t stm_net_view_bytes(int w, int h)
{
    const size_t all = (size_t)stm_net_padded(w) * (size_t)stm_net_padded(h),
                 framed = (size_t)(w + 2) * (size_t)(h + 2);
    return STM_NET_OUTPUTS * stm_arena_cost(all * 2) + stm_arena_cost(framed * 4);
}

size_t stm_net_view_working_bytes(int w, int h, int full_w)
{
    const size_t framed = (size_t)(w + 2) * (size_t)(h + 2);
    const size_t parting = stm_arena_cost(framed * 2) +
                           stm_arena_cost(stm_net_view_most(w, h) * sizeof(struct stm_seed)) +
                           stm_arena_cost(stm_watershed_scratch(w + 2, h + 2, STM_NET_HEIGHT + 1));
    return most(parting, most(stm_arena_cost((stm_net_view_most(w, h) + 1) * 4),
                              stm_arena_cost((size_t)full_w * sizeof(struct stm_tap)) +
                                  2 * stm_arena_cost((size_t)full_w * sizeof(uint32_t))));
}

bool stm_net_view_take(struct stm_net_view *v, int w, int h, struct stm_error *err)
{
    const int pw = stm_net_padded(w), ph = stm_net_padded(h);
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

/* The height under a Gaussian of half a pixel (27, 202, 27 of 256), as heights 1 … STM_NET_HEIGHT + 1. */
static uint16_t height_at(struct stm_s16 map, int w, int h, int x, int y)
{
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

static void landscape(const struct stm_net_view *v, struct stm_u16 level, int least_odds)
{
    memset(level.px, 0, (size_t)level.stride * (size_t)level.h * sizeof *level.px);
    for (int y = 0; y < v->h; y++) {
        const int16_t *odds = v->map[0].px + y * v->map[0].stride;
        uint16_t *row = level.px + (y + 1) * level.stride + 1;
        for (int x = 0; x < v->w; x++)
            if (odds[x] > least_odds) row[x] = height_at(v->map[1], v->w, v->h, x, y);
    }
}

static void plant(struct stm_net_view *v, const struct stm_seed *seed, size_t n, int top)
{
    memset(v->label.px, 0, (size_t)v->label.stride * (size_t)v->label.h * sizeof *v->label.px);
    v->labels = 0;
    for (size_t i = 0; i < n; i++)
        if (seed[i].level >= top) v->label.px[seed[i].y * v->label.stride + seed[i].x] = ++v->labels;
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
    landscape(v, level, limits->odds);
    const struct stm_cu16 heights = STM_CONST(level);
    const size_t n =
        stm_seeds(v->kernels, seed, room, heights, (uint16_t)limits->rise, STM_NET_HEIGHT + 1, flood);
    plant(v, seed, n < room ? n : room, limits->top);
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

bool stm_net_view_usual(const struct stm_net_view *v, uint32_t *usual, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch), n = (size_t)v->labels + 1;
    uint32_t *area = stm_arena_take(v->scratch, n * sizeof *area, "areas", err);
    if (!area) return false;
    memset(area, 0, n * sizeof *area);
    for (size_t i = 0; i < (size_t)v->label.stride * (size_t)v->label.h; i++)
        area[v->label.px[i]]++;
    *usual = v->labels ? stm_net_median(area + 1, v->labels) : 0;
    stm_arena_reset(v->scratch, mark);
    return true;
}

/* Where labels meet: the log odds between pixels decide whether it is an object, the greatest part of the
 * pixels around which. */
static uint32_t vote(const struct stm_net_view *v, const struct stm_tap *tx, const struct stm_tap *ty,
                     int odds_limit)
{
    uint32_t name[32];
    uint64_t votes[32];
    int64_t odds = 0;
    int n = 0, best = -1;
    for (int j = 0; j < ty->count; j++)
        for (int i = 0, k; i < tx->count; i++) {
            const uint64_t weight = (uint64_t)stm_tap_weight(tx, i) * stm_tap_weight(ty, j);
            const int x = tx->first + i, y = ty->first + j;
            const uint32_t label = v->label.px[(y + 1) * v->label.stride + x + 1];
            odds += (int64_t)weight * (v->map[0].px[y * v->map[0].stride + x] - odds_limit);
            for (k = 0; k < n && name[k] != label;)
                k++;
            if (!label || k == 32) continue;
            if (k == n) votes[n++] = 0;
            name[k] = label;
            votes[k] += weight;
        }
    for (int k = 0; k < n && odds > 0; k++)
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

bool stm_net_view_enlarge(const struct stm_net_view *v, struct stm_u32 labels, int odds,
                          struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch);
    struct plain p = {.n = 0};
    struct stm_tap *tap = stm_arena_take(v->scratch, (size_t)labels.w * sizeof *tap, "columns", err);
    if (!tap || !take_plain(&p, labels.w, v->scratch, err)) return false;
    const bool grows = v->w <= labels.w && v->h <= labels.h; /* then two columns and rows, at most, count */
    for (int x = 0; x < labels.w; x++)
        tap[x] = stm_tap(v->w, labels.w, x);
    for (int y = 0, first = -1, count = 0; y < labels.h; y++) {
        const struct stm_tap rows = stm_tap(v->h, labels.h, y);
        uint32_t *row = labels.px + y * labels.stride;
        for (int x = 0; x < labels.w && !grows; x++)
            row[x] = label_at(v, &tap[x], &rows, odds);
        if (!grows) continue;
        if (rows.first != first || rows.count != count) find_plain(&p, v, tap, labels.w, &rows);
        first = rows.first, count = rows.count;
        memcpy(row, p.label, (size_t)labels.w * sizeof *row);
        for (int i = 0; i < p.n; i++)
            row[p.mixed[i]] = vote(v, &tap[p.mixed[i]], &rows, odds);
    }
    stm_arena_reset(v->scratch, mark);
    return true;
}
