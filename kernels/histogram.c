/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/histogram.h"

#include <math.h>
#include <string.h>

size_t stm_histogram_scratch(int shift)
{
    return 3 * sizeof(uint32_t) * (65536u >> shift);
}

static void count_row(uint32_t *const table[4], const uint16_t *src, int w, int shift)
{
    int x = 0;
    for (; x + 4 <= w; x += 4) {
        table[0][src[x] >> shift]++;
        table[1][src[x + 1] >> shift]++;
        table[2][src[x + 2] >> shift]++;
        table[3][src[x + 3] >> shift]++;
    }
    for (; x < w; x++)
        table[0][src[x] >> shift]++;
}

void stm_histogram(uint32_t *bins, struct stm_cu16 src, int shift, void *scratch)
{
    const size_t n = 65536u >> shift;
    uint32_t *const more = scratch;
    uint32_t *const table[4] = {bins, more, more + n, more + 2 * n};
    memset(more, 0, 3 * n * sizeof *more);
    for (int y = 0; y < src.h; y++)
        count_row(table, src.px + y * src.stride, src.w, shift);
    for (size_t i = 0; i < n; i++)
        bins[i] += table[1][i] + table[2][i] + table[3][i];
}

void stm_histogram_runs(uint32_t *bins, struct stm_cu16 src, int shift, const struct stm_segment *run,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint16_t *px = src.px + run[i].y * src.stride;
        for (int x = run[i].x0; x < run[i].x1; x++)
            bins[px[x] >> shift]++;
    }
}

uint64_t stm_bins_total(const uint32_t *bins, int n)
{
    uint64_t total = 0;
    for (int i = 0; i < n; i++)
        total += bins[i];
    return total;
}

uint64_t stm_bins_sum(const uint32_t *bins, int n)
{
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += (uint64_t)i * bins[i];
    return sum;
}

int stm_bins_quantile(const uint32_t *bins, int n, double fraction)
{
    const uint64_t total = stm_bins_total(bins, n);
    const double rank = ceil(fraction * (double)total);
    const uint64_t wanted = rank < 1 ? 1 : (uint64_t)rank;
    uint64_t below = 0;
    for (int i = 0; i < n; i++) {
        below += bins[i];
        if (below >= wanted) return i;
    }
    return 0;
}
