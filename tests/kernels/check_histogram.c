/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/histogram.h"

#include "tests/kernels/check.h"

#include <math.h>
#include <string.h>

/* Variance between the classes that `t` makes, straight from its definition. */
static double criterion(const uint32_t *bins, int n, const int *t, int classes)
{
    double total = 0, mean = 0, sum = 0;
    for (int i = 0; i < n; i++)
        total += bins[i], mean += (double)i * bins[i];
    mean /= total;
    for (int c = 0; c < classes; c++) {
        const int first = c ? t[c - 1] + 1 : 0, last = c < classes - 1 ? t[c] : n - 1;
        double w = 0, m = 0;
        for (int i = first; i <= last; i++)
            w += bins[i], m += (double)i * bins[i];
        if (w > 0) sum += w / total * (m / w - mean) * (m / w - mean);
    }
    return sum;
}

/* A mixture of two or three bell-shaped heaps. */
static void heaps(uint32_t *bins, int n, int count)
{
    memset(bins, 0, (size_t)n * sizeof *bins);
    for (int h = 0; h < count; h++) {
        const int centre = n * (2 * h + 1) / (2 * count), points = 200 + (int)check_below(3000);
        for (int i = 0; i < points; i++) {
            int at = centre;
            for (int j = 0; j < 6; j++)
                at += (int)check_below((uint32_t)n / 12 + 1) - n / 24;
            if (at >= 0 && at < n) bins[at]++;
        }
    }
}

static void otsu(int n, int count)
{
    static uint32_t bins[2000];
    heaps(bins, n, count);
    double most = -1;
    int best = 0;
    for (int t = 0; t < n; t++) {
        const double value = criterion(bins, n, &t, 2);
        if (value > most * (1 + 1e-12)) most = value, best = t;
    }
    const int t = stm_otsu(bins, n);
    CHECK(t == best || fabs(criterion(bins, n, &t, 2) - most) <= most * 1e-12, "otsu %d, brute force %d", t,
          best);
    const double s = stm_otsu_separability(bins, n, t);
    CHECK(s > 0.5 && s <= 1, "separability %g", s);
}

static void three_classes(int n)
{
    static uint32_t bins[2000];
    heaps(bins, n, 3);
    double most = -1;
    int t[2], best[2] = {0, 0};
    for (t[0] = 0; t[0] < n; t[0]++)
        for (t[1] = t[0]; t[1] < n; t[1]++) {
            const double value = criterion(bins, n, t, 3);
            if (value > most) most = value, memcpy(best, t, sizeof t);
        }
    stm_multi_otsu(bins, n, 3, t);
    CHECK(criterion(bins, n, t, 3) >= most * (1 - 1e-12), "multi-otsu %d %d, brute force %d %d", t[0], t[1],
          best[0], best[1]);
}

static void quantiles(void)
{
    static const uint32_t bins[6] = {0, 2, 0, 5, 3, 0};
    static const struct {
        double fraction;
        int bin;
    } rows[] = {{0, 1}, {0.2, 1}, {0.21, 3}, {0.7, 3}, {0.71, 4}, {1, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK(stm_bins_quantile(bins, 6, rows[i].fraction) == rows[i].bin, "quantile %g", rows[i].fraction);
    CHECK(stm_bins_total(bins, 6) == 10 && stm_bins_sum(bins, 6) == 29, "total or sum");
    static const uint32_t one[4] = {0, 0, 7, 0};
    CHECK(stm_otsu(one, 4) == 2, "otsu of one bin is %d", stm_otsu(one, 4));
}

static void counts(void)
{
    static uint32_t bins[65536], expected[65536];
    const struct stm_u16 src = check_image_fill(131, 77, 1, FILL_NOISE);
    for (int shift = 0; shift <= 8; shift += 4) {
        memset(bins, 0, sizeof bins);
        memset(expected, 0, sizeof expected);
        for (int y = 0; y < src.h; y++)
            for (int x = 0; x < src.w; x++)
                expected[src.px[y * src.stride + x] >> shift]++;
        stm_histogram(bins, check_const(src), shift, check_memory(stm_histogram_scratch(shift), 1));
        check_equal_bytes(expected, bins, sizeof bins, "histogram");
    }
    const struct stm_segment run[2] = {{3, 5, 131, 0}, {76, 0, 7, 0}};
    memset(bins, 0, sizeof bins);
    stm_histogram_runs(bins, check_const(src), 0, run, 2);
    CHECK(stm_bins_total(bins, 65536) == 126 + 7, "counted %llu",
          (unsigned long long)stm_bins_total(bins, 65536));
}

static void truth(const struct stm_kernels *ref)
{
    (void)ref;
    counts();
    quantiles();
    for (int i = 0; i < 10; i++) {
        otsu(60 + i * 200, 2);
        three_classes(40 + 20 * i);
    }
    three_classes(700);
}

struct bench {
    struct stm_cu16 src;
    uint32_t *bins;
    void *scratch;
    int shift;
};

static void work(void *state)
{
    const struct bench *b = state;
    stm_histogram(b->bins, b->src, b->shift, b->scratch);
}

static void otsu_work(void *state)
{
    const struct bench *b = state;
    b->bins[0] += (uint32_t)stm_otsu(b->bins, 65536) & 1;
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    if (k->isa != STM_ISA_REF) return;
    const struct stm_u16 image = check_image_fill(N, N, 0, FILL_NOISE);
    for (int i = 0; i < N * N; i++) /* a bell of about a thousand counts, as images have */
        image.px[i / N * image.stride + i % N] =
            (uint16_t)(check_below(400) + check_below(400) + check_below(400) + (i % 100 < 8) * 3000);
    struct bench b = {check_const(image), check_memory(65536 * 4, 0),
                      check_memory(stm_histogram_scratch(0), 0), 0};
    check_time("histogram 65536 bins", work, &b, N * N);
    b.shift = 4;
    check_time("histogram 4096 bins", work, &b, N * N);
    check_time("otsu of 65536 bins", otsu_work, &b, N * N);
}

const struct check check_histogram = {"histogram", truth, NULL, bench};
