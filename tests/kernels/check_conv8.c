/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/conv8.h"

#include "tests/kernels/check.h"
#include "tests/kernels/peak_dot8.h"

#include <string.h>

enum { MOST_QUADS = 40, MOST_GROUPS = 6 };

/* A convolution and rows for it, all in guarded memory. */
struct rows {
    struct stm_conv8 conv;
    const uint8_t *src[3 * MOST_QUADS];
    uint8_t *dst[4 * MOST_GROUPS];
    int w;
};

/* Runs as long as weights up to `most` allow, of products in any order. */
static void plan(struct rows *r, int most)
{
    const int products = 9 * r->conv.quads,
              n = 258 / (2 * most) < STM_CONV8_RUN ? 258 / (2 * most) : STM_CONV8_RUN;
    uint16_t(*runs)[STM_CONV8_RUN] = check_memory((size_t)r->conv.groups * sizeof *runs, 1);
    uint16_t *order = check_memory((size_t)(r->conv.groups * products) * sizeof *order, 1);
    for (int g = 0; g < r->conv.groups; g++) {
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

/* Fills 0, 1: everything at one end or the other, so that sums are as large as they can be. */
static struct rows rows_of(int quads, int groups, int w, int fill, int most)
{
    const size_t weights = (size_t)(groups * 9 * quads * 64);
    int8_t *weight = check_memory(weights, 1);
    int32_t *scale = check_memory((size_t)groups * 64, 1);
    int64_t *offset = check_memory((size_t)groups * 128, 1);
    struct rows r = {.conv = {quads, groups, (int)check_below(31), weight, scale, offset, NULL, NULL},
                     .w = w};
    plan(&r, most);
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
static int expected(const struct rows *r, int x, int output)
{
    const struct stm_conv8 *c = &r->conv;
    int64_t sum = 0;
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

static void truth(const struct stm_kernels *ref)
{
    for (int i = 0; i < 12; i++) {
        const struct rows r = rows_of(1 + i % 4, 1 + i % 3, 1 + i * 3, i, 127);
        ref->conv8_row(r.dst, r.src, r.w, &r.conv);
        for (int x = 0; x < r.w; x++)
            for (int o = 0; o < 16 * r.conv.groups; o++)
                CHECK(r.dst[o / 4][4 * x + o % 4] == expected(&r, x, o), "pixel %d, output %d is %d, not %d",
                      x, o, r.dst[o / 4][4 * x + o % 4], expected(&r, x, o));
    }
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    static const int quads[] = {1, 2, 7, 12, 28, 40}, most[] = {127, 64, 43, 32, 25, 21, 18, 16};
    for (int i = 0; i < 8 * MOST_GROUPS; i++) {
        const struct rows r = rows_of(quads[i % 6], 1 + (i + i / 6) % MOST_GROUPS, 1 + (int)check_below(53),
                                      i / 8, most[i % 8]);
        uint8_t *mine[4 * MOST_GROUPS];
        for (int j = 0; j < 4 * r.conv.groups; j++)
            mine[j] = check_memory((size_t)r.w * 4, ~j & 1);
        ref->conv8_row(r.dst, r.src, r.w, &r.conv);
        k->conv8_row(mine, r.src, r.w, &r.conv);
        for (int j = 0; j < 4 * r.conv.groups; j++)
            check_equal_bytes(r.dst[j], mine[j], (size_t)r.w * 4, "conv8");
    }
}

struct bench {
    const struct stm_kernels *k;
    struct rows rows;
};

static void work(void *state)
{
    const struct bench *b = state;
    for (int y = 0; y < 16; y++)
        b->k->conv8_row(b->rows.dst, b->rows.src, b->rows.w, &b->rows.conv);
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

static void bench(const struct stm_kernels *k)
{
    static const struct {
        const char *name;
        int quads, groups;
    } size[] = {{"conv8 4 to 16", 1, 1},    {"conv8 16 to 16", 4, 1},
                {"conv8 48 to 16", 12, 1},  {"conv8 32 to 32", 8, 2},
                {"conv8 80 to 32", 20, 2},  {"conv8 112 to 48", 28, 3},
                {"conv8 64 to 64", 16, 4},  {"conv8 64 to 16", 16, 1},
                {"conv8 160 to 64", 40, 4}, {NULL, 0, 0}};
    const double peak = time_peak(k->isa);
    for (int i = 0; size[i].name; i++) {
        struct bench b = {k, rows_of(size[i].quads, size[i].groups, 512, 2, 43)};
        check_time(size[i].name, work, &b, 16.0 * b.rows.w);
        const double gmac = 16.0 * b.rows.w * 9 * 4 * size[i].quads * 16 * size[i].groups / 1e9;
        check_rate("GMAC/s", gmac);
        if (peak > 0) check_rate("% of what the registers do", 100 * gmac / peak);
    }
}

const struct check check_conv8 = {"conv8", truth, same, bench};
