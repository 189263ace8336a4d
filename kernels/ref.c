/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The row kernels in portable C. This file and ref_median.c are the specification; contracts are in
 * kernels.h. */
#include "kernels/ref.h"

#include "kernels/focus.h"
#include "kernels/gauss.h"
#include "kernels/moments.h"
#include "kernels/tensor.h"

#include <math.h>

void stm_upsample_row_ref(uint16_t *dst, const uint32_t *base, const uint32_t *slope, int shift, int w)
{
    const int cell = 1 << shift;
    for (int x = 0; x < w; x++) {
        const int q = x + cell / 2, j = q >> shift;
        const uint32_t f = (uint32_t)(2 * (q & (cell - 1)) + 1);
        dst[x] = (uint16_t)((base[j] + slope[j] * f) >> (2 * shift + 2));
    }
}

void stm_flat_field_row_ref(uint16_t *dst, const uint16_t *raw, const uint16_t *dark, const uint16_t *gain,
                            int w)
{
    for (int x = 0; x < w; x++) {
        const uint32_t light = raw[x] > dark[x] ? (uint32_t)(raw[x] - dark[x]) : 0;
        const uint32_t value = (light * gain[x] + 8192) >> 14;
        dst[x] = (uint16_t)(value < 65535 ? value : 65535);
    }
}

void stm_gain_row_ref(uint16_t *dst, const uint16_t *src, const uint16_t *gain, uint16_t dark, int w)
{
    for (int x = 0; x < w; x++) {
        const int64_t value = dark + ((((int64_t)src[x] - dark) * gain[x] + 8192) >> 14);
        dst[x] = (uint16_t)(value < 0 ? 0 : value < 65535 ? value : 65535);
    }
}

void stm_subtract_row_ref(uint16_t *dst, const uint16_t *src, const uint16_t *sub, uint16_t pedestal, int w)
{
    for (int x = 0; x < w; x++) {
        const int32_t sum = src[x] + pedestal, value = (sum < 65535 ? sum : 65535) - sub[x];
        dst[x] = (uint16_t)(value > 0 ? value : 0);
    }
}

void stm_block_sums_ref(uint32_t *sum, const uint16_t *src, ptrdiff_t stride, int rows, int shift, int cells)
{
    for (int i = 0; i < cells; i++)
        sum[i] = 0;
    for (int y = 0; y < rows; y++, src += stride)
        for (int i = 0; i < cells; i++)
            for (int x = i << shift; x < (i + 1) << shift; x++)
                sum[i] += src[x];
}

/* Sums of up to BLOCK pixels under the window whose rows (or shifted copies of a row) are px[0 .. 2 radius].
 */
enum { BLOCK = 64 };

static void window_sums(int32_t *sum, const int16_t *const *px, int x, int n, const struct stm_gauss *g)
{
    for (int i = 0; i < n; i++)
        sum[i] = 1 << (g->shift - 1);
    for (int j = 0; j <= 2 * g->radius; j++) {
        const int16_t *p = px[j] + x, tap = g->tap[j < g->radius ? g->radius - j : j - g->radius];
        for (int i = 0; i < n; i++)
            sum[i] += p[i] * tap;
    }
}

void stm_gauss_row_ref(int16_t *dst, const int16_t *src, int w, const struct stm_gauss *g)
{
    const int16_t *px[2 * STM_GAUSS_MAX_RADIUS + 1];
    for (int j = 0; j <= 2 * g->radius; j++)
        px[j] = src + j - g->radius;
    for (int x = 0; x < w; x += BLOCK) {
        int32_t sum[BLOCK];
        const int n = w - x < BLOCK ? w - x : BLOCK;
        window_sums(sum, px, x, n, g);
        for (int i = 0; i < n; i++)
            dst[x + i] = (int16_t)(sum[i] >> g->shift);
    }
}

static void gauss_column(uint16_t *dst, const int16_t *const *row, int w, const struct stm_gauss *g)
{
    for (int x = 0; x < w; x += BLOCK) {
        int32_t sum[BLOCK];
        const int n = w - x < BLOCK ? w - x : BLOCK;
        window_sums(sum, row, x, n, g);
        for (int i = 0; i < n; i++)
            dst[x + i] = (uint16_t)((sum[i] >> g->shift) + 32768);
    }
}

void stm_gauss_column_ref(uint16_t *dst0, uint16_t *dst1, const int16_t *const *row, int w,
                          const struct stm_gauss *g)
{
    gauss_column(dst0, row, w, g);
    if (dst1) gauss_column(dst1, row + 1, w, g);
}

void stm_threshold_row_ref(uint64_t *bits, const uint16_t *src, uint16_t level, int w)
{
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = 0; i < 64 && x + i < w; i++)
            word |= (uint64_t)(src[x + i] > level) << i;
        bits[x / 64] = word;
    }
}

void stm_at_least_row_ref(uint64_t *bits, const uint8_t *src, uint8_t least, int w)
{
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = 0; i < 64 && x + i < w; i++)
            word |= (uint64_t)(src[x + i] >= least) << i;
        bits[x / 64] = word;
    }
}

void stm_compare_row_ref(uint64_t *bits, const uint16_t *src, const uint16_t *level, int w)
{
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = 0; i < 64 && x + i < w; i++)
            word |= (uint64_t)(src[x + i] > level[x + i]) << i;
        bits[x / 64] = word;
    }
}

static bool is_top(const uint16_t *up, const uint16_t *at, const uint16_t *down)
{
    const uint16_t l = at[0];
    return l && at[-1] <= l && at[1] <= l && up[-1] <= l && up[0] <= l && up[1] <= l && down[-1] <= l &&
           down[0] <= l && down[1] <= l;
}

void stm_tops_row_ref(uint64_t *bits, const uint16_t *up, const uint16_t *at, const uint16_t *down, int w)
{
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = 0; i < 64 && x + i < w; i++)
            word |= (uint64_t)is_top(up + x + i, at + x + i, down + x + i) << i;
        bits[x / 64] = word;
    }
}

void stm_distance_row_ref(uint16_t *d2, const uint16_t *square, int w, int step)
{
    for (int x = 0; x < w; x++) {
        uint32_t best = square[x];
        for (uint32_t d = 1; d * d < best; d++) {
            const int shift = (int)d * step;
            const uint32_t left = square[x - shift] + d * d, right = square[x + shift] + d * d;
            best = left < best ? left : best;
            best = right < best ? right : best;
        }
        d2[x] = (uint16_t)best;
    }
}

void stm_intensity_row_ref(struct stm_intensity *sums, const uint16_t *src, int w)
{
    uint64_t sum = 0, square = 0;
    uint16_t least = sums->n ? sums->least : UINT16_MAX, most = sums->most;
    for (int x = 0; x < w; x++) {
        sum += src[x];
        square += (uint32_t)src[x] * src[x];
        least = src[x] < least ? src[x] : least;
        most = src[x] > most ? src[x] : most;
    }
    sums->n += (uint64_t)w;
    sums->sum += sum;
    sums->square += square;
    sums->least = least;
    sums->most = most;
}

int stm_upto_row_ref(const uint16_t *src, int w, uint16_t limit, uint16_t *above)
{
    int n = 0;
    *above = UINT16_MAX;
    for (int x = 0; x < w; x++) {
        n += src[x] <= limit;
        *above = src[x] > limit && src[x] < *above ? src[x] : *above;
    }
    return n;
}

/* Sum of the m smallest. The last of them is found bit by bit, from the highest; when what is greater counts
 * as much as it, n - m times that is too much. */
static uint64_t sum_of_least(const uint16_t *src, int n, int m)
{
    uint64_t sum = 0;
    unsigned last = 0;
    for (unsigned bit = 1u << 15; bit; bit >>= 1) {
        int below = 0;
        for (int i = 0; i < n; i++)
            below += src[i] < (last | bit);
        last |= below < m ? bit : 0;
    }
    for (int i = 0; i < n; i++)
        sum += src[i] < last ? src[i] : last;
    return sum - (uint64_t)(n - m) * last;
}

uint64_t stm_ranks_row_ref(const uint16_t *src, int n, int from, int to)
{
    return sum_of_least(src, n, to) - sum_of_least(src, n, from);
}

static uint64_t square(int64_t v)
{
    return (uint64_t)(v * v);
}

void stm_focus_row_ref(struct stm_focus *sums, const uint16_t *up, const uint16_t *at, const uint16_t *down,
                       int w)
{
    for (int x = 0; x < w; x++) {
        const int gx = up[x + 1] - up[x - 1] + 2 * (at[x + 1] - at[x - 1]) + down[x + 1] - down[x - 1];
        const int gy = down[x - 1] - up[x - 1] + 2 * (down[x] - up[x]) + down[x + 1] - up[x + 1];
        sums->tenengrad += square(gx) + square(gy);
        sums->laplacian += square(4 * at[x] - up[x] - down[x] - at[x - 1] - at[x + 1]);
        sums->brenner += square(at[x + 1] - at[x - 1]) + square(down[x] - up[x]);
    }
    sums->n += (uint64_t)w;
}

void stm_tensor_row_ref(struct stm_tensor *sums, const uint16_t *up, const uint16_t *at, const uint16_t *down,
                        int w)
{
    for (int x = 0; x < w; x++) {
        const int gx = up[x + 1] - up[x - 1] + 2 * (at[x + 1] - at[x - 1]) + down[x + 1] - down[x - 1];
        const int gy = down[x - 1] - up[x - 1] + 2 * (down[x] - up[x]) + down[x + 1] - up[x + 1];
        sums->xx += square(gx);
        sums->yy += square(gy);
        sums->xy += (int64_t)gx * gy;
    }
    sums->n += (uint64_t)w;
}

void stm_gradient_row_ref(uint16_t *dst, const uint16_t *const *row, float scale, int w)
{
    const uint16_t *up = row[0], *at = row[1], *down = row[2];
    for (int x = 0; x < w; x++) {
        const int gx = up[x + 1] - up[x - 1] + 2 * (at[x + 1] - at[x - 1]) + down[x + 1] - down[x - 1];
        const int gy = down[x - 1] - up[x - 1] + 2 * (down[x] - up[x]) + down[x + 1] - up[x + 1];
        const float fx = (float)gx, fy = (float)gy, value = sqrtf(fx * fx + fy * fy) * scale + 0.5f;
        dst[x] = (uint16_t)(value < 65535.0f ? value : 65535.0f);
    }
}

void stm_lift_row_ref(uint16_t *dst, const uint16_t *src, int flip, int up, int w)
{
    const int most = 65535 >> up;
    for (int x = 0; x < w; x++) {
        const int v = flip < 0 ? src[x] : src[x] > flip ? 0 : flip - src[x];
        dst[x] = (uint16_t)(v > most ? 65535 : v << up);
    }
}

void stm_stretch_row_ref(uint8_t *dst, const uint16_t *src, uint16_t black, uint16_t white, int w)
{
    const uint32_t range = (uint32_t)white - black, m = (255 * (UINT32_C(1) << 24) + range / 2) / range;
    for (int x = 0; x < w; x++) {
        const uint32_t above = src[x] > black ? (uint32_t)(src[x] - black) : 0;
        dst[x] = (uint8_t)(((above < range ? above : range) * m + (1 << 23)) >> 24);
    }
}
