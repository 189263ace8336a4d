/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/monolayer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What laying needs from attempt to attempt. */
struct work {
    struct stm_monolayer *layer;
    const struct stm_culture *culture;
    const struct stm_texture *soft, *clouds;
    struct stm_random *random;
    struct stm_brush brush;
    struct stm_error *err;
};

static uint32_t owner(struct stm_u32 l, double x, double y)
{
    const int ix = (int)floor(x + 0.5), iy = (int)floor(y + 0.5);
    return ix < 0 || iy < 0 || ix >= l.w || iy >= l.h ? 0 : l.px[iy * l.stride + ix];
}

/* Streams: the direction changes over a few hundred micrometres; what is not aligned is at random. */
static struct stm_direction direction_at(const struct work *w, double x, double y)
{
    const double turns = 0.2 * (double)stm_texture_smooth(w->soft, x, y, 45 * w->culture->um);
    const double free = stm_random_between(w->random, -0.25, 0.25);
    return stm_exact_direction(turns + free * (1 - w->culture->alignment));
}

/* Share of a few points of the cell that lie on others; 1 when its middle does. */
static double crowded(const struct work *w, const struct stm_spread *cell)
{
    const struct stm_u32 l = w->layer->labels;
    int taken = 0;
    if (owner(l, cell->body.x, cell->body.y)) return 1;
    for (int i = 0; i < cell->arms; i++)
        for (int k = 1; k <= 4; k++) {
            double x, y;
            stm_spread_point(cell, i, k / 4.0, &x, &y);
            taken += owner(l, x, y) != 0;
        }
    return taken / (4.0 * cell->arms);
}

static enum stm_spread_kind kind_of(const struct work *w)
{
    const double at = stm_random_between(w->random, 0, 100), spindle = w->culture->spindle_percent;
    if (at < spindle) return STM_SPREAD_SPINDLE;
    return at < spindle + w->culture->flat_percent ? STM_SPREAD_FLAT : STM_SPREAD_POLYGON;
}

/* The best of a few places: little overlap, and where the islands are. */
static struct stm_spread settle(const struct work *w, double shrink, double *lowest)
{
    static const double lengths[STM_SPREAD_KINDS] = {1, 0.78, 0.95};
    const struct stm_culture *const c = w->culture;
    const struct stm_u32 l = w->layer->labels;
    const enum stm_spread_kind kind = kind_of(w);
    const double length = lengths[kind] * c->length * shrink * stm_random_spread(w->random, c->size_cv);
    const int tries = 2 * w->layer->covered > (int64_t)l.w * l.h ? 24 : 6;
    struct stm_spread best = {0};
    *lowest = 1e9;
    for (int k = 0; k < tries; k++) {
        const double x = stm_random_between(w->random, -length / 2, l.w + length / 2);
        const double y = stm_random_between(w->random, -length / 2, l.h + length / 2);
        struct stm_spread cell = stm_spread_random(w->random, kind, length, direction_at(w, x, y));
        cell.body.x = x;
        cell.body.y = y;
        const double overlap = crowded(w, &cell);
        const double island = (double)stm_texture_smooth(w->clouds, x, y, 90 * c->um);
        const double cost = overlap > 0.5 ? 1e6 : 3 * overlap - c->patchiness * (1 - c->confluence) * island;
        if (cost >= *lowest) continue;
        *lowest = cost;
        best = cell;
    }
    best.ruffle *= c->um;
    return best;
}

/* Takes the free pixels where the depth is positive and counts them (label 0: only counts); *whole is how
 * many the cell would have in this field if it were alone. */
static int claim(struct stm_u32 l, const struct stm_patch *depth, uint32_t label, int *whole)
{
    int taken = 0;
    *whole = 0;
    for (int v = 0; v < depth->px.h; v++)
        for (int u = 0; u < depth->px.w; u++) {
            const int x = u + depth->x0, y = v + depth->y0;
            if (depth->px.px[v * depth->px.stride + u] <= 0 || x < 0 || y < 0 || x >= l.w || y >= l.h)
                continue;
            uint32_t *const at = &l.px[y * l.stride + x];
            ++*whole;
            if (*at) continue;
            taken++;
            if (label) *at = label;
        }
    return taken;
}

static bool add(struct work *w, const struct stm_spread *cell)
{
    struct stm_monolayer *const layer = w->layer;
    if (layer->n == layer->capacity) {
        const int capacity = 2 * layer->capacity + 64;
        struct stm_spread *const more = realloc(layer->cells, sizeof *more * (size_t)capacity);
        if (!more) return stm_fail(w->err, STM_NO_MEMORY, "no memory for %d cells", capacity);
        layer->cells = more;
        layer->capacity = capacity;
    }
    layer->cells[layer->n++] = *cell;
    return true;
}

/* Lays one cell; *laid is false where there was no room for it. */
static bool lay(struct work *w, double shrink, bool *laid)
{
    double cost;
    const struct stm_spread cell = settle(w, shrink, &cost);
    const int tx = stm_random_below(w->random, STM_TEXTURE), ty = stm_random_below(w->random, STM_TEXTURE);
    struct stm_patch depth;
    int whole;
    *laid = false;
    if (cost > 1e5) return true;
    if (!stm_patch_take(&depth, &w->brush, cell.body.x, cell.body.y, cell.bound, w->err) ||
        !stm_spread_depth(&depth, &cell, w->soft, tx, ty, &w->brush, w->err))
        return false;
    const int free = claim(w->layer->labels, &depth, 0, &whole);
    *laid = whole > 0 && free >= 0.45 * whole;
    if (!*laid) return true;
    if (!add(w, &cell)) return false;
    w->layer->covered += claim(w->layer->labels, &depth, (uint32_t)w->layer->n, &whole);
    return true;
}

/* Every bare pixel beside a cell joins it, those on ridges of the texture in one pass, the others in the
 * next. Returns how many did. */
static int64_t grow(const struct work *w, uint32_t *before, int pass)
{
    const struct stm_u32 l = w->layer->labels;
    static const float quartiles[] = {-1e9f, -0.67f, 0, 0.67f, 1e9f};
    const float lo = quartiles[pass % 4], hi = quartiles[pass % 4 + 1];
    int64_t grown = 0;
    memcpy(before, l.px, sizeof *before * (size_t)l.w * (size_t)l.h);
    for (int y = 0; y < l.h; y++)
        for (int x = 0; x < l.w; x++) {
            const uint32_t *const at = before + (size_t)y * (size_t)l.w + x;
            const float height = stm_texture_at(w->soft, x, y);
            if (*at || height <= lo || height > hi) continue;
            const uint32_t left = x ? at[-1] : 0, right = x + 1 < l.w ? at[1] : 0;
            const uint32_t above = y ? at[-l.w] : 0, below = y + 1 < l.h ? at[l.w] : 0;
            const uint32_t label = left ? left : right ? right : above ? above : below;
            if (!label) continue;
            l.px[y * l.stride + x] = label;
            grown++;
        }
    return grown;
}

static bool close_gaps(struct work *w, int64_t wanted)
{
    const struct stm_u32 l = w->layer->labels;
    uint32_t *const before = malloc(sizeof *before * (size_t)l.w * (size_t)l.h);
    if (!before) return stm_fail(w->err, STM_NO_MEMORY, "no memory for %d x %d labels", l.w, l.h);
    for (int pass = 0; w->layer->covered < wanted && w->layer->n > 0 && pass < 800; pass++)
        w->layer->covered += grow(w, before, pass);
    free(before);
    return true;
}

bool stm_monolayer_lay(struct stm_monolayer *layer, const struct stm_culture *culture,
                       const struct stm_texture *soft, const struct stm_texture *clouds, struct stm_random *r,
                       struct stm_error *err)
{
    struct work w = {layer, culture, soft, clouds, r, {{0}, {0}}, err};
    const int64_t wanted = (int64_t)(culture->confluence * layer->labels.w * layer->labels.h);
    bool ok = true, laid;
    for (int failures = 0; layer->covered < wanted && failures < 120 && ok; failures += !laid)
        ok = lay(&w, failures < 30 ? 1 : failures < 70 ? 0.75 : 0.55, &laid);
    ok = ok && close_gaps(&w, wanted);
    stm_brush_free(&w.brush);
    return ok;
}

void stm_monolayer_free(struct stm_monolayer *layer)
{
    free(layer->cells);
    *layer = (struct stm_monolayer){0};
}

/* One step of the chamfer transform, in fifths of a pixel: half a pixel beside another label (or none), else
 * what the neighbour has and the way from there. */
static void reach(struct stm_f32 depth, struct stm_cu32 labels, int x, int y, int dx, int dy, float way)
{
    const int u = x + dx, v = y + dy;
    if (u < 0 || v < 0 || u >= labels.w || v >= labels.h) return;
    float *const d = &depth.px[y * depth.stride + x];
    const bool own = labels.px[v * labels.stride + u] == labels.px[y * labels.stride + x];
    const float here = own ? depth.px[v * depth.stride + u] + way : way - 2.5f;
    if (here < *d) *d = here;
}

static void sweep(struct stm_f32 depth, struct stm_cu32 labels, int y, int forward)
{
    static const struct {
        int dx, dy;
        float way;
    } steps[] = {{-1, 0, 5},   {0, -1, 5},  {-1, -1, 7},  {1, -1, 7},
                 {-2, -1, 11}, {2, -1, 11}, {-1, -2, 11}, {1, -2, 11}};
    for (int i = 0; i < labels.w; i++) {
        const int x = forward > 0 ? i : labels.w - 1 - i;
        if (!labels.px[y * labels.stride + x]) continue;
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
            reach(depth, labels, x, y, forward * steps[k].dx, forward * steps[k].dy, steps[k].way);
    }
}

void stm_label_depth(struct stm_f32 depth, struct stm_cu32 labels)
{
    for (int y = 0; y < labels.h; y++)
        for (int x = 0; x < labels.w; x++)
            depth.px[y * depth.stride + x] = labels.px[y * labels.stride + x] ? 1e6f : 0;
    for (int y = 0; y < labels.h; y++)
        sweep(depth, labels, y, 1);
    for (int y = labels.h - 1; y >= 0; y--)
        sweep(depth, labels, y, -1);
    for (int y = 0; y < labels.h; y++)
        for (int x = 0; x < labels.w; x++)
            depth.px[y * depth.stride + x] /= 5;
}

/* Sums of one label's coordinates. */
struct moments {
    double n, x, y, xx, xy, yy;
};

static void axes(const struct moments *m, double *major, double *minor)
{
    const double x = m->x / m->n, y = m->y / m->n;
    /* a pixel is a square of its own second moment 1/12 */
    const double xx = m->xx / m->n - x * x + 1.0 / 12, yy = m->yy / m->n - y * y + 1.0 / 12,
                 xy = m->xy / m->n - x * y;
    const double half = (xx + yy) / 2, root = sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
    *major = 2 * sqrt(half + root);
    *minor = 2 * sqrt(half > root ? half - root : 0);
}

bool stm_label_axes(struct stm_cu32 labels, int n, double *major, double *minor, struct stm_error *err)
{
    struct moments *const m = calloc((size_t)n + 1, sizeof *m);
    if (!m) return stm_fail(err, STM_NO_MEMORY, "no memory for the moments of %d labels", n);
    for (int y = 0; y < labels.h; y++)
        for (int x = 0; x < labels.w; x++) {
            struct moments *const at = &m[labels.px[y * labels.stride + x]];
            at->n++;
            at->x += x;
            at->y += y;
            at->xx += (double)x * x;
            at->xy += (double)x * y;
            at->yy += (double)y * y;
        }
    for (int i = 0; i < n; i++) {
        major[i] = minor[i] = 0;
        if (m[i + 1].n > 0) axes(&m[i + 1], &major[i], &minor[i]);
    }
    free(m);
    return true;
}
