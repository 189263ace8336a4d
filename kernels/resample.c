/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/resample.h"

#include <string.h>

size_t stm_resample_scratch(int w)
{
    return (size_t)w * (sizeof(uint64_t) + sizeof(struct stm_tap));
}

/* Sums are below 2^16 * 2^17 * 2^17. */
static void add_row(uint64_t *sum, const struct stm_tap *tap, const uint16_t *px, int w, uint64_t weight)
{
    for (int x = 0; x < w; x++) {
        const uint16_t *p = px + tap[x].first;
        const int last = tap[x].count - 1;
        uint64_t here = (uint64_t)p[0] * tap[x].begin;
        if (last > 0) {
            uint64_t between = 0;
            for (int j = 1; j < last; j++)
                between += p[j];
            here += between * tap[x].middle + (uint64_t)p[last] * tap[x].end;
        }
        sum[x] += weight * here;
    }
}

void stm_resample(struct stm_u16 dst, struct stm_cu16 src, void *scratch)
{
    uint64_t *sum = scratch;
    struct stm_tap *tap = (struct stm_tap *)(sum + dst.w);
    const uint64_t total = stm_tap_total(src.w, dst.w) * stm_tap_total(src.h, dst.h);
    for (int x = 0; x < dst.w; x++)
        tap[x] = stm_tap(src.w, dst.w, x);
    for (int y = 0; y < dst.h; y++) {
        const struct stm_tap rows = stm_tap(src.h, dst.h, y);
        memset(sum, 0, (size_t)dst.w * sizeof *sum);
        for (int j = 0; j < rows.count; j++)
            add_row(sum, tap, src.px + (rows.first + j) * src.stride, dst.w, stm_tap_weight(&rows, j));
        for (int x = 0; x < dst.w; x++)
            dst.px[y * dst.stride + x] = (uint16_t)((sum[x] + total / 2) / total);
    }
}
