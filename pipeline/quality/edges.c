/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/quality/edges.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    STRIPS = 64,
    STRIP = 4,           /* rows summed: halves the noise, blurs nothing that matters */
    ONE = 16,            /* smoothed values are in 1/16 counts: 4 rows x (1 2 1) */
    SUB = 8,             /* lengths are counted in eighths of a pixel */
    WIDEST = 64 * SUB,   /* an edge; wider ones are shading */
    LONGEST = 1024 * SUB /* a chord; longer ones are counted as this */
};

struct tally {
    uint32_t width[WIDEST], chord[LONGEST];
    int widths, chords;
};

struct swing {
    const int32_t *v;
    int from, to; /* valley and peak, or peak and valley */
};

size_t stm_edges_scratch(int w)
{
    return sizeof(struct tally) + 2 * (size_t)w * sizeof(int32_t);
}

static void sum_rows(struct stm_cu16 plane, int y, int32_t *restrict sum)
{
    const uint16_t *const a = plane.px + y * plane.stride, *const b = a + plane.stride;
    const uint16_t *const c = b + plane.stride, *const d = c + plane.stride;
    for (int x = 0; x < plane.w; x++)
        sum[x] = a[x] + b[x] + c[x] + d[x];
}

static void smooth(const int32_t *restrict sum, int w, int32_t *restrict out)
{
    out[0] = 4 * sum[0];
    out[w - 1] = 4 * sum[w - 1];
    for (int x = 1; x + 1 < w; x++)
        out[x] = sum[x - 1] + 2 * sum[x] + sum[x + 1];
}

/* Height gained from `a` to `b` in the swing's direction. */
static int32_t gained(struct swing s, int a, int b)
{
    return s.v[s.to] > s.v[s.from] ? s.v[b] - s.v[a] : s.v[a] - s.v[b];
}

/* How far behind x, in 1/SUB px, the swing has gained `height` over v[x]; *end is where to begin looking, and
 * the first pixel that has. -1 when it never gains so much. */
static int reach(struct swing s, int x, int *end, int32_t height)
{
    if (*end <= x) *end = x + 1;
    while (*end < s.to && gained(s, x, *end) < height)
        ++*end;
    const int32_t over = gained(s, x, *end) - height, step = gained(s, *end - 1, *end);
    if (over < 0) return -1;
    return (*end - x) * SUB - (step > 0 ? (int)((int64_t)over * SUB / step) : 0);
}

/* The shortest way over half of the height. `end` only moves forward: one pass over the swing. */
static int half_width(struct swing s, int32_t half)
{
    int shortest = (s.to - s.from) * SUB, end = s.from + 1;
    for (int x = s.from; x < s.to; x++) {
        const int length = reach(s, x, &end, half);
        if (length < 0) break;
        if (length < shortest) shortest = length;
    }
    return shortest;
}

/* Returns where the middle of the swing is, in 1/SUB px; `last` is the same of the swing before, -1 for none.
 */
static int take_swing(struct tally *tally, struct swing s, int last)
{
    const int32_t half = gained(s, s.from, s.to) / 2;
    const int width = half_width(s, half);
    int end = s.from + 1;
    const int middle = s.from * SUB + reach(s, s.from, &end, half), chord = middle - last;
    if (width >= WIDEST) return -1;
    tally->width[width > 0 ? width : 0]++;
    tally->widths++;
    if (last < 0 || chord < 0) return middle;
    tally->chord[chord < LONGEST ? chord : LONGEST - 1]++;
    tally->chords++;
    return middle;
}

/* From the start of a row to the first swing of at least `least`: where it began and leads. */
static bool first_swing(const int32_t *v, int w, int32_t least, struct swing *s)
{
    int lo = 0, hi = 0;
    for (int x = 1; x < w; x++) {
        if (v[x] < v[lo]) lo = x;
        if (v[x] > v[hi]) hi = x;
        if (v[hi] - v[lo] < least) continue;
        *s = hi > lo ? (struct swing){v, lo, hi} : (struct swing){v, hi, lo};
        return true;
    }
    return false;
}

/* Turning points with hysteresis: a swing ends where the row comes back by `least`. */
static void take_row(struct tally *tally, const int32_t *v, int w, int32_t least)
{
    struct swing s;
    int middle = -1;
    if (!first_swing(v, w, least, &s)) return;
    for (int x = s.to + 1, sign = v[s.to] > v[s.from] ? 1 : -1; x < w; x++) {
        const int32_t further = sign * (v[x] - v[s.to]);
        if (further > 0) {
            s.to = x;
        } else if (-further >= least) {
            middle = take_swing(tally, s, middle);
            s = (struct swing){v, s.to, x};
            sign = -sign;
        }
    }
    take_swing(tally, s, middle);
}

/* Value at `part` of the bins' total, in px, from the middle of its bin. */
static double quantile(const uint32_t *bins, int last, int n, double part)
{
    int64_t left = (int64_t)(n * part);
    int i = 0;
    if (!n) return NAN;
    while (i < last && left >= bins[i])
        left -= bins[i++];
    return (i + 0.5) / SUB;
}

struct stm_edges stm_edges_measure(struct stm_cu16 plane, double least, void *scratch)
{
    struct tally *const tally = scratch;
    int32_t *const sum = (int32_t *)(tally + 1), *const v = sum + plane.w;
    const int strips = plane.h / STRIP < STRIPS ? plane.h / STRIP : STRIPS;
    memset(tally, 0, sizeof *tally);
    for (int s = 0; s < strips && plane.w > 2; s++) {
        sum_rows(plane, (int)((int64_t)s * (plane.h - STRIP) / (strips > 1 ? strips - 1 : 1)), sum);
        smooth(sum, plane.w, v);
        take_row(tally, v, plane.w, (int32_t)(least < 1 ? ONE : least * ONE));
    }
    return (struct stm_edges){tally->widths, quantile(tally->width, WIDEST - 1, tally->widths, 0.25),
                              quantile(tally->chord, LONGEST - 1, tally->chords, 0.5)};
}
