/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/nuclei_net.h"

#include "kernels/kernels.h"
#include "kernels/resample.h"
#include "kernels/watershed.h"
#include "pipeline/nets/net.h"
#include "pipeline/nets/normalise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Nuclei are 14 pixels wide where the network works (it was trained around 16; 14 was best on annotated
 * fields). Images smaller than LARGE pixels may grow to that size on the way there, larger ones do not grow:
 * that bounds memory. */
static const double canonical = 14, least_factor = 0.2, greatest_factor = 2.5;
enum { LARGE = 1 << 22, LEAST_SIDE = 8 };

/* A pixel is in a nucleus when its log odds are above -1/4 (in 1/256). Heights of the landscape in 1/1024 of
 * the distance map: a top counts that is at least 0.39 high and 0.24 above its passes. */
enum { LEAST_ODDS = -64, LANDSCAPE = 1024, LEAST_RISE = 250, LEAST_TOP = 400 };

struct view {
    const struct stm_kernels *kernels;
    struct stm_arena *scratch;
    int w, h; /* at working scale */
    uint8_t (*input)[4];
    struct stm_u16 light;
    struct stm_s16 map[STM_NET_OUTPUTS]; /* padded to multiples */
    struct stm_u32 label;                /* with a border of one pixel */
    uint32_t labels;
};

static int padded(int n)
{
    return (n + STM_NET_MULTIPLE - 1) / STM_NET_MULTIPLE * STM_NET_MULTIPLE;
}

static int side(int n, double factor)
{
    const int scaled = (int)(n * factor + 0.5);
    return scaled < LEAST_SIDE ? LEAST_SIDE : scaled;
}

static double most_factor(int w, int h)
{
    const double area = (double)w * h, room = area < LARGE ? sqrt(LARGE / area) : 1;
    return room < greatest_factor ? room : greatest_factor;
}

static double factor_for(double diameter, int w, int h)
{
    const double f = canonical / diameter, most = most_factor(w, h);
    return f < least_factor ? least_factor : f > most ? most : f;
}

static size_t seed_room(int w, int h)
{
    return (size_t)w * (size_t)h / 16 + 64;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t bytes_at(int w, int h, int full_w)
{
    const size_t inside = (size_t)w * (size_t)h, framed = (size_t)(w + 2) * (size_t)(h + 2);
    const size_t all = (size_t)padded(w) * (size_t)padded(h);
    const size_t light = stm_arena_cost(inside * 2) + stm_arena_cost(STM_NET_LEVELS * 4);
    const size_t seeing =
        most(most(stm_arena_cost(stm_resample_scratch(w)), stm_arena_cost(stm_net_normalise_scratch())),
             stm_net_scratch(&stm_net_nuclei, padded(w), padded(h)));
    const size_t parting = stm_arena_cost(framed * 2) +
                           stm_arena_cost(seed_room(w, h) * sizeof(struct stm_seed)) +
                           stm_arena_cost(stm_watershed_scratch(w + 2, h + 2, LANDSCAPE + 1));
    const size_t after = most(stm_arena_cost((seed_room(w, h) + 1) * 4),
                              stm_arena_cost((size_t)full_w * sizeof(struct stm_tap)));
    return 2 * stm_arena_cost(all * 2) + stm_arena_cost(framed * 4) + light +
           most(most(seeing, parting), after);
}

size_t stm_nuclei_net_scratch(int w, int h)
{
    const double f = most_factor(w, h);
    return bytes_at(side(w, f), side(h, f), w);
}

/* Mirrored at the last pixel. */
static int mirrored(int i, int n)
{
    return i < n ? i : 2 * (n - 1) - i;
}

static void input_row(void *from, uint8_t *row, int y)
{
    const struct view *v = from;
    const uint16_t *px = v->light.px + mirrored(y, v->h) * v->light.stride;
    for (int x = 0; x < v->w; x++)
        memcpy(row + 4 * x, v->input[px[x]], 4);
    for (int x = v->w; x < padded(v->w); x++)
        memcpy(row + 4 * x, row + 4 * mirrored(x, v->w), 4);
}

static bool shrink(struct view *v, struct stm_cu16 light, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch);
    void *rows = stm_arena_take(v->scratch, stm_resample_scratch(v->w), "resampling", err);
    if (!rows) return false;
    stm_resample(v->light, light, rows);
    stm_arena_reset(v->scratch, mark);
    void *bins = stm_arena_take(v->scratch, stm_net_normalise_scratch(), "a histogram", err);
    if (!bins) return false;
    stm_net_normalise(v->input, (struct stm_cu16)STM_CONST(v->light), bins);
    stm_arena_reset(v->scratch, mark);
    return true;
}

static bool take(struct view *v, struct stm_error *err)
{
    const int w = padded(v->w), h = padded(v->h);
    const size_t framed = (size_t)(v->w + 2) * (size_t)(v->h + 2);
    for (int i = 0; i < STM_NET_OUTPUTS; i++) {
        void *px = stm_arena_take(v->scratch, (size_t)w * (size_t)h * 2, "a map", err);
        if (!px) return false;
        v->map[i] = (struct stm_s16){px, w, w, h};
    }
    v->label.px = stm_arena_take(v->scratch, framed * 4, "labels", err);
    v->label.stride = v->label.w = v->w + 2;
    v->label.h = v->h + 2;
    v->light.px = stm_arena_take(v->scratch, (size_t)v->w * (size_t)v->h * 2, "light", err);
    v->light.stride = v->light.w = v->w;
    v->light.h = v->h;
    v->input = stm_arena_take(v->scratch, STM_NET_LEVELS * sizeof *v->input, "a table", err);
    return v->label.px && v->light.px && v->input;
}

/* The distance map under a Gaussian of half a pixel (27, 202, 27 of 256), as heights 1 … LANDSCAPE + 1. */
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
    return (uint16_t)(1 + (height < 0 ? 0 : height < LANDSCAPE ? height : LANDSCAPE));
}

static void landscape(const struct view *v, struct stm_u16 level)
{
    memset(level.px, 0, (size_t)level.stride * (size_t)level.h * sizeof *level.px);
    for (int y = 0; y < v->h; y++) {
        const int16_t *odds = v->map[0].px + y * v->map[0].stride;
        uint16_t *row = level.px + (y + 1) * level.stride + 1;
        for (int x = 0; x < v->w; x++)
            if (odds[x] > LEAST_ODDS) row[x] = height_at(v->map[1], v->w, v->h, x, y);
    }
}

static void plant(struct view *v, const struct stm_seed *seed, size_t n)
{
    memset(v->label.px, 0, (size_t)v->label.stride * (size_t)v->label.h * sizeof *v->label.px);
    v->labels = 0;
    for (size_t i = 0; i < n; i++)
        if (seed[i].level >= LEAST_TOP) v->label.px[seed[i].y * v->label.stride + seed[i].x] = ++v->labels;
}

/* Tops of the distance map grow into nuclei. */
static bool part(struct view *v, struct stm_error *err)
{
    const size_t room = seed_room(v->w, v->h), mark = stm_arena_mark(v->scratch);
    const size_t bytes = stm_watershed_scratch(v->w + 2, v->h + 2, LANDSCAPE + 1);
    const struct stm_u16 level = {
        stm_arena_take(v->scratch, (size_t)(v->w + 2) * (size_t)(v->h + 2) * 2, "a landscape", err), v->w + 2,
        v->w + 2, v->h + 2};
    struct stm_seed *seed = stm_arena_take(v->scratch, room * sizeof *seed, "seeds", err);
    void *flood = stm_arena_take(v->scratch, bytes, "a watershed", err);
    if (!level.px || !seed || !flood) return false;
    landscape(v, level);
    const struct stm_cu16 heights = STM_CONST(level);
    const size_t n = stm_seeds(v->kernels, seed, room, heights, LEAST_RISE, LANDSCAPE + 1, flood);
    plant(v, seed, n < room ? n : room);
    stm_watershed(v->label, heights, LANDSCAPE + 1, flood);
    stm_arena_reset(v->scratch, mark);
    return true;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

uint32_t stm_nuclei_net_median(uint32_t *value, size_t n)
{
    qsort(value, n, sizeof *value, by_size);
    return value[n / 2];
}

/* Median area at working scale; 0 when there is nothing. */
static bool usual_area(const struct view *v, uint32_t *usual, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch), n = (size_t)v->labels + 1;
    uint32_t *area = stm_arena_take(v->scratch, n * sizeof *area, "areas", err);
    if (!area) return false;
    memset(area, 0, n * sizeof *area);
    for (size_t i = 0; i < (size_t)v->label.stride * (size_t)v->label.h; i++)
        area[v->label.px[i]]++;
    *usual = v->labels ? stm_nuclei_net_median(area + 1, v->labels) : 0;
    stm_arena_reset(v->scratch, mark);
    return true;
}

static bool look(struct view *v, struct stm_cu16 light, double factor, uint32_t *usual, struct stm_error *err)
{
    v->w = side(light.w, factor);
    v->h = side(light.h, factor);
    if (!take(v, err)) return false;
    return shrink(v, light, err) &&
           stm_net_run(&stm_net_nuclei, v->kernels, input_row, v, v->map, v->scratch, err) && part(v, err) &&
           usual_area(v, usual, err);
}

/* Where labels meet: the log odds between pixels decide whether it is a nucleus, the greatest part of the
 * pixels around which. */
static uint32_t vote(const struct view *v, const struct stm_tap *tx, const struct stm_tap *ty)
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
            odds += (int64_t)weight * (v->map[0].px[y * v->map[0].stride + x] - LEAST_ODDS);
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

static uint32_t label_at(const struct view *v, const struct stm_tap *tx, const struct stm_tap *ty)
{
    const uint32_t *px = v->label.px + (ty->first + 1) * v->label.stride + tx->first + 1;
    bool same = true;
    for (int j = 0; j < ty->count; j++)
        for (int i = 0; i < tx->count; i++)
            same &= px[j * v->label.stride + i] == *px;
    return same ? *px : vote(v, tx, ty);
}

static bool enlarge(const struct view *v, struct stm_u32 labels, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->scratch);
    struct stm_tap *tap = stm_arena_take(v->scratch, (size_t)labels.w * sizeof *tap, "columns", err);
    if (!tap) return false;
    for (int x = 0; x < labels.w; x++)
        tap[x] = stm_tap(v->w, labels.w, x);
    for (int y = 0; y < labels.h; y++) {
        const struct stm_tap rows = stm_tap(v->h, labels.h, y);
        for (int x = 0; x < labels.w; x++)
            labels.px[y * labels.stride + x] = label_at(v, &tap[x], &rows);
    }
    stm_arena_reset(v->scratch, mark);
    return true;
}

bool stm_nuclei_net_label(struct stm_u32 labels, uint32_t *count, struct stm_cu16 light, double diameter,
                          const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct view v = {.kernels = kernels, .scratch = scratch};
    double factor = factor_for(diameter, light.w, light.h);
    for (int turn = 0; turn < 2; turn++) {
        uint32_t usual;
        stm_arena_reset(scratch, mark);
        if (!look(&v, light, factor, &usual, err)) return false;
        const double seen = sqrt(usual / 0.78539816339744831) / factor;
        if (!usual || (seen >= 0.9 * diameter && seen <= 1.12 * diameter)) break;
        const double next = factor_for(seen, light.w, light.h);
        if (!(next < factor || next > factor)) break;
        if (turn == 0) factor = next;
    }
    *count = v.labels;
    const bool ok = enlarge(&v, labels, err);
    stm_arena_reset(scratch, mark);
    return ok;
}
