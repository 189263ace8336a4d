/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large nuclei are here, before any is found. What is brighter than its surroundings is cut into chords
 * along rows and columns; the median chord (each weighted by its length) tells how far the surroundings
 * should reach, and the next round uses that. A window much larger than a nucleus sees clumps, bands and haze
 * as one; going down from there, the rounds stop where chords no longer get shorter: at the nuclei. */
#include "kernels/shrink.h"
#include "pipeline/nuclei/finder.h"
#include "pipeline/nuclei/sample.h"

#include <stdlib.h>
#include <string.h>

enum { BINS = 4096, ROUNDS = 6 };

struct scale {
    struct stm_cu16 px; /* shrunk light */
    int16_t *above;     /* light minus the mean around, in units of 16 */
    uint32_t *column;   /* sums over the window's rows */
    int32_t *open;      /* length of the chord along each column that reaches the present row */
    uint32_t *chords;   /* pixels in chords of each length */
    int longest;
    uint32_t bins[BINS];
};

static int clip(int i, int n)
{
    return i < 0 ? 0 : i > n ? n : i;
}

static void add_row(struct scale *s, int y, int sign)
{
    const uint16_t *px = s->px.px + y * s->px.stride;
    for (int x = 0; x < s->px.w; x++)
        s->column[x] += (uint32_t)(sign * px[x]);
}

/* Light minus its mean over the window of `radius`, cut at the border. Half a count more than a whole sum
 * keeps the product with the inverse on the right side of every integer. */
static void above_row(struct scale *s, int y, int radius, int rows)
{
    const uint16_t *px = s->px.px + y * s->px.stride;
    int16_t *out = s->above + (ptrdiff_t)y * s->px.w;
    uint64_t sum = 0;
    const int w = s->px.w;
    for (int x = 0; x < clip(radius, w); x++)
        sum += s->column[x];
    double inverse = 0;
    for (int x = 0, was = 0; x < w; x++) {
        if (x + radius < w) sum += s->column[x + radius];
        if (x - radius - 1 >= 0) sum -= s->column[x - radius - 1];
        const int n = (clip(x + radius + 1, w) - clip(x - radius, w)) * rows;
        if (n != was) inverse = 1.0 / n;
        was = n;
        out[x] = (int16_t)((px[x] - (int)(((double)(int64_t)sum + 0.5) * inverse)) / 16);
        if (out[x] > 0) s->bins[out[x]]++;
    }
}

static void above(struct scale *s, int radius)
{
    const int h = s->px.h;
    memset(s->column, 0, (size_t)s->px.w * sizeof *s->column);
    memset(s->bins, 0, sizeof s->bins);
    for (int y = 0; y < clip(radius, h); y++)
        add_row(s, y, 1);
    for (int y = 0; y < h; y++) {
        if (y + radius < h) add_row(s, y + radius, 1);
        if (y - radius - 1 >= 0) add_row(s, y - radius - 1, -1);
        above_row(s, y, radius, clip(y + radius + 1, h) - clip(y - radius, h));
    }
}

static void end_chord(struct scale *s, int32_t *length)
{
    s->chords[*length] += (uint32_t)*length;
    *length = 0;
}

/* Chords of the pixels that are more than `least` above their surroundings. */
static void chords(struct scale *s, int least)
{
    const int w = s->px.w, h = s->px.h;
    memset(s->chords, 0, ((size_t)s->longest + 1) * sizeof *s->chords);
    memset(s->open, 0, (size_t)w * sizeof *s->open);
    for (int y = 0; y < h; y++) {
        const int16_t *row = s->above + (ptrdiff_t)y * w;
        int32_t run = 0;
        for (int x = 0; x < w; x++) {
            const bool in = row[x] > least;
            run += in;
            s->open[x] += in;
            if (!in && run) end_chord(s, &run);
            if (!in && s->open[x]) end_chord(s, &s->open[x]);
        }
        end_chord(s, &run);
    }
    for (int x = 0; x < w; x++)
        end_chord(s, &s->open[x]);
}

static uint64_t total(const uint32_t *count, int n)
{
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += count[i];
    return sum;
}

/* The median chord for a window; a quarter of what the brightest twentieth stands out by is the least that
 * counts, and three times the noise. */
static int round_of(struct scale *s, int radius, double noise)
{
    above(s, radius);
    const int bright = stm_sample_rank(s->bins, BINS, total(s->bins, BINS) * 19 / 20);
    const int least = (int)(3 * noise / 16) > bright / 4 ? (int)(3 * noise / 16) : bright / 4;
    chords(s, least);
    return stm_sample_rank(s->chords, s->longest + 1, total(s->chords, s->longest + 1) / 2);
}

/* In shrunk pixels. */
static int settle(struct scale *s, double noise)
{
    int radius = (s->px.w < s->px.h ? s->px.w : s->px.h) / 4, chord = 1;
    for (int i = 0; i < ROUNDS; i++) {
        chord = round_of(s, radius < 4 ? 4 : radius, noise);
        const int next = chord * 6 / 5 > 4 ? chord * 6 / 5 : 4;
        if (10 * next >= 9 * radius) break;
        radius = next;
    }
    return chord;
}

size_t stm_nuclei_scale_bytes(int w, int h)
{
    const size_t n = (size_t)(w / 2 + 1) * (size_t)(h / 2 + 1), side = (size_t)(w > h ? w : h) + 1;
    return stm_arena_cost(sizeof(struct scale)) + 2 * stm_arena_cost(n * 2) +
           3 * stm_arena_cost(side * sizeof(uint32_t));
}

static bool prepare(struct scale *s, struct stm_finder *f, int shift, struct stm_error *err)
{
    const int w = (f->w + (1 << shift) - 1) >> shift, h = (f->h + (1 << shift) - 1) >> shift;
    const size_t n = (size_t)w * (size_t)h;
    const struct stm_u16 small = {stm_arena_take(f->scratch, n * 2, "a small image", err), w, w, h};
    s->longest = w > h ? w : h;
    s->above = stm_arena_take(f->scratch, n * sizeof *s->above, "local contrast", err);
    s->column = stm_arena_take(f->scratch, (size_t)w * sizeof *s->column, "column sums", err);
    s->open = stm_arena_take(f->scratch, (size_t)w * sizeof *s->open, "chords", err);
    s->chords = stm_arena_take(f->scratch, ((size_t)s->longest + 1) * sizeof *s->chords, "chords", err);
    if (!small.px || !s->above || !s->column || !s->open || !s->chords) return false;
    stm_shrink_mean(f->kernels, small, (struct stm_cu16)STM_CONST(f->light), shift);
    s->px = (struct stm_cu16)STM_CONST(small);
    return true;
}

/* A chord through a disc is 0.79 of its diameter on average, and so is the median chord found here of the
 * true nuclei of 115 annotated fields; hence the factor 1.25. Fields of more than a megapixel are shrunk to a
 * quarter first; when that leaves chords of few pixels, to a half. */
bool stm_nuclei_scale(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct scale *s = stm_arena_take(f->scratch, sizeof *s, "the search for the scale", err);
    if (!s) return false;
    f->diameter = f->options->diameter_px;
    for (int shift = (int64_t)f->w * f->h > 1 << 20 ? 2 : 1; shift >= 1 && !(f->options->diameter_px > 0);
         shift--) {
        const size_t here = stm_arena_mark(f->scratch);
        if (!prepare(s, f, shift, err)) return false;
        const int chord = settle(s, f->noise / (1 << shift));
        f->diameter = 1.25 * (chord << shift);
        stm_arena_reset(f->scratch, here);
        if (chord >= 5) break;
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}
