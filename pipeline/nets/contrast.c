/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/contrast.h"

#include "kernels/gauss.h"
#include "kernels/histogram.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

/* x in 1/ONE; windows of SIDE x SIDE pixels. */
enum { LEVELS = 65536, ONE = 1024, REACH = 2, SIDE = 2 * REACH + 1, COUNT = SIDE * SIDE };

struct tables {
    uint8_t plain[2 * ONE + 1], root[2 * ONE + 1];
    uint64_t least[128]; /* COUNT^2 times the least variance (in 1/ONE^2) that is shown as this value */
};

struct room {
    struct tables tables;
    uint32_t bins[LEVELS];
    int32_t *sum, *squares; /* of a column's SIDE pixels */
    uint16_t *smooth;
    int16_t *x;
    void *rest;
};

static size_t even(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

size_t stm_net_contrast_scratch(int w, int h)
{
    const size_t pixels = (size_t)w * (size_t)h, columns = (size_t)(w + 2 * REACH);
    return even(sizeof(struct room)) + 2 * even(columns * 4) + 2 * even(pixels * 2) +
           stm_gauss_grid_scratch(w, h, STM_CONTRAST_SIGMA);
}

static struct room *lay_out(void *scratch, int w, int h)
{
    struct room *r = scratch;
    const size_t pixels = (size_t)w * (size_t)h, columns = (size_t)(w + 2 * REACH);
    char *at = (char *)scratch + even(sizeof *r);
    r->sum = (int32_t *)(void *)at;
    r->squares = (int32_t *)(void *)(at += even(columns * 4));
    r->smooth = (uint16_t *)(void *)(at += even(columns * 4));
    r->x = (int16_t *)(void *)(at += even(pixels * 2));
    r->rest = at + even(pixels * 2);
    return r;
}

static uint8_t shown(double part)
{
    return (uint8_t)(127 * part + 0.5);
}

static void fill_tables(struct tables *t)
{
    for (int i = -ONE; i <= ONE; i++) {
        const double x = i / (double)ONE;
        t->plain[i + ONE] = shown((1 + x) / 2);
        t->root[i + ONE] = shown((1 + (x < 0 ? -sqrt(-x) : sqrt(x))) / 2);
    }
    t->least[0] = 0;
    for (int k = 1; k < 128; k++) {
        const double v = (k - 0.5) / 127, variance = v * v * v * v / 4;
        t->least[k] = (uint64_t)(variance * COUNT * COUNT * ONE * ONE) + 1;
    }
}

static uint32_t apart(uint16_t a, uint16_t b)
{
    return a > b ? (uint32_t)(a - b) : (uint32_t)(b - a);
}

/* The rank of 99 % of |d|, at least 1. */
static int strength(struct room *r, struct stm_cu16 image)
{
    memset(r->bins, 0, sizeof r->bins);
    for (int y = 0; y < image.h; y++)
        for (int x = 0; x < image.w; x++)
            r->bins[apart(image.px[y * image.stride + x], r->smooth[y * image.w + x])]++;
    const int most = stm_bins_quantile(r->bins, LEVELS, 0.99);
    return most > 0 ? most : 1;
}

static int16_t scaled(int d, int most)
{
    const int64_t twice = 2 * (int64_t)(d < 0 ? -d : d) * ONE + most, x = twice / (2 * most);
    const int16_t size = (int16_t)(x < ONE ? x : ONE);
    return d < 0 ? (int16_t)-size : size;
}

static void normalise(struct room *r, struct stm_cu16 image)
{
    const int most = strength(r, image);
    for (int y = 0; y < image.h; y++)
        for (int x = 0; x < image.w; x++) {
            const ptrdiff_t i = (ptrdiff_t)y * image.w + x;
            r->x[i] = scaled(image.px[y * image.stride + x] - r->smooth[i], most);
        }
}

/* c b a | a b c */
static int mirrored(int i, int n)
{
    const int inside = i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i;
    return inside < 0 ? 0 : inside < n ? inside : n - 1;
}

/* Sums of the columns' SIDE pixels around row y, with REACH mirrored columns at both ends. */
static void sum_columns(struct room *r, int w, int h, int y)
{
    const size_t bytes = (size_t)(w + 2 * REACH) * sizeof *r->sum;
    memset(r->sum, 0, bytes);
    memset(r->squares, 0, bytes);
    for (int i = -REACH; i <= REACH; i++) {
        const int16_t *row = r->x + (ptrdiff_t)mirrored(y + i, h) * w;
        for (int x = 0; x < w; x++) {
            r->sum[x + REACH] += row[x];
            r->squares[x + REACH] += row[x] * row[x];
        }
    }
    for (int i = 0; i < REACH; i++) {
        const int left = REACH + mirrored(i - REACH, w), right = REACH + mirrored(w + i, w);
        r->sum[i] = r->sum[left];
        r->squares[i] = r->squares[left];
        r->sum[w + REACH + i] = r->sum[right];
        r->squares[w + REACH + i] = r->squares[right];
    }
}

static uint8_t deviation(const struct tables *t, int64_t sum, int64_t squares)
{
    const uint64_t v = (uint64_t)(COUNT * squares - sum * sum);
    int k = 0;
    for (int step = 64; step; step /= 2)
        if (v >= t->least[k + step]) k += step;
    return (uint8_t)k;
}

static void show_row(uint8_t (*out)[4], const struct room *r, int w, const int16_t *x)
{
    for (int i = 0; i < w; i++) {
        int64_t sum = 0, squares = 0;
        for (int j = 0; j < SIDE; j++) {
            sum += r->sum[i + j];
            squares += r->squares[i + j];
        }
        out[i][0] = r->tables.plain[x[i] + ONE];
        out[i][1] = r->tables.root[x[i] + ONE];
        out[i][2] = deviation(&r->tables, sum, squares);
        out[i][3] = 0;
    }
}

void stm_net_contrast(uint8_t (*out)[4], struct stm_cu16 image, const struct stm_kernels *kernels,
                      void *scratch)
{
    const int w = image.w, h = image.h;
    struct room *r = lay_out(scratch, w, h);
    fill_tables(&r->tables);
    stm_gauss_wide(kernels, (struct stm_u16){r->smooth, w, w, h}, image, STM_CONTRAST_SIGMA, r->rest);
    normalise(r, image);
    for (int y = 0; y < h; y++) {
        sum_columns(r, w, h, y);
        show_row(out + (ptrdiff_t)y * w, r, w, r->x + (ptrdiff_t)y * w);
    }
}
