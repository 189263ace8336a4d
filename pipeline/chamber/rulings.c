/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Grid lines. A line is what stays when a long stretch along it is reduced to its median: cells are shorter.
 * The picture is cut into strips across the lines; the profile of a strip is the mean of its middle, which is
 * narrow so that few cells lie in it. Profiles of neighbouring strips, shifted by the lines' slope there,
 * have their median over 13 strips: light of a line where more than half of them see it. A median keeps ends:
 * lines may end, cross or be interrupted. What goes on for less than ten strips is no line, but cells in a
 * row. */
#include "pipeline/chamber/looker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Slopes to 0.06 in steps of 0.004: half a pixel at the end of a stretch of 250 px. Blocks of the picture may
 * differ by four steps from the common slope (fanning, barrel distortion) when they are surer by a twentieth.
 */
enum {
    STRIPS = 13,
    HALF = STRIPS / 2,
    SLOPES = 31,
    SLOPE_STEP = 4,
    LOCAL = 4,
    BLOCKS = 4,
    CHUNK = 64,
    LEAST_STRIPS = 10
};
/* Light that counts as a line: 1/40 of the chamber's. */
enum { LEAST = STM_CHAMBER_LIGHT / 40 };

struct ruler {
    int length, across; /* of the picture along the lines and across them */
    int band;           /* that strips are at home in, -1 = none yet */
    struct stretch *stretch;
    int width, n;      /* of a strip; strips */
    int seen, skip;    /* of its width, from where */
    int blocks, bands; /* along and across, that have a slope each */
    int16_t *mean, *line;
    uint8_t *before, *after;      /* strips a line has been going on for */
    int8_t slope[BLOCKS][BLOCKS]; /* index, SLOPES / 2 is none */
};

/* A strip in one band: from where to where a line along it has moved. */
struct stretch {
    int slope, first, last;
};

static int slope_shift(int slope, int pixels)
{
    const int s = (slope - SLOPES / 2) * SLOPE_STEP * pixels; /* thousandths of a pixel */
    return (s >= 0 ? s + 500 : s - 499) / 1000;
}

static int mirrored(int k, int n)
{
    k = k < 0 ? -k : k;
    k = k >= n ? 2 * n - 2 - k : k;
    return k < 0 ? 0 : k >= n ? n - 1 : k;
}

static int clamp(int v, int n)
{
    return v < 0 ? 0 : v >= n ? n - 1 : v;
}

/* Profile of strip q moved by `shift`, positions [from, from + n). */
static void copy_shifted(int16_t *restrict to, const struct ruler *r, const int16_t *profiles, int q,
                         int shift, int from, int n)
{
    const int16_t *const mean = profiles + (ptrdiff_t)q * r->across;
    const int first = from + shift;
    if (first >= 0 && first + n <= r->across)
        memcpy(to, mean + first, (size_t)n * sizeof *to);
    else
        for (int i = 0; i < n; i++)
            to[i] = mean[clamp(first + i, r->across)];
}

/* Profiles for the search of slopes, in `line`, which is free until lines are found: a 512th of the chamber's
 * light is enough for it, and no more than once that light, so that 7 of them and their squares' sum over a
 * chunk stay within 16 and 32 bits. */
enum { COARSE = STM_CHAMBER_LIGHT / 512 };

static void coarsen(const struct ruler *r)
{
    const ptrdiff_t n = (ptrdiff_t)r->n * r->across;
    for (ptrdiff_t i = 0; i < n; i++) {
        const int v = r->mean[i] < STM_CHAMBER_LIGHT ? r->mean[i] : STM_CHAMBER_LIGHT;
        r->line[i] = (int16_t)(v / COARSE);
    }
}

static int32_t squares(const int16_t *v)
{
    int32_t sum = 0;
    for (int i = 0; i < CHUNK; i++)
        sum += v[i] * v[i];
    return sum;
}

static void add(int16_t *restrict sum, const int16_t *restrict v)
{
    for (int i = 0; i < CHUNK; i++)
        sum[i] = (int16_t)(sum[i] + v[i]);
}

/* Squared sum over every other of the 13 strips around k, summed over positions. */
static int64_t energy(const struct ruler *r, int k, int slope, int from, int to)
{
    int64_t sum = 0;
    for (int y = from; y < to; y += CHUNK) {
        const int n = to - y < CHUNK ? to - y : CHUNK;
        int16_t one[CHUNK] = {0}, all[CHUNK] = {0};
        for (int j = -HALF; j <= HALF; j += 2) {
            const int q = mirrored(k + j, r->n), first = y + slope_shift(slope, (q - k) * r->width);
            const bool whole = n == CHUNK && first >= 0 && first + CHUNK <= r->across;
            if (!whole) copy_shifted(one, r, r->line, q, first - y, y, n);
            add(all, whole ? r->line + (ptrdiff_t)q * r->across + first : one);
        }
        sum += squares(all);
    }
    return sum;
}

/* Energies of a slope by block, and their sum, from every step-th strip. */
static int64_t try_slope(const struct ruler *r, int slope, int step, int64_t block[BLOCKS][BLOCKS][SLOPES])
{
    int64_t all = 0;
    for (int k = 0; k < r->n; k += step)
        for (int v = 0; v < r->bands; v++) {
            const int64_t e = energy(r, k, slope, r->across * v / r->bands, r->across * (v + 1) / r->bands);
            block[k * r->blocks / r->n][v][slope] += e;
            all += e;
        }
    return all;
}

/* The slope that most light agrees with: first among every third, a shift of 1.2 px at the end of a stretch
 * from the next, which is less than a line and its blur are wide; then among those beside it. */
static int common_slope(const struct ruler *r, int step)
{
    int64_t most = -1, unused[BLOCKS][BLOCKS][SLOPES] = {{{0}}};
    int best = SLOPES / 2;
    for (int s = 0; s < SLOPES; s += 3) {
        const int64_t e = try_slope(r, s, 2 * step, unused);
        if (e > most) most = e, best = s;
    }
    return best;
}

static void find_slopes(struct ruler *r)
{
    const int step = r->n > 24 ? 3 : 1;
    int64_t all[SLOPES] = {0}, block[BLOCKS][BLOCKS][SLOPES] = {{{0}}};
    coarsen(r);
    const int about = common_slope(r, step);
    int common = about;
    for (int s = about - LOCAL; s <= about + LOCAL; s++) {
        if (s < 0 || s >= SLOPES) continue;
        all[s] = try_slope(r, s, step, block);
        if (all[s] > all[common]) common = s;
    }
    for (int u = 0; u < r->blocks; u++)
        for (int v = 0; v < r->bands; v++) {
            const int64_t *const e = block[u][v];
            int best = common;
            for (int s = common - LOCAL; s <= common + LOCAL; s++)
                if (s >= 0 && s < SLOPES && e[s] > e[best] && e[s] - e[common] > e[common] / 20) best = s;
            r->slope[u][v] = (int8_t)best;
        }
}

static void order(int16_t *restrict a, int16_t *restrict b)
{
    for (int i = 0; i < CHUNK; i++) {
        const int16_t lo = a[i] < b[i] ? a[i] : b[i], hi = a[i] < b[i] ? b[i] : a[i];
        a[i] = lo;
        b[i] = hi;
    }
}

/* The least of the rows from `first` to `last` comes to the front, the greatest to the end. */
static void part(int16_t v[STRIPS][CHUNK], int first, int last)
{
    for (int i = first, j = last; i < j; i++, j--)
        order(v[i], v[j]);
    for (int i = first + 1; i <= (first + last) / 2; i++)
        order(v[first], v[i]);
    for (int i = (first + last + 1) / 2; i < last; i++)
        order(v[i], v[last]);
}

/* v[HALF] = the median of the 13 rows: neither the least nor the greatest of one more than half can be it.
 * They go, one that was not looked at yet comes in, until the middle one of three is left. */
static void median(int16_t v[STRIPS][CHUNK])
{
    enum { LAST = HALF + 1 };
    for (int first = 0; first < HALF; first++) {
        part(v, first, LAST);
        if (first + 1 < HALF) memcpy(v[LAST], v[LAST + 1 + first], sizeof v[LAST]);
    }
}

static void find_lines(struct ruler *r)
{
    int16_t v[STRIPS][CHUNK];
    memset(v, 0, sizeof v);
    for (int k = 0; k < r->n; k++)
        for (int y = 0; y < r->across; y += CHUNK) {
            const int n = r->across - y < CHUNK ? r->across - y : CHUNK;
            const int slope =
                r->slope[k * r->blocks / r->n][clamp(y + n / 2, r->across) * r->bands / r->across];
            for (int j = -HALF; j <= HALF; j++) {
                const int q = mirrored(k + j, r->n);
                copy_shifted(v[j + HALF], r, r->mean, q, slope_shift(slope, (q - k) * r->width), y, n);
            }
            median(v);
            int16_t *const line = r->line + (ptrdiff_t)k * r->across + y;
            for (int i = 0; i < n; i++)
                line[i] = (int16_t)(abs(v[HALF][i]) >= LEAST ? v[HALF][i] : 0);
        }
}

/* The greatest of run[] at y and beside it in strip q, where the line through (k, y) is. */
static uint8_t reached(const struct ruler *r, const uint8_t *run, int k, int y, int q)
{
    const int slope = r->slope[k * r->blocks / r->n][y * r->bands / r->across];
    const int at = y + slope_shift(slope, (q - k) * r->width);
    uint8_t most = 0;
    for (int v = at - 1; v <= at + 1; v++)
        if (v >= 0 && v < r->across && run[(ptrdiff_t)q * r->across + v] > most)
            most = run[(ptrdiff_t)q * r->across + v];
    return most;
}

/* The first place in strip k, from y, that has light of a line. */
static int next_of(const struct ruler *r, int k, int y)
{
    return stm_next_light(r->line + (ptrdiff_t)k * r->across, y, r->across);
}

/* How many strips a line goes on for, first towards lower k, then towards higher, in run[]; short ones go. */
static void drop_short(struct ruler *r, uint8_t *before, uint8_t *after)
{
    const int least = r->n < 2 * LEAST_STRIPS ? r->n / 2 : LEAST_STRIPS, h = r->across;
    memset(before, 0, (size_t)r->n * (size_t)h);
    memset(after, 0, (size_t)r->n * (size_t)h);
    for (int k = 0; k < r->n; k++)
        for (int y = next_of(r, k, 0); y < h; y = next_of(r, k, y + 1)) {
            const ptrdiff_t at = (ptrdiff_t)k * h + y;
            const int so_far = 1 + (k ? reached(r, before, k, y, k - 1) : 0);
            before[at] = (uint8_t)(so_far < 255 ? so_far : 255);
        }
    for (int k = r->n - 1; k >= 0; k--)
        for (int y = next_of(r, k, 0); y < h; y = next_of(r, k, y + 1)) {
            const ptrdiff_t at = (ptrdiff_t)k * h + y;
            const int so_far = 1 + (k < r->n - 1 ? reached(r, after, k, y, k + 1) : 0);
            after[at] = (uint8_t)(so_far < 255 ? so_far : 255);
            if (before[at] + after[at] - 1 < least) r->line[at] = 0;
        }
}

/* Strips are 8, 16 or 32 px wide, so that 13 of them are a tenth to a half of the picture's shorter side. */
static int strip_width(int w, int h)
{
    const int side = w < h ? w : h;
    return side < 600 ? 8 : side < 1400 ? 16 : 32;
}

static int at_least_one(int n, int most)
{
    return n < 1 ? 1 : n > most ? most : n;
}

static bool make_ruler(struct ruler *r, struct stm_looker *l, int length, int across, struct stm_error *err)
{
    *r = (struct ruler){.length = length, .across = across, .width = strip_width(l->w, l->h)};
    r->n = length / r->width;
    r->seen = r->width > 16 ? 8 : 4;
    r->skip = (r->width - r->seen) / 2;
    r->blocks = at_least_one(r->n / 8, BLOCKS);
    r->bands = at_least_one(across / (8 * r->width), BLOCKS);
    r->band = -1;
    const size_t bytes = ((size_t)r->n + 1) * (size_t)across * sizeof *r->mean;
    r->mean = stm_arena_take(l->scratch, bytes, "strips", err);
    r->line = stm_arena_take(l->scratch, bytes, "strips", err);
    r->before = stm_arena_take(l->scratch, bytes / 2, "strips", err);
    r->after = stm_arena_take(l->scratch, bytes / 2, "strips", err);
    r->stretch = stm_arena_take(l->scratch, ((size_t)r->n + 1) * sizeof *r->stretch, "strips", err);
    return r->mean && r->line && r->before && r->after && r->stretch;
}

/* Lines along x: strip k is columns [k width, (k + 1) width). */
static void mean_along_x(const struct ruler *r, struct stm_cu16 light)
{
    for (int y = 0; y < light.h; y++)
        for (int k = 0; k < r->n; k++) {
            const uint16_t *const px = light.px + y * light.stride + k * r->width + r->skip;
            uint32_t sum = 0;
            for (int i = 0; i < r->seen; i++)
                sum += px[i];
            const int mean = (int)(sum / (uint32_t)r->seen) - STM_CHAMBER_LIGHT;
            r->mean[(ptrdiff_t)k * r->across + y] = (int16_t)(mean > 32767 ? 32767 : mean);
        }
}

static void mean_along_y(const struct ruler *r, struct stm_cu16 light, uint32_t *sum)
{
    for (int k = 0; k < r->n; k++) {
        memset(sum, 0, (size_t)light.w * sizeof *sum);
        for (int i = 0; i < r->seen; i++) {
            const uint16_t *const px = light.px + ((ptrdiff_t)k * r->width + r->skip + i) * light.stride;
            for (int x = 0; x < light.w; x++)
                sum[x] += px[x];
        }
        for (int x = 0; x < light.w; x++) {
            const int mean = (int)(sum[x] / (uint32_t)r->seen) - STM_CHAMBER_LIGHT;
            r->mean[(ptrdiff_t)k * r->across + x] = (int16_t)(mean > 32767 ? 32767 : mean);
        }
    }
}

static int strip_of(const struct ruler *r, int pos)
{
    const int k = pos / r->width;
    return k < r->n ? k : r->n - 1;
}

/* How far a line of this slope has moved at pos since the middle of strip k. */
static int drift(const struct ruler *r, int k, int slope, int pos)
{
    return slope_shift(slope, pos - (k * r->width + r->width / 2));
}

static void enter_band(struct ruler *r, int w, int band)
{
    r->band = band;
    for (int k = 0; k < r->n; k++) {
        const int slope = r->slope[k * r->blocks / r->n][band], end = k == r->n - 1 ? w : (k + 1) * r->width;
        r->stretch[k] =
            (struct stretch){slope, drift(r, k, slope, k * r->width), drift(r, k, slope, end - 1)};
    }
}

/* Lines along x in row y. */
static void lines_of_row(int16_t *row, struct ruler *r, int w, int y)
{
    const int band = y * r->bands / r->across;
    if (band != r->band) enter_band(r, w, band);
    for (int k = 0, end; k < r->n; k++) {
        const struct stretch *const s = &r->stretch[k];
        const int16_t *const line = r->line + (ptrdiff_t)k * r->across;
        const int from = k * r->width;
        end = k == r->n - 1 ? w : from + r->width;
        if (s->first == s->last) {
            const int16_t v = line[clamp(y - s->first, r->across)];
            for (int i = from; i < end; i++)
                row[i] = v;
        } else
            for (int i = from; i < end; i++)
                row[i] = line[clamp(y - drift(r, k, s->slope, i), r->across)];
    }
}

/* Lines along y in row y. */
static void lines_across_row(int16_t *row, const struct ruler *r, int y)
{
    const int k = strip_of(r, y);
    for (int band = 0; band < r->bands; band++) {
        /* x with x * bands / across == band */
        const int from = (band * r->across + r->bands - 1) / r->bands,
                  to = ((band + 1) * r->across + r->bands - 1) / r->bands;
        copy_shifted(row + from, r, r->line, k, -drift(r, k, r->slope[k * r->blocks / r->n][band], y), from,
                     to - from);
    }
}

/* Bright lines multiply the light of what lies in front of them; behind dark ones too little is left to be
 * divided, so that they are added back. */
static int without(int light, int line)
{
    if (line <= 0) return light - line;
    return light * STM_CHAMBER_LIGHT / (STM_CHAMBER_LIGHT + line);
}

static int nearer(int a, int b)
{
    return abs(a - STM_CHAMBER_LIGHT) <= abs(b - STM_CHAMBER_LIGHT) ? a : b;
}

/* Where lines cross, one, the other or both are taken out: whichever leaves least. */
static uint16_t cleaned(int light, int along, int across)
{
    const int a = without(light, along), b = without(light, across), both = without(a, across);
    const int v = !across ? a : !along ? b : nearer(both, nearer(a, b));
    return (uint16_t)(v < 1 ? 1 : v > 65535 ? 65535 : v);
}

static bool any_line(const int16_t *along, const int16_t *across, int n)
{
    int some = 0;
    for (int i = 0; i < n; i++)
        some |= along[i] | across[i];
    return some;
}

/* Most stretches of a row hold no line; nothing but the hidden is 0. */
static void clean_row(uint16_t *px, const int16_t *along, const int16_t *across, int w)
{
    enum { STRETCH = 16 };
    for (int x = 0; x < w; x += STRETCH) {
        const int end = x + STRETCH < w ? x + STRETCH : w;
        if (any_line(along + x, across + x, end - x))
            for (int i = x; i < end; i++)
                px[i] = cleaned(px[i], along[i], across[i]);
        else
            for (int i = x; i < end; i++)
                px[i] = (uint16_t)(px[i] + !px[i]);
    }
}

static void hide(const struct stm_looker *l, uint16_t *px, int y)
{
    const uint8_t *const hidden = l->hidden + (y >> l->shift) * l->tiles_w;
    for (int i = 0; i < l->tiles_w; i++)
        for (int x = i << l->shift; hidden[i] && x < (i + 1) << l->shift && x < l->w; x++)
            px[x] = 0;
}

static double cover_of(const struct ruler *r)
{
    size_t lines = 0;
    const size_t n = (size_t)r->n * (size_t)r->across;
    for (size_t i = 0; i < n; i++)
        lines += r->line[i] != 0;
    return n ? (double)lines / (double)n : 0;
}

/* Lines nearer than this part of the distance that most are apart are one: double and triple lines at the
 * borders of squares lie 10 to 30 um apart where lines are every 250 um, at most 10 where they are every 50.
 */
static const double close_part = 0.12;

static void find_tracks(struct stm_chamber *out, const struct ruler *x, const struct ruler *y)
{
    const double a = out->ruling[0].pitch, b = out->ruling[1].pitch;
    const double pitch = isnan(a)   ? b
                         : isnan(b) ? a
                         : a > b    ? a
                                    : b,
                 close = isnan(pitch) ? y->width : close_part * pitch;
    stm_tracks_of(&out->tracks[0], y->line, y->n, y->across, y->width, close > 4 ? close : 4);
    stm_tracks_of(&out->tracks[1], x->line, x->n, x->across, x->width, close > 4 ? close : 4);
}

size_t stm_looker_unrule_bytes(int w, int h)
{
    const int width = strip_width(w, h);
    const size_t strips = stm_arena_cost(((size_t)(w / width) + 1) * sizeof(struct stretch)) +
                          stm_arena_cost(((size_t)(h / width) + 1) * sizeof(struct stretch));
    const size_t x = ((size_t)(w / width) + 1) * (size_t)h, y = ((size_t)(h / width) + 1) * (size_t)w;
    return 2 * (stm_arena_cost(2 * x) + stm_arena_cost(x) + stm_arena_cost(2 * y) + stm_arena_cost(y)) +
           strips + 3 * stm_arena_cost((size_t)w * 4);
}

bool stm_looker_unrule(struct stm_looker *l, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(l->scratch);
    const struct stm_u16 light = l->out->light;
    struct ruler x, y;
    uint32_t *const sum = stm_arena_take(l->scratch, (size_t)l->w * sizeof *sum, "a row", err);
    int16_t *const along = stm_arena_take(l->scratch, (size_t)l->w * sizeof *along, "a row", err);
    int16_t *const across = stm_arena_take(l->scratch, (size_t)l->w * sizeof *across, "a row", err);
    if (!sum || !along || !across || !make_ruler(&x, l, l->w, l->h, err) ||
        !make_ruler(&y, l, l->h, l->w, err))
        return false;
    const bool lined = x.n > HALF && y.n > HALF;
    if (lined) {
        mean_along_x(&x, (struct stm_cu16)STM_CONST(light));
        mean_along_y(&y, (struct stm_cu16)STM_CONST(light), sum);
        find_slopes(&x);
        find_slopes(&y);
        find_lines(&x);
        find_lines(&y);
        drop_short(&x, x.before, x.after);
        drop_short(&y, y.before, y.after);
        /* lines along y are a distance in x apart */
        l->out->ruling[0] = stm_ruling_of(y.line, y.n, y.across);
        l->out->ruling[1] = stm_ruling_of(x.line, x.n, x.across);
        l->out->ruling[0].cover = cover_of(&y);
        l->out->ruling[1].cover = cover_of(&x);
        find_tracks(l->out, &x, &y);
    }
    memset(along, 0, (size_t)l->w * sizeof *along);
    memset(across, 0, (size_t)l->w * sizeof *across);
    for (int row = 0; row < l->h; row++) {
        uint16_t *const px = light.px + row * light.stride;
        if (lined) {
            lines_of_row(along, &x, l->w, row);
            lines_across_row(across, &y, row);
        }
        clean_row(px, along, across, l->w);
        hide(l, px, row);
    }
    stm_arena_reset(l->scratch, mark);
    return true;
}
