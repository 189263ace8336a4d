/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/canvas.h"

#include "images/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

float *stm_canvas(int w, int h, struct stm_error *err)
{
    float *const px = calloc((size_t)w * (size_t)h, sizeof *px);
    if (!px) stm_fail(err, STM_NO_MEMORY, "no memory for a field of %d x %d pixels", w, h);
    return px;
}

float *stm_scratch_take(struct stm_scratch *s, size_t n, struct stm_error *err)
{
    if (n <= s->n) return s->px;
    float *const px = malloc(n * sizeof *px);
    if (!px) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu pixels of scratch", n), NULL;
    free(s->px);
    *s = (struct stm_scratch){px, n};
    return px;
}

void stm_scratch_free(struct stm_scratch *s)
{
    free(s->px);
    *s = (struct stm_scratch){0};
}

enum { MAX_RADIUS = 127 };

/* weight[i] for distances 0 .. radius, summing to 1 over both sides. */
static int gaussian(float weight[MAX_RADIUS + 1], double sigma)
{
    int radius = (int)(3.5 * sigma + 1);
    if (radius > MAX_RADIUS) radius = MAX_RADIUS;
    double sum = 0;
    for (int i = radius; i >= 0; i--)
        sum += (i ? 2 : 1) * stm_exact_exp(-i * i / (2 * sigma * sigma));
    for (int i = 0; i <= radius; i++)
        weight[i] = (float)(stm_exact_exp(-i * i / (2 * sigma * sigma)) / sum);
    return radius;
}

/* to[x] = sum of weight[|i|] * line[x + i]; the line has `radius` readable values on both sides. */
static void convolve(float *restrict to, const float *restrict line, int n, const float *weight, int radius)
{
    for (int x = 0; x < n; x++)
        to[x] = weight[0] * line[x];
    for (int i = 1; i <= radius; i++)
        for (int x = 0; x < n; x++)
            to[x] += weight[i] * (line[x - i] + line[x + i]);
}

static void blur_rows(struct stm_f32 image, const float *weight, int radius, bool edge, float *line)
{
    for (int y = 0; y < image.h; y++) {
        float *const row = image.px + y * image.stride;
        for (int i = 1; i <= radius; i++) {
            line[radius - i] = edge ? row[0] : 0;
            line[radius + image.w - 1 + i] = edge ? row[image.w - 1] : 0;
        }
        memcpy(line + radius, row, sizeof *row * (size_t)image.w);
        convolve(row, line + radius, image.w, weight, radius);
    }
}

static const float *row_or(const float *rows, int y, int h, int w, bool edge, const float *black)
{
    if (y >= 0 && y < h) return rows + (size_t)y * (size_t)w;
    return !edge ? black : rows + (y < 0 ? 0 : (size_t)(h - 1) * (size_t)w);
}

/* `copy` has the image's rows packed, `black` a row of zeros. */
static void blur_columns(struct stm_f32 image, const float *weight, int radius, bool edge, const float *copy,
                         const float *black)
{
    for (int y = 0; y < image.h; y++) {
        float *restrict to = image.px + y * image.stride;
        const float *const middle = copy + (size_t)y * (size_t)image.w;
        for (int x = 0; x < image.w; x++)
            to[x] = weight[0] * middle[x];
        for (int i = 1; i <= radius; i++) {
            const float *const a = row_or(copy, y - i, image.h, image.w, edge, black);
            const float *const b = row_or(copy, y + i, image.h, image.w, edge, black);
            for (int x = 0; x < image.w; x++)
                to[x] += weight[i] * (a[x] + b[x]);
        }
    }
}

bool stm_blur(struct stm_f32 image, double sigma, bool edge, struct stm_scratch *s, struct stm_error *err)
{
    if (sigma < 0.1) return true;
    float weight[MAX_RADIUS + 1];
    const int radius = gaussian(weight, sigma);
    const size_t w = (size_t)image.w, h = (size_t)image.h;
    float *const copy = stm_scratch_take(s, w * h + 2 * w + 2 * MAX_RADIUS, err);
    if (!copy) return false;
    float *const black = copy + w * h, *const line = black + w;
    memset(black, 0, w * sizeof *black);
    blur_rows(image, weight, radius, edge, line);
    for (size_t y = 0; y < h; y++)
        memcpy(copy + y * w, image.px + (ptrdiff_t)y * image.stride, w * sizeof *copy);
    blur_columns(image, weight, radius, edge, copy, black);
    return true;
}

/* Means of n x n blocks; the last ones may be cut. */
static void shrink(struct stm_f32 to, struct stm_f32 from, int n)
{
    for (int y = 0; y < to.h; y++)
        for (int x = 0; x < to.w; x++) {
            float sum = 0;
            int count = 0;
            for (int v = y * n; v < (y + 1) * n && v < from.h; v++)
                for (int u = x * n; u < (x + 1) * n && u < from.w; u++, count++)
                    sum += from.px[v * from.stride + u];
            to.px[y * to.stride + x] = sum / (float)count;
        }
}

/* Where pixel x of the large image lies between the centres of blocks i and i + 1. */
struct between {
    int i, next;
    float part;
};

static struct between between(int x, int n, int blocks)
{
    const float at = ((float)x + 0.5f) / (float)n - 0.5f;
    const int i = at < 0 ? 0 : (int)at;
    const int last = blocks - 1;
    return (struct between){i < last ? i : last, i + 1 < last ? i + 1 : last, at < 0 ? 0 : at - (float)i};
}

static void mix_back(struct stm_f32 image, struct stm_f32 small, int n, float part)
{
    for (int y = 0; y < image.h; y++) {
        const struct between v = between(y, n, small.h);
        const float *const a = small.px + v.i * small.stride, *const b = small.px + v.next * small.stride;
        float *const row = image.px + y * image.stride;
        for (int x = 0; x < image.w; x++) {
            const struct between u = between(x, n, small.w);
            const float upper = a[u.i] + (a[u.next] - a[u.i]) * u.part;
            const float lower = b[u.i] + (b[u.next] - b[u.i]) * u.part;
            row[x] += part * (upper + (lower - upper) * v.part - row[x]);
        }
    }
}

bool stm_glow(struct stm_f32 image, double sigma, double part, struct stm_error *err)
{
    struct stm_scratch s = {0};
    int n = 1;
    while (2 * n <= sigma / 2)
        n *= 2;
    const struct stm_f32 size = {NULL, (image.w + n - 1) / n, (image.w + n - 1) / n, (image.h + n - 1) / n};
    struct stm_f32 small = size;
    small.px = stm_canvas(size.w, size.h, err);
    if (!small.px) return false;
    shrink(small, image, n);
    const bool ok = stm_blur(small, sigma / n, true, &s, err);
    if (ok) mix_back(image, small, n, (float)part);
    stm_scratch_free(&s);
    free(small.px);
    return ok;
}

/* One blurred line of the periodic texture; `step` is 1 along rows, STM_TEXTURE along columns. */
static void blur_periodic(float *px, ptrdiff_t step, const float *weight, int radius)
{
    float line[STM_TEXTURE + 2 * MAX_RADIUS], out[STM_TEXTURE];
    for (int i = -radius; i < STM_TEXTURE + radius; i++)
        line[radius + i] = px[(i & (STM_TEXTURE - 1)) * step];
    convolve(out, line + radius, STM_TEXTURE, weight, radius);
    for (int i = 0; i < STM_TEXTURE; i++)
        px[i * step] = out[i];
}

static void normalise(float *px, int n)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++)
        sum += (double)px[i];
    for (int i = 0; i < n; i++)
        squares += ((double)px[i] - sum / n) * ((double)px[i] - sum / n);
    const double deviation = sqrt(squares / n);
    for (int i = 0; i < n; i++)
        px[i] = (float)(((double)px[i] - sum / n) / deviation);
}

bool stm_texture_make(struct stm_texture *t, double sigma, struct stm_random *r, struct stm_error *err)
{
    float weight[MAX_RADIUS + 1];
    const int radius = gaussian(weight, sigma < 0.3 ? 0.3 : sigma);
    t->px = stm_canvas(STM_TEXTURE, STM_TEXTURE, err);
    if (!t->px) return false;
    for (int i = 0; i < STM_TEXTURE * STM_TEXTURE; i++)
        t->px[i] = (float)stm_random_normal(r);
    for (int i = 0; i < STM_TEXTURE; i++)
        blur_periodic(t->px + i * STM_TEXTURE, 1, weight, radius);
    for (int i = 0; i < STM_TEXTURE; i++)
        blur_periodic(t->px + i, STM_TEXTURE, weight, radius);
    normalise(t->px, STM_TEXTURE * STM_TEXTURE);
    return true;
}

float stm_texture_at(const struct stm_texture *t, int x, int y)
{
    return t->px[(y & (STM_TEXTURE - 1)) * STM_TEXTURE + (x & (STM_TEXTURE - 1))];
}

float stm_texture_smooth(const struct stm_texture *t, double x, double y, double scale)
{
    const double u = floor(x / scale), v = floor(y / scale);
    const float p = (float)(x / scale - u), q = (float)(y / scale - v);
    const int i = (int)u, j = (int)v;
    const float a = stm_texture_at(t, i, j), b = stm_texture_at(t, i + 1, j);
    const float c = stm_texture_at(t, i, j + 1), d = stm_texture_at(t, i + 1, j + 1);
    return a + (b - a) * p + (c + (d - c) * p - a - (b - a) * p) * q;
}

void stm_texture_free(struct stm_texture *t)
{
    free(t->px);
    t->px = NULL;
}
