/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/conv8.h"

#include "tests/kernels/check.h"
#include "tests/kernels/peak_dot8.h"

#include <stdbool.h>
#include <string.h>

enum { MOST_QUADS = 40, MOST_GROUPS = 6 };

/* A convolution and rows for it, all in guarded memory. */
struct rows {
    struct stm_conv8 conv;
    const uint8_t *src[3 * MOST_QUADS];
    uint8_t *dst[4 * MOST_GROUPS];
    const int32_t *more[3];
    int w;
};

/* Runs as long as weights up to `most` allow, of products in any order; `parts` for a group. */
static void plan(struct rows *r, int most, int parts)
{
    const int products = 9 / parts * r->conv.quads, all = r->conv.groups * parts,
              n = 258 / (2 * most) < STM_CONV8_RUN ? 258 / (2 * most) : STM_CONV8_RUN;
    uint16_t(*runs)[STM_CONV8_RUN] = check_memory((size_t)all * sizeof *runs, 1);
    uint16_t *order = check_memory((size_t)(all * products) * sizeof *order, 1);
    for (int g = 0; g < all; g++) {
        memset(runs[g], 0, sizeof runs[g]);
        runs[g][n - 1] = (uint16_t)(products / n);
        if (products % n) runs[g][products % n - 1] = 1;
        for (int i = 0; i < products; i++) {
            const int j = (int)check_below((uint32_t)i + 1);
            order[g * products + i] = order[g * products + j];
            order[g * products + j] = (uint16_t)i;
        }
    }
    r->conv.runs = (const uint16_t(*)[STM_CONV8_RUN])runs;
    r->conv.order = order;
}

/* Sums to begin with, up to where the greatest convolution's still fit 32 bits. */
static void begin(struct rows *r)
{
    const size_t sums = (size_t)(r->conv.groups * r->w * 16);
    for (int ky = 0; ky < 3; ky++) {
        int32_t *more = check_memory(sums * sizeof *more, ky & 1);
        for (size_t i = 0; i < sums; i++)
            more[i] = (int32_t)check_below(1 << 28) - (1 << 27);
        r->more[ky] = more;
    }
}

/* Fills 0, 1: everything at one end or the other, so that sums are as large as they can be. */
static struct rows rows_of(int quads, int groups, int w, int fill, int most, int parts)
{
    const size_t weights = (size_t)(groups * 9 * quads * 64);
    int8_t *weight = check_memory(weights, 1);
    int32_t *scale = check_memory((size_t)groups * 64, 1);
    int64_t *offset = check_memory((size_t)groups * 128, 1);
    struct rows r = {.conv = {quads, groups, (int)check_below(31), weight, scale, offset, NULL, NULL},
                     .w = w};
    plan(&r, most, parts);
    begin(&r);
    for (size_t i = 0; i < weights; i++)
        weight[i] =
            (int8_t)(fill < 2 ? (fill ? most : -most) : (int)check_below(2 * (uint32_t)most + 1) - most);
    for (int i = 0; i < 16 * groups; i++) { /* most values between 0 and 127 */
        scale[i] = (int32_t)(INT64_C(1) << (32 + r.conv.shift > 42 ? 30 : r.conv.shift + 20));
        scale[i] -= (int32_t)check_below((uint32_t)scale[i]);
        offset[i] = (int64_t)((uint64_t)check_below(128) << (32 + (r.conv.shift < 22 ? r.conv.shift : 22)));
        if (check_below(2)) offset[i] = -offset[i] + (int64_t)(check_random() >> 32);
    }
    for (int i = 0; i < 3 * quads; i++) {
        uint8_t *px = check_memory((size_t)(w + 2) * 4, i & 1);
        r.src[i] = px;
        for (int j = 0; j < 4 * (w + 2); j++)
            px[j] = fill < 2 ? 127 : (uint8_t)check_below(128);
    }
    for (int i = 0; i < 4 * groups; i++)
        r.dst[i] = check_memory((size_t)w * 4, i & 1);
    return r;
}

/* One output, summed in the order of the text books. */
static int expected(const struct rows *r, int x, int output, bool more)
{
    const struct stm_conv8 *c = &r->conv;
    int64_t sum = 0;
    for (int ky = 0; ky < 3 && more; ky++)
        sum += r->more[ky][(output / 16 * r->w + x) * 16 + output % 16];
    for (int channel = 0; channel < 4 * c->quads; channel++)
        for (int ky = 0; ky < 3; ky++)
            for (int kx = 0; kx < 3; kx++) {
                const int tap = ((output / 16 * 9 + ky * 3 + kx) * c->quads + channel / 4) * 64;
                sum += c->weight[tap + output % 16 * 4 + channel % 4] *
                       r->src[ky * c->quads + channel / 4][4 * (x + kx) + channel % 4];
            }
    sum = sum * c->scale[output] + c->offset[output / 16 * 16 + output % 16 / 2 + output % 2 * 8];
    for (int i = 0; i < 32 + c->shift; i++)
        sum = sum / 2 - (sum % 2 < 0);
    return (int)(sum < 0 ? 0 : sum > 127 ? 127 : sum);
}

static void row_truth(const struct stm_kernels *ref)
{
    for (int i = 0; i < 12; i++) {
        const struct rows r = rows_of(1 + i % 4, 1 + i % 3, 1 + i * 3, i, 127, 1);
        const bool more = i % 5 > 1;
        ref->conv8_row(r.dst, r.src, r.w, &r.conv, more ? r.more : NULL);
        for (int x = 0; x < r.w; x++)
            for (int o = 0; o < 16 * r.conv.groups; o++)
                CHECK(r.dst[o / 4][4 * x + o % 4] == expected(&r, x, o, more),
                      "pixel %d, output %d is %d, not %d", x, o, r.dst[o / 4][4 * x + o % 4],
                      expected(&r, x, o, more));
    }
}

/* The sums of a row made twice as wide, as a convolution sees it. */
static int32_t doubled(const struct rows *r, int ky, int x, int output)
{
    const struct stm_conv8 *c = &r->conv;
    int32_t sum = 0;
    for (int channel = 0; channel < 4 * c->quads; channel++)
        for (int kx = 0; kx < 3; kx++) {
            const int wide = x + kx - 1, px = wide < 0 ? -1 : wide >= 2 * r->w ? r->w : wide / 2;
            const int tap = ((output / 16 * 9 + ky * 3 + kx) * c->quads + channel / 4) * 64;
            sum += c->weight[tap + output % 16 * 4 + channel % 4] *
                   r->src[channel / 4][4 * (px + 1) + channel % 4];
        }
    return sum;
}

struct sums {
    int32_t *row[3];
};

static struct sums sums_of(const struct rows *r, int left)
{
    struct sums s;
    for (int ky = 0; ky < 3; ky++)
        s.row[ky] =
            check_memory((size_t)(r->conv.groups * 2 * r->w * 16) * sizeof *s.row[ky], (left ^ ky) & 1);
    return s;
}

static void spread_truth(const struct stm_kernels *ref)
{
    for (int i = 0; i < 12; i++) {
        const struct rows r = rows_of(1 + i % 4, 1 + i % 3, 1 + i * 3, i, 127, 9);
        const struct sums s = sums_of(&r, 0);
        ref->conv8_spread(s.row, r.src, r.w, &r.conv);
        for (int at = 0; at < 3 * 2 * r.w * 16 * r.conv.groups; at++) {
            const int ky = at % 3, x = at / 3 % (2 * r.w), o = at / 3 / (2 * r.w);
            const int32_t found = s.row[ky][(o / 16 * 2 * r.w + x) * 16 + o % 16];
            CHECK(found == doubled(&r, ky, x, o), "row %d, pixel %d, output %d is %d, not %d", ky, x, o,
                  found, doubled(&r, ky, x, o));
        }
    }
}

static const int some_quads[] = {1, 2, 7, 12, 28, 40}, some_most[] = {127, 64, 43, 32, 25, 21, 18, 16};

static void same_row(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    for (int i = 0; i < 8 * MOST_GROUPS; i++) {
        const struct rows r = rows_of(some_quads[i % 6], 1 + (i + i / 6) % MOST_GROUPS,
                                      1 + (int)check_below(53), i / 8, some_most[i % 8], 1);
        const int32_t *const *more = i % 3 ? r.more : NULL;
        uint8_t *mine[4 * MOST_GROUPS];
        for (int j = 0; j < 4 * r.conv.groups; j++)
            mine[j] = check_memory((size_t)r.w * 4, ~j & 1);
        ref->conv8_row(r.dst, r.src, r.w, &r.conv, more);
        k->conv8_row(mine, r.src, r.w, &r.conv, more);
        for (int j = 0; j < 4 * r.conv.groups; j++)
            check_equal_bytes(r.dst[j], mine[j], (size_t)r.w * 4, "conv8");
    }
}

/* Widths on both sides of what is done at once. */
static void same_spread(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    for (int i = 0; i < 8 * MOST_GROUPS; i++) {
        const struct rows r = rows_of(some_quads[i % 6], 1 + (i + i / 6) % 3,
                                      1 + (int)check_below(i % 2 ? 20 : 150), i / 8, some_most[i % 8], 9);
        const struct sums theirs = sums_of(&r, 0), mine = sums_of(&r, 1);
        ref->conv8_spread(theirs.row, r.src, r.w, &r.conv);
        k->conv8_spread(mine.row, r.src, r.w, &r.conv);
        for (int ky = 0; ky < 3; ky++)
            check_equal_bytes(theirs.row[ky], mine.row[ky],
                              (size_t)(r.conv.groups * 2 * r.w * 16) * sizeof *mine.row[ky], "conv8_spread");
    }
}

/* Six rows, four of an image of half the size, what is made of them, and the same by rows. */
struct tiles {
    struct rows rows, coarse;
    struct stm_conv8_tiled tiled;
    const uint8_t *src[10 * MOST_QUADS];
    uint8_t *dst[STM_CONV8_TILE * 4 * MOST_GROUPS];
    void *scratch;
};

static int16_t *tile_weights(const struct stm_conv8 *conv)
{
    int16_t *weight = check_memory(stm_conv8_tile_weights_bytes(conv), 1);
    stm_conv8_tile_weights(weight, conv);
    return weight;
}

/* Pixels behind the row's are as bad as they can be. */
static void tile_rows(const uint8_t **src, int n, int w, int fill)
{
    const int bytes = (w + 2 + 3) / 4 * 16;
    for (int i = 0; i < n; i++) {
        uint8_t *px = check_memory((size_t)bytes, i & 1);
        src[i] = px;
        for (int j = 0; j < bytes; j++)
            px[j] = j >= 4 * (w + 2) ? 255 : fill < 2 ? 127 : (uint8_t)check_below(128);
    }
}

static void tiles_of(struct tiles *t, int quads, int coarse, int groups, int w, int fill)
{
    t->rows = rows_of(quads, groups, w, fill, 127, 1);
    t->tiled = (struct stm_conv8_tiled){.conv = &t->rows.conv, .weight = tile_weights(&t->rows.conv)};
    tile_rows(t->src, 6 * quads, w, fill);
    if (coarse) {
        t->coarse = rows_of(coarse, groups, w / 2, fill, 127, 9);
        t->tiled.coarse = &t->coarse.conv;
        t->tiled.coarse_weight = tile_weights(&t->coarse.conv);
        tile_rows(t->src + 6 * quads, 4 * coarse, w / 2, fill);
    }
    for (int i = 0; i < STM_CONV8_TILE * 4 * groups; i++)
        t->dst[i] = check_memory((size_t)w * 4, i & 1);
    t->scratch = check_memory(stm_conv8_tiles_scratch(&t->tiled), 1);
}

/* Sums of the coarse rows that row `row` of a tile sees. */
static void coarse_sums(const struct stm_kernels *ref, const struct tiles *t, int row, const int32_t *more[3])
{
    for (int ky = 0; ky < 3; ky++) {
        const struct sums s = sums_of(&t->coarse, 0);
        const int coarse = (row + ky + 1) / 2;
        ref->conv8_spread(s.row, t->src + 6 * t->rows.conv.quads + coarse * t->coarse.conv.quads, t->coarse.w,
                          &t->coarse.conv);
        more[ky] = s.row[ky];
    }
}

static void same_tiles(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    static const int coarse_quads[] = {0, 3, 16, 0, 24};
    for (int i = 0; i < 30; i++) {
        static struct tiles t;
        const int coarse = coarse_quads[i % 5], w = 1 + (int)check_below(i % 2 ? 9 : 150);
        tiles_of(&t, some_quads[i % 5], coarse, 1 + i % 3, coarse ? (w + 1) / 2 * 2 : w, i / 6);
        const struct stm_conv8 *conv = &t.rows.conv;
        k->conv8_tiles(t.dst, t.src, t.rows.w, &t.tiled, t.scratch);
        for (int row = 0; row < STM_CONV8_TILE; row++) {
            const int32_t *more[3];
            if (coarse) coarse_sums(ref, &t, row, more);
            ref->conv8_row(t.rows.dst, t.src + row * conv->quads, t.rows.w, conv, coarse ? more : NULL);
            for (int j = 0; j < 4 * conv->groups; j++)
                check_equal_bytes(t.rows.dst[j], t.dst[row * 4 * conv->groups + j], (size_t)t.rows.w * 4,
                                  "conv8_tiles");
        }
    }
}

static void truth(const struct stm_kernels *ref)
{
    row_truth(ref);
    spread_truth(ref);
    same_tiles(ref, ref);
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    same_row(ref, k);
    same_spread(ref, k);
    same_tiles(ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct rows rows;
    struct sums sums;
    struct tiles tiles;
};

static void work(void *state)
{
    const struct bench *b = state;
    for (int y = 0; y < 16; y++)
        b->k->conv8_row(b->rows.dst, b->rows.src, b->rows.w, &b->rows.conv, NULL);
}

/* As many outputs as of `work`, from half the pixels in half as many rows. */
static void work_spread(void *state)
{
    const struct bench *b = state;
    for (int y = 0; y < 8; y++)
        b->k->conv8_spread(b->sums.row, b->rows.src, b->rows.w, &b->rows.conv);
}

/* GMAC/s without memory; 0 where that is not measured. */
static double time_peak(enum stm_isa isa)
{
    const double gmac = peak_dot8_macs(isa) / 1e9;
    if (!peak_dot8(isa)) return 0;
    check_time("dot8 in registers, per 1000 products", peak_dot8(isa), NULL, gmac * 1e6);
    check_rate("GMAC/s", gmac);
    return gmac / check_latest();
}

static void work_tiles(void *state)
{
    const struct bench *b = state;
    for (int y = 0; y < 16; y += STM_CONV8_TILE)
        b->k->conv8_tiles(b->tiles.dst, b->tiles.src, b->tiles.rows.w, &b->tiles.tiled, b->tiles.scratch);
}

struct size {
    const char *name;
    int quads, groups;
};

static void bench(const struct stm_kernels *k)
{
    static const struct size size[] = {{"conv8 4 to 16", 1, 1},    {"conv8 16 to 16", 4, 1},
                                       {"conv8 48 to 16", 12, 1},  {"conv8 32 to 32", 8, 2},
                                       {"conv8 80 to 32", 20, 2},  {"conv8 112 to 48", 28, 3},
                                       {"conv8 64 to 64", 16, 4},  {"conv8 64 to 16", 16, 1},
                                       {"conv8 160 to 64", 40, 4}, {NULL, 0, 0}};
    static const struct size spread[] = {{"conv8 48 doubled to 16", 12, 1},
                                         {"conv8 64 doubled to 48", 16, 3},
                                         {"conv8 96 doubled to 64", 24, 4},
                                         {NULL, 0, 0}};
    const double peak = time_peak(k->isa);
    for (int i = 0; size[i].name; i++) {
        struct bench b = {.k = k, .rows = rows_of(size[i].quads, size[i].groups, 512, 2, 43, 1)};
        check_time(size[i].name, work, &b, 16.0 * b.rows.w);
        const double gmac = 16.0 * b.rows.w * 9 * 4 * size[i].quads * 16 * size[i].groups / 1e9;
        check_rate("GMAC/s", gmac);
        if (peak > 0) check_rate("% of what the registers do", 100 * gmac / peak);
        if (!k->tiles_pay) continue;
        tiles_of(&b.tiles, size[i].quads, 0, size[i].groups, 512, 2);
        check_time("    by tiles", work_tiles, &b, 16.0 * b.rows.w);
        check_rate("GMAC/s of a sum one by one", gmac);
    }
    for (int i = 0; spread[i].name; i++) {
        struct bench b = {.k = k, .rows = rows_of(spread[i].quads, spread[i].groups, 256, 2, 43, 9)};
        b.sums = sums_of(&b.rows, 0);
        check_time(spread[i].name, work_spread, &b, 16.0 * 512);
        if (!k->tiles_pay) continue;
        tiles_of(&b.tiles, 4 * spread[i].groups, spread[i].quads, spread[i].groups, 512, 2);
        check_time("    by tiles, with as many of full size as outputs", work_tiles, &b, 16.0 * 512);
    }
}

const struct check check_conv8 = {"conv8", truth, same, bench};
