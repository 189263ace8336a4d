/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large nuclei are here, before any is found. What is brighter than its surroundings is cut into chords
 * along rows and columns; the median chord (each weighted by its length) tells how far the surroundings
 * should reach, and the next round uses that. A window much larger than a nucleus sees clumps, bands and haze
 * as one; going down from there, the rounds stop where chords no longer get shorter: at the nuclei. */
#include "pipeline/nuclei/finder.h"
#include "pipeline/nuclei/sample.h"

#include <stdlib.h>
#include <string.h>

enum { BINS = 4096, ROUNDS = 6 };

/* What each member of the team has for its rows. */
struct band {
    uint32_t *column; /* sums over the window's rows */
    double *sum;      /* of the columns before each: whole numbers below 2^53 */
    uint32_t
        *wrapped; /* the same modulo 2^32, in the same place: for windows whose sums are less than that */
    uint32_t bins[BINS], odd[BINS];
};

struct scale {
    const struct stm_finder *f;
    struct stm_cu16 px; /* shrunk light */
    uint16_t *above;    /* light minus the mean around, in units of 16; 0 where it is less */
    int radius;         /* of the window */
    struct band *band[STM_TEAM_MOST];
    uint64_t *was, *is; /* whether pixels of the row above and of this one are in chords */
    int32_t *begun;     /* row in which the chord along each column began */
    uint32_t *chords;   /* pixels in chords of each length */
    int longest;
    uint32_t bins[BINS];
};

static int clip(int i, int n)
{
    return i < 0 ? 0 : i > n ? n : i;
}

static void add_row(const struct scale *s, struct band *b, int y, int sign)
{
    const uint16_t *px = s->px.px + y * s->px.stride;
    for (int x = 0; x < s->px.w; x++)
        b->column[x] += (uint32_t)(sign * px[x]);
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
static void above_ends(const struct scale *s, const struct band *band, int from, int to, int y, int rows)
{
    const int radius = s->radius;
    const uint16_t *px = s->px.px + y * s->px.stride;
    const int w = s->px.w;
    for (int x = from; x < to; x++) {
        const int a = clip(x - radius, w), b = clip(x + radius + 1, w);
        const double sum =
            fits(radius) ? (double)(band->wrapped[b] - band->wrapped[a]) : band->sum[b] - band->sum[a];
        s->above[(ptrdiff_t)y * w + x] = stands_out(px[x], sum, 1.0 / ((b - a) * rows));
    }
}

/* Neighbours are alike, so that they are counted in turn in two tables. */
static void count_row(struct band *b, const uint16_t *above, int w)
{
    int x = 0;
    for (; x + 1 < w; x += 2) {
        b->bins[above[x]]++;
        b->odd[above[x + 1]]++;
    }
    if (x < w) b->bins[above[x]]++;
}

/* Rows through windows that are whole. A sum of doubles has to wait for the one before it. */
static void above_middle(const struct band *b, uint16_t *restrict out, const uint16_t *restrict px, int begin,
                         int end, int radius, double inverse)
{
    const uint32_t *restrict sum = b->wrapped;
    for (int x = begin; x < end; x++) {
        /* Signed, so that conversion takes one instruction; shifted back exactly. */
        const int32_t around = (int32_t)((sum[x + radius + 1] - sum[x - radius]) ^ 0x80000000u);
        out[x] = stands_out(px[x], (double)around + 2147483648.0, inverse);
    }
}

static void above_middle_wide(const struct band *b, uint16_t *restrict out, const uint16_t *restrict px,
                              int begin, int end, int radius, double inverse)
{
    const double *restrict sum = b->sum;
    for (int x = begin; x < end; x++)
        out[x] = stands_out(px[x], sum[x + radius + 1] - sum[x - radius], inverse);
}

static void add_up(struct band *b, int w, bool narrow)
{
    uint32_t sum = 0;
    b->sum[0] = 0;
    for (int x = 0; x < w && !narrow; x++)
        b->sum[x + 1] = b->sum[x] + b->column[x];
    if (narrow) b->wrapped[0] = 0;
    for (int x = 0; x < w && narrow; x++)
        b->wrapped[x + 1] = sum += b->column[x];
}

/* Light minus its mean over the window, cut at the border. */
static void above_row(const struct scale *s, struct band *b, int y, int rows)
{
    const int w = s->px.w, radius = s->radius;
    const int begin = clip(radius, w), end = w - radius - 1 > begin ? w - radius - 1 : begin;
    const uint16_t *px = s->px.px + y * s->px.stride;
    uint16_t *out = s->above + (ptrdiff_t)y * w;
    const double inverse = 1.0 / ((2 * radius + 1) * rows);
    add_up(b, w, fits(radius));
    above_ends(s, b, 0, begin, y, rows);
    (fits(radius) ? above_middle : above_middle_wide)(b, out, px, begin, end, radius, inverse);
    above_ends(s, b, end, w, y, rows);
    count_row(b, out, w);
}

/* Begins with the window of the row before the first. */
static bool above_rows(void *context, int part, int64_t from, int64_t last, struct stm_error *err)
{
    const struct scale *const s = context;
    struct band *const b = s->band[part];
    const int h = s->px.h, radius = s->radius, y0 = (int)from;
    (void)err;
    memset(b->column, 0, (size_t)s->px.w * sizeof *b->column);
    for (int y = clip(y0 - 1 - radius, h); y < clip(y0 + radius, h); y++)
        add_row(s, b, y, 1);
    for (int y = y0; y < last; y++) {
        if (y + radius < h) add_row(s, b, y + radius, 1);
        if (y - radius - 1 >= 0) add_row(s, b, y - radius - 1, -1);
        above_row(s, b, y, clip(y + radius + 1, h) - clip(y - radius, h));
    }
    return true;
}

static int members(const struct stm_finder *f)
{
    return f->team ? f->team->n : 1;
}

static bool above(struct scale *s, int radius, struct stm_error *err)
{
    s->radius = radius;
    memset(s->bins, 0, sizeof s->bins);
    for (int i = 0; i < members(s->f); i++) {
        memset(s->band[i]->bins, 0, sizeof s->band[i]->bins);
        memset(s->band[i]->odd, 0, sizeof s->band[i]->odd);
    }
    if (!stm_team_share(s->f->team, s->px.h, 1, s, above_rows, err)) return false;
    for (int i = 0; i < members(s->f); i++)
        for (int k = 1; k < BINS; k++)
            s->bins[k] += s->band[i]->bins[k] + s->band[i]->odd[k];
    return true;
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
        s->f->kernels->threshold_row(s->is, s->above + (ptrdiff_t)y * w, (uint16_t)least, w);
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
static int round_of(struct scale *s, double noise)
{
    const int bright = stm_sample_rank(s->bins, BINS, total(s->bins, BINS) * 19 / 20);
    const int least = (int)(3 * noise / 16) > bright / 4 ? (int)(3 * noise / 16) : bright / 4;
    chords(s, least);
    return stm_sample_rank(s->chords, s->longest + 1, total(s->chords, s->longest + 1) / 2);
}

/* In shrunk pixels. */
static bool settle(struct scale *s, double noise, int *chord, struct stm_error *err)
{
    int radius = (s->px.w < s->px.h ? s->px.w : s->px.h) / 4;
    for (int i = 0; i < ROUNDS; i++) {
        if (!above(s, radius < 4 ? 4 : radius, err)) return false;
        *chord = round_of(s, noise);
        const int next = *chord * 6 / 5 > 4 ? *chord * 6 / 5 : 4;
        if (10 * next >= 9 * radius) break;
        radius = next;
    }
    return true;
}

size_t stm_nuclei_band_bytes(int w)
{
    const size_t side = (size_t)(w / 2 + 1);
    return stm_arena_cost(sizeof(struct band)) + stm_arena_cost(side * sizeof(uint32_t)) +
           stm_arena_cost((side + 1) * sizeof(double));
}

size_t stm_nuclei_scale_bytes(int w, int h)
{
    const size_t n = (size_t)(w / 2 + 1) * (size_t)(h / 2 + 1), side = (size_t)(w > h ? w : h) + 1;
    return stm_arena_cost(sizeof(struct scale)) + stm_nuclei_band_bytes(w) + 2 * stm_arena_cost(n * 2) +
           2 * stm_arena_cost(side * sizeof(uint32_t)) +
           2 * stm_arena_cost((side + 63) / 64 * sizeof(uint64_t));
}

static bool take_band(struct scale *s, int i, int w, struct stm_error *err)
{
    struct stm_arena *const arena = stm_nuclei_arena(s->f, i);
    struct band *const b = s->band[i] = stm_arena_take(arena, sizeof *b, "a band of rows", err);
    if (!b) return false;
    b->column = stm_arena_take(arena, (size_t)w * sizeof *b->column, "column sums", err);
    b->sum = stm_arena_take(arena, ((size_t)w + 1) * sizeof *b->sum, "column sums", err);
    b->wrapped = (uint32_t *)b->sum;
    return b->column && b->sum;
}

static bool prepare(struct scale *s, struct stm_finder *f, int shift, struct stm_error *err)
{
    const int w = (f->w + (1 << shift) - 1) >> shift, h = (f->h + (1 << shift) - 1) >> shift;
    const size_t n = (size_t)w * (size_t)h;
    const struct stm_u16 small = {stm_arena_take(f->scratch, n * 2, "a small image", err), w, w, h};
    s->longest = w > h ? w : h;
    s->above = stm_arena_take(f->scratch, n * sizeof *s->above, "local contrast", err);
    s->was = stm_arena_take(f->scratch, ((size_t)w + 63) / 64 * sizeof *s->was, "chords", err);
    s->is = stm_arena_take(f->scratch, ((size_t)w + 63) / 64 * sizeof *s->is, "chords", err);
    s->begun = stm_arena_take(f->scratch, (size_t)w * sizeof *s->begun, "chords", err);
    s->chords = stm_arena_take(f->scratch, ((size_t)s->longest + 1) * sizeof *s->chords, "chords", err);
    if (!small.px || !s->above || !s->was || !s->is || !s->begun || !s->chords) return false;
    s->f = f;
    for (int i = 0; i < members(f); i++)
        if (!take_band(s, i, w, err)) return false;
    s->px = (struct stm_cu16)STM_CONST(small);
    return stm_nuclei_shrink(f, small, shift, err);
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
        int chord = 1;
        if (!prepare(s, f, shift, err) || !settle(s, f->noise / (1 << shift), &chord, err)) return false;
        f->diameter = 1.25 * (chord << shift);
        stm_arena_reset(f->scratch, here);
        stm_nuclei_rest_members(f);
        if (chord >= 5) break;
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}
