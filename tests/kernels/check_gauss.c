/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/gauss.h"

#include "tests/kernels/check.h"

#include <math.h>
#include <stdlib.h>

static int mirror(int i, int n)
{
    while (i < 0 || i >= n)
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

/* Convolution with the sampled Gaussian in double precision, cut at `radius`. */
static double *convolve(struct stm_cu16 src, double sigma, int radius)
{
    double *a = check_memory((size_t)(src.w * src.h) * sizeof *a, 0);
    double *b = check_memory((size_t)(src.w * src.h) * sizeof *b, 0);
    double weight[4096], sum = 0;
    for (int i = -radius; i <= radius; i++)
        sum += weight[i + radius] = exp(-i * i / (2 * sigma * sigma));
    for (int y = 0; y < src.h; y++)
        for (int x = 0; x < src.w; x++) {
            double v = 0;
            for (int i = -radius; i <= radius; i++)
                v += weight[i + radius] / sum * src.px[y * src.stride + mirror(x + i, src.w)];
            a[y * src.w + x] = v;
        }
    for (int y = 0; y < src.h; y++)
        for (int x = 0; x < src.w; x++) {
            double v = 0;
            for (int i = -radius; i <= radius; i++)
                v += weight[i + radius] / sum * a[mirror(y + i, src.h) * src.w + x];
            b[y * src.w + x] = v;
        }
    return b;
}

static double worst(struct stm_u16 image, const double *exact)
{
    double most = 0;
    for (int y = 0; y < image.h; y++)
        for (int x = 0; x < image.w; x++)
            most = fmax(most, fabs(image.px[y * image.stride + x] - exact[y * image.w + x]));
    return most;
}

static void taps(void)
{
    for (double sigma = 0; sigma <= 8; sigma += 0.03125) {
        const struct stm_gauss g = stm_gauss_make(sigma);
        int sum = g.tap[0];
        for (int i = 1; i <= g.radius; i++) {
            sum += 2 * g.tap[i];
            CHECK(g.tap[i] >= 0 && g.tap[i] <= g.tap[i - 1], "sigma %g: tap %d is %d", sigma, i, g.tap[i]);
        }
        CHECK(sum == 1 << g.shift, "sigma %g: taps sum to %d", sigma, sum);
    }
}

static void against_convolution(const struct stm_kernels *k, int w, int h, double sigma, int contrast)
{
    const struct stm_u16 src = check_image(w, h, 1), dst = check_image(w, h, 0);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            src.px[y * src.stride + x] = (uint16_t)(1000 + check_below((uint32_t)contrast));
    const struct stm_gauss g = stm_gauss_make(sigma);
    void *scratch = check_memory(stm_gauss_scratch(w, &g), 1);
    const double *exact = convolve(check_const(src), sigma, g.radius);
    stm_gauss(k, dst, check_const(src), &g, scratch);
    const double error = worst(dst, exact), limit = 1 + contrast * 0.5 / (1 << g.shift) * (g.radius + 1);
    CHECK(error <= limit, "sigma %g, %d x %d, contrast %d: off by %g", sigma, w, h, contrast, error);
    stm_gauss(k, src, check_const(src), &g, scratch);
    check_equal_u16(dst, src, "in place");
}

/* In place in bands, the last first. */
static void in_bands(const struct stm_kernels *k, int w, int h, double sigma, int band)
{
    const struct stm_u16 src = check_image(w, h, 1), dst = check_image(w, h, 0);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            src.px[y * src.stride + x] = (uint16_t)check_below(65536);
    const struct stm_gauss g = stm_gauss_make(sigma);
    const size_t bytes = stm_gauss_around_bytes(w, &g);
    void *scratch = check_memory(stm_gauss_scratch(w, &g), 1);
    char *around = check_memory((size_t)(h / band + 1) * bytes, 1);
    stm_gauss(k, dst, check_const(src), &g, scratch);
    for (int y = 0; y < h; y += band)
        stm_gauss_around((uint16_t *)(around + (size_t)(y / band) * bytes), check_const(src), &g, y,
                         y + band < h ? y + band : h);
    for (int y = (h - 1) / band * band; y >= 0; y -= band)
        stm_gauss_rows(k, src, check_const(src), &g, NULL, y, y + band < h ? y + band : h,
                       (const uint16_t *)(around + (size_t)(y / band) * bytes), scratch);
    check_equal_u16(dst, src, "in bands");
}

/* A wide Gaussian of a smooth image, inside, where the mirror does not matter. */
static void wide(const struct stm_kernels *k, double sigma)
{
    const int w = 411, h = 203;
    const struct stm_u16 src = check_image(w, h, 1), dst = check_image(w, h, 0);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const int bump = abs(x - 200) < 12 && abs(y - 90) < 9 ? 20000 : 0;
            src.px[y * src.stride + x] = (uint16_t)(3000 + 10 * x + bump + (int)check_below(500));
        }
    const double *exact = convolve(check_const(src), sigma, (int)(5 * sigma));
    stm_gauss_wide(k, dst, check_const(src), sigma, check_memory(stm_gauss_grid_scratch(w, h, sigma), 1));
    const double error = worst(dst, exact);
    CHECK(error <= 150, /* 0.75 % of the bump */
          "sigma %g: off by %g", sigma, error);
}

/* What suffices from a sigma up does for each of them, also in images much narrower than it. */
static void scratch_from(double least)
{
    static const int sizes[][2] = {{1, 1}, {17, 1}, {1, 3000}, {640, 480}, {7174, 3}, {8192, 6000}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (double sigma = least; sigma <= 1000; sigma *= 1.01)
            CHECK(stm_gauss_grid_scratch(sizes[i][0], sizes[i][1], sigma) <=
                      stm_gauss_grid_scratch_from(sizes[i][0], sizes[i][1], least),
                  "%d x %d, sigma %g", sizes[i][0], sizes[i][1], sigma);
}

static void truth(const struct stm_kernels *ref)
{
    static const double sigmas[] = {0, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 3.3, 5, 8};
    taps();
    scratch_from(2);
    scratch_from(8);
    for (size_t i = 0; i < sizeof sigmas / sizeof *sigmas; i++) {
        against_convolution(ref, 67, 43, sigmas[i], 4000);
        against_convolution(ref, 67, 43, sigmas[i], 64000);
        against_convolution(ref, 5, 3, sigmas[i], 4000);
        against_convolution(ref, 1, 90, sigmas[i], 4000);
    }
    in_bands(ref, 67, 120, 0.5, 17);
    in_bands(ref, 67, 119, 3, 20);
    in_bands(ref, 33, 99, 8, 33);
    for (double sigma = 4; sigma < 70; sigma *= 1.7)
        wide(ref, sigma);
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    static const double sigmas[] = {0, 0.3, 0.7, 1, 2, 2.6, 5};
    const struct stm_gauss g = stm_gauss_make(sigmas[check_below(7)]);
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    const struct stm_u16 a = check_image(s->w, s->h, 0), b = check_image(s->w, s->h, s->side);
    void *scratch = check_memory(stm_gauss_scratch(s->w, &g), 1);
    stm_gauss(ref, a, check_const(src), &g, scratch);
    stm_gauss(k, b, check_const(src), &g, scratch);
    check_equal_u16(a, b, "gauss");
    const struct stm_u16 node = check_image(stm_grid_cells(s->w, 3), stm_grid_cells(s->h, 3), 0);
    const struct stm_grid less = {check_const(node), 3};
    stm_gauss_rows(k, b, check_const(src), &g, &less, 0, s->h, NULL, scratch);
    stm_grid_subtract(ref, src, check_const(src), less, 0);
    stm_gauss(ref, a, check_const(src), &g, scratch);
    check_equal_u16(a, b, "gauss less a grid");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u16 dst;
    struct stm_cu16 src;
    struct stm_gauss g;
    double sigma;
    void *scratch;
};

static void narrow_work(void *state)
{
    const struct bench *b = state;
    stm_gauss(b->k, b->dst, b->src, &b->g, b->scratch);
}

static void wide_work(void *state)
{
    const struct bench *b = state;
    stm_gauss_wide(b->k, b->dst, b->src, b->sigma, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {.k = k, .dst = check_image(N, N, 0)};
    b.src = check_const(check_image_fill(N, N, 0, FILL_NOISE));
    b.scratch = check_memory((size_t)4 << 20, 0);
    b.g = stm_gauss_make(1);
    check_time("gauss sigma 1", narrow_work, &b, N * N);
    b.g = stm_gauss_make(2);
    check_time("gauss sigma 2", narrow_work, &b, N * N);
    b.g = stm_gauss_make(5);
    check_time("gauss sigma 5", narrow_work, &b, N * N);
    b.sigma = 10;
    check_time("gauss wide sigma 10", wide_work, &b, N * N);
    b.sigma = 50;
    check_time("gauss wide sigma 50", wide_work, &b, N * N);
}

const struct check check_gauss = {"gauss", truth, same, bench};
