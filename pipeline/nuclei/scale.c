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
    const struct stm_kernels *kernels;
    struct stm_cu16 px; /* shrunk light */
    uint16_t *above;    /* light minus the mean around, in units of 16; 0 where it is less */
    uint32_t *column;   /* sums over the window's rows */
    double *sum;        /* of the columns before each: whole numbers below 2^53 */
    uint32_t
        *wrapped; /* the same modulo 2^32, in the same place: for windows whose sums are less than that */
    uint64_t *was, *is; /* whether pixels of the row above and of this one are in chords */
    int32_t *begun;     /* row in which the chord along each column began */
    uint32_t *chords;   /* pixels in chords of each length */
    int longest;
    uint32_t bins[BINS], odd[BINS];
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

/* One pixel's difference from its surroundings. Half a count more than a whole sum keeps the product with the
 * inverse on the right side of every integer. */
static inline uint16_t stands_out(int px, double sum, double inverse)
{
    const int out = (px - (int)((sum + 0.5) * inverse)) / 16;
    return (uint16_t)(out > 0 ? out : 0);
}

/* The sum of the brightest window takes no more than 32 bits. */
static bool fits(int radius)
{
    return (2 * (uint64_t)radius + 1) * (2 * (uint64_t)radius + 1) * 65535 <= UINT32_MAX;
}

/* Where the window is cut at the border. */
static void above_ends(const struct scale *s, int from, int to, int y, int radius, int rows)
{
    const uint16_t *px = s->px.px + y * s->px.stride;
    const int w = s->px.w;
    for (int x = from; x < to; x++) {
        const int a = clip(x - radius, w), b = clip(x + radius + 1, w);
        const double sum = fits(radius) ? (double)(s->wrapped[b] - s->wrapped[a]) : s->sum[b] - s->sum[a];
        s->above[(ptrdiff_t)y * w + x] = stands_out(px[x], sum, 1.0 / ((b - a) * rows));
    }
}

/* Neighbours are alike, so that they are counted in turn in two tables. */
static void count_row(struct scale *s, const uint16_t *above)
{
    int x = 0;
    for (; x + 1 < s->px.w; x += 2) {
        s->bins[above[x]]++;
        s->odd[above[x + 1]]++;
    }
    if (x < s->px.w) s->bins[above[x]]++;
}

/* Rows through windows that are whole. A sum of doubles has to wait for the one before it. */
static void above_middle(const struct scale *s, uint16_t *restrict out, const uint16_t *restrict px,
                         int begin, int end, int radius, double inverse)
{
    const uint32_t *restrict sum = s->wrapped;
    for (int x = begin; x < end; x++) {
        /* Signed, so that conversion takes one instruction; shifted back exactly. */
        const int32_t around = (int32_t)((sum[x + radius + 1] - sum[x - radius]) ^ 0x80000000u);
        out[x] = stands_out(px[x], (double)around + 2147483648.0, inverse);
    }
}

static void above_middle_wide(const struct scale *s, uint16_t *restrict out, const uint16_t *restrict px,
                              int begin, int end, int radius, double inverse)
{
    const double *restrict sum = s->sum;
    for (int x = begin; x < end; x++)
        out[x] = stands_out(px[x], sum[x + radius + 1] - sum[x - radius], inverse);
}

static void add_up(struct scale *s, bool narrow)
{
    uint32_t sum = 0;
    s->sum[0] = 0;
    for (int x = 0; x < s->px.w && !narrow; x++)
        s->sum[x + 1] = s->sum[x] + s->column[x];
    if (narrow) s->wrapped[0] = 0;
    for (int x = 0; x < s->px.w && narrow; x++)
        s->wrapped[x + 1] = sum += s->column[x];
}

/* Light minus its mean over the window of `radius`, cut at the border. */
static void above_row(struct scale *s, int y, int radius, int rows)
{
    const int w = s->px.w, begin = clip(radius, w), end = w - radius - 1 > begin ? w - radius - 1 : begin;
    const uint16_t *px = s->px.px + y * s->px.stride;
    uint16_t *out = s->above + (ptrdiff_t)y * w;
    const double inverse = 1.0 / ((2 * radius + 1) * rows);
    add_up(s, fits(radius));
    above_ends(s, 0, begin, y, radius, rows);
    (fits(radius) ? above_middle : above_middle_wide)(s, out, px, begin, end, radius, inverse);
    above_ends(s, end, w, y, radius, rows);
    count_row(s, out);
}

static void above(struct scale *s, int radius)
{
    const int h = s->px.h;
    memset(s->column, 0, (size_t)s->px.w * sizeof *s->column);
    memset(s->bins, 0, sizeof s->bins);
    memset(s->odd, 0, sizeof s->odd);
    for (int y = 0; y < clip(radius, h); y++)
        add_row(s, y, 1);
    for (int y = 0; y < h; y++) {
        if (y + radius < h) add_row(s, y + radius, 1);
        if (y - radius - 1 >= 0) add_row(s, y - radius - 1, -1);
        above_row(s, y, radius, clip(y + radius + 1, h) - clip(y - radius, h));
    }
    for (int i = 0; i < BINS; i++)
        s->bins[i] += s->odd[i];
    s->bins[0] = 0;
}

static void end_chord(struct scale *s, int length)
{
    s->chords[length] += (uint32_t)length;
}

/* Chords along the row, and those along columns that begin here or ended in the row above. */
static void chords_of_row(struct scale *s, int y, int words)
{
    uint64_t left = 0;
    int begin = 0;
    for (int i = 0; i < words; i++) {
        for (uint64_t e = s->is[i] ^ (s->is[i] << 1 | left >> 63); e; e &= e - 1) {
            const int x = 64 * i + __builtin_ctzll(e);
            if (s->is[i] & e & -e)
                begin = x;
            else
                end_chord(s, x - begin);
        }
        for (uint64_t e = s->is[i] ^ s->was[i]; e; e &= e - 1) {
            const int x = 64 * i + __builtin_ctzll(e);
            if (s->is[i] & e & -e)
                s->begun[x] = y;
            else
                end_chord(s, y - s->begun[x]);
        }
        left = s->is[i];
    }
    if (left >> 63) end_chord(s, 64 * words - begin);
}

/* Chords of the pixels that are more than `least` above their surroundings. */
static void chords(struct scale *s, int least)
{
    const int w = s->px.w, h = s->px.h, words = (w + 63) / 64;
    const size_t bytes = (size_t)words * sizeof *s->is;
    memset(s->chords, 0, ((size_t)s->longest + 1) * sizeof *s->chords);
    memset(s->was, 0, bytes);
    for (int y = 0; y < h; y++) {
        s->kernels->threshold_row(s->is, s->above + (ptrdiff_t)y * w, (uint16_t)least, w);
        chords_of_row(s, y, words);
        memcpy(s->was, s->is, bytes);
    }
    memset(s->is, 0, bytes);
    chords_of_row(s, h, words);
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
           3 * stm_arena_cost(side * sizeof(uint32_t)) + stm_arena_cost((side + 1) * sizeof(double)) +
           2 * stm_arena_cost((side + 63) / 64 * sizeof(uint64_t));
}

static bool prepare(struct scale *s, struct stm_finder *f, int shift, struct stm_error *err)
{
    const int w = (f->w + (1 << shift) - 1) >> shift, h = (f->h + (1 << shift) - 1) >> shift;
    const size_t n = (size_t)w * (size_t)h;
    const struct stm_u16 small = {stm_arena_take(f->scratch, n * 2, "a small image", err), w, w, h};
    s->longest = w > h ? w : h;
    s->above = stm_arena_take(f->scratch, n * sizeof *s->above, "local contrast", err);
    s->column = stm_arena_take(f->scratch, (size_t)w * sizeof *s->column, "column sums", err);
    s->sum = stm_arena_take(f->scratch, ((size_t)w + 1) * sizeof *s->sum, "column sums", err);
    s->wrapped = (uint32_t *)s->sum;
    s->was = stm_arena_take(f->scratch, ((size_t)w + 63) / 64 * sizeof *s->was, "chords", err);
    s->is = stm_arena_take(f->scratch, ((size_t)w + 63) / 64 * sizeof *s->is, "chords", err);
    s->begun = stm_arena_take(f->scratch, (size_t)w * sizeof *s->begun, "chords", err);
    s->chords = stm_arena_take(f->scratch, ((size_t)s->longest + 1) * sizeof *s->chords, "chords", err);
    if (!small.px || !s->above || !s->column || !s->sum || !s->was || !s->is || !s->begun || !s->chords)
        return false;
    s->kernels = f->kernels;
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
