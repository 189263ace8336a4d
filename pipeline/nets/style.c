/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/style.h"

#include "pipeline/nets/fine.h"

#include <stdlib.h>

static const int lags[STM_STYLE_LAGS] = {1, 2, 4, 8, 16};
enum { MOST = 127, FAINT = 9 }; /* of twice the contrast, so that no light is above and below alike */

/* Integers, so the order in which they are added does not matter. */
struct sums {
    int64_t n, sum, size, square, signed_square, empty;
    int64_t bends, bend, pairs[STM_STYLE_LAGS], lag[STM_STYLE_LAGS];
};

static void add_row(struct sums *s, const int *c, int w)
{
    for (int x = 0; x < w; x++) {
        const int size = abs(c[x]);
        s->sum += c[x];
        s->size += size;
        s->square += c[x] * c[x];
        s->signed_square += c[x] * size;
        s->empty += size <= FAINT;
    }
    s->n += w;
    for (int x = 1; x + 1 < w; x++)
        s->bend += abs(2 * c[x] - c[x - 1] - c[x + 1]);
    s->bends += w > 2 ? w - 2 : 0;
    for (int i = 0; i < STM_STYLE_LAGS; i++) {
        for (int x = lags[i]; x < w; x++)
            s->lag[i] += abs(c[x] - c[x - lags[i]]);
        s->pairs[i] += w > lags[i] ? w - lags[i] : 0;
    }
}

static double ratio(int64_t a, int64_t b)
{
    return b ? (double)a / (double)b : 0;
}

static void numbers_of(double *number, const struct sums *s)
{
    const double size = ratio(s->size, s->n), unit = size > 0 ? size : 1;
    number[STM_STYLE_SIZE] = size / MOST;
    number[STM_STYLE_TILT] = ratio(s->sum, s->size);
    number[STM_STYLE_SIGN] = ratio(s->signed_square, s->square);
    number[STM_STYLE_PEAKED] = s->square ? size * size / ratio(s->square, s->n) : 1;
    number[STM_STYLE_EMPTY] = ratio(s->empty, s->n);
    number[STM_STYLE_BEND] = ratio(s->bend, s->bends) / unit;
    for (int i = 0; i < STM_STYLE_LAGS; i++)
        number[STM_STYLE_LAG + i] = ratio(s->lag[i], s->pairs[i]) / unit;
}

size_t stm_style_bytes(int w)
{
    return stm_arena_cost((size_t)w * sizeof(int)) + 2 * stm_arena_cost((size_t)w * 2);
}

bool stm_style_measure(struct stm_style *style, const struct stm_net_contrast *c, struct stm_arena *arena,
                       struct stm_error *err)
{
    const size_t mark = stm_arena_mark(arena);
    const int w = c->light.w, rows = c->light.h / STM_NET_FINE;
    struct sums sums = {0};
    int *const row = stm_arena_take(arena, (size_t)w * sizeof *row, "a row", err);
    uint8_t *const quad[2] = {stm_arena_take(arena, (size_t)w * 2, "a row", err),
                              stm_arena_take(arena, (size_t)w * 2, "a row", err)};
    if (!row || !quad[0] || !quad[1]) return false;
    for (int y = 0; y < rows; y += STM_STYLE_STEP) {
        stm_net_contrast_row(c, quad, y);
        for (int part = 0; part < STM_NET_FINE; part++) {
            for (int x = 0; x < w; x++)
                row[x] = 2 * quad[0][x / STM_NET_FINE * 4 + part * STM_NET_FINE + x % STM_NET_FINE] - MOST;
            add_row(&sums, row, w);
        }
    }
    numbers_of(style->number, &sums);
    stm_arena_reset(arena, mark);
    return true;
}

/* Clear phase contrast (26 annotated fields, each drawn 12 times at sizes from 0.6 to 1.65 of the usual one):
 * the mean of the numbers, and what turns differences from it into numbers that vary by 1, each by itself.
 * How far an image may be from the mean until the general network errs less, found on 360 images; those of
 * real phase contrast were of fields that neither network had seen. train/style.py makes these numbers. */
static const double middle[STM_STYLE_NUMBERS] = {0.107004, -0.0195464, 0.174172, 0.271974, 0.691262, 0.595524,
                                                 0.467661, 0.70418,    1.01203,  1.285,    1.42204};
static const double turn[STM_STYLE_NUMBERS][STM_STYLE_NUMBERS] = {
    {84.1848},
    {-30.2016, 85.5727},
    {16.8406, -35.003, 15.028},
    {-215.286, -0.342478, 8.54411, 84.1074},
    {102.371, -2.21073, -4.47631, 248.567, 175.587},
    {160.341, 8.00242, 1.99046, -39.5077, 15.639, 6.77965},
    {28.9866, -4.6024, 14.9067, -65.9277, -32.7337, -24.8074, 46.8138},
    {-94.1512, 2.27659, -1.46423, 46.5371, 5.2647, 125.079, -342.858, 108.178},
    {6.82107, 7.74942, -8.0964, 8.04608, 3.7376, 223.992, -526.834, 29.823, 96.507},
    {-147.439, -3.11705, -6.62364, -19.6022, -47.8434, -20.3813, -18.1954, 155.083, -167.515, 77.8149},
    {24.9048, -13.7203, 11.5496, -55.8631, -27.4628, 12.0501, 18.4974, -117.732, 133.121, -85.9961, 48.2118},
};
static const double farthest = 34.62;

bool stm_style_is_phase(const struct stm_style *style)
{
    double distance = 0;
    for (int i = 0; i < STM_STYLE_NUMBERS; i++) {
        double turned = 0;
        for (int j = 0; j <= i; j++)
            turned += turn[i][j] * (style->number[j] - middle[j]);
        distance += turned * turned;
    }
    return distance <= farthest;
}
