/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/gauss.h"

#include "kernels/border.h"
#include "kernels/kernels.h"
#include "kernels/maths.h"
#include "kernels/shrink.h"

#include <math.h>
#include <string.h>

/* The tap whose rounding error is largest in the direction of `sign`. */
static int worst_tap(const double *exact, const struct stm_gauss *g, int sign)
{
    int worst = 1;
    for (int i = 2; i <= g->radius; i++)
        if (sign * (exact[i] - g->tap[i]) > sign * (exact[worst] - g->tap[worst])) worst = i;
    return worst;
}

/* Rounds to integers with the sum exactly 2^shift: what is left over goes to the taps that lost most. */
static void quantise(struct stm_gauss *g, const double *weight, double sum)
{
    double exact[STM_GAUSS_MAX_RADIUS + 1];
    int left = 1 << g->shift;
    for (int i = 0; i <= g->radius; i++) {
        exact[i] = weight[i] / sum * (1 << g->shift);
        g->tap[i] = (int16_t)floor(exact[i] + 0.5);
        left -= i ? 2 * g->tap[i] : g->tap[i];
    }
    for (; left >= 2 && g->radius; left -= 2)
        g->tap[worst_tap(exact, g, 1)]++;
    for (; left <= -2 && g->radius; left += 2)
        g->tap[worst_tap(exact, g, -1)]--;
    g->tap[0] = (int16_t)(g->tap[0] + left);
}

struct stm_gauss stm_gauss_make(double sigma)
{
    struct stm_gauss g = {.radius = (int)(4 * sigma + 0.5), .shift = 16};
    double weight[STM_GAUSS_MAX_RADIUS + 1] = {1}, sum = 1;
    if (g.radius > STM_GAUSS_MAX_RADIUS) g.radius = STM_GAUSS_MAX_RADIUS;
    for (int i = 1; i <= g.radius; i++) {
        weight[i] = stm_exp_minus(i * i / (2 * sigma * sigma));
        sum += 2 * weight[i];
    }
    if (weight[0] / sum > 0.499) g.shift = weight[0] / sum > 0.999 ? 14 : 15;
    quantise(&g, weight, sum);
    return g;
}

/* Pixels minus 32768, mirrored beyond both ends. */
static void pad_row(int16_t *dst, const uint16_t *src, int w, int radius)
{
    for (int x = 0; x < w; x++)
        dst[x] = (int16_t)(src[x] - 32768);
    for (int i = 1; i <= radius; i++) {
        dst[-i] = dst[stm_mirror(-i, w)];
        dst[w - 1 + i] = dst[stm_mirror(w - 1 + i, w)];
    }
}

size_t stm_gauss_scratch(int w, const struct stm_gauss *gauss)
{
    const size_t padded = (size_t)stm_row_pitch(w, 0) + 2 * STM_GAUSS_MAX_RADIUS;
    return (padded + (size_t)(2 * gauss->radius + 2) * (size_t)stm_row_pitch(w, 0)) * sizeof(int16_t);
}

/* Rows are smoothed two at a time, so that one more than the radius is read below them, and here also above.
 */
static int reach(const struct stm_gauss *g)
{
    return g->radius + 1;
}

size_t stm_gauss_around_bytes(int w, const struct stm_gauss *gauss)
{
    return 2 * (size_t)reach(gauss) * (size_t)w * sizeof(uint16_t);
}

void stm_gauss_around(uint16_t *around, struct stm_cu16 src, const struct stm_gauss *gauss, int y0, int y1)
{
    const int n = reach(gauss);
    for (int i = 0; i < 2 * n; i++) {
        const int y = i < n ? y0 - n + i : y1 - n + i;
        if (y >= 0 && y < src.h)
            memcpy(around + (ptrdiff_t)i * src.w, src.px + y * src.stride, (size_t)src.w * sizeof *around);
    }
}

/* Rows of the source, and of what lies around them. */
struct source {
    struct stm_cu16 src;
    const uint16_t *around;
    int y0, y1, reach;
};

static const uint16_t *row_of(const struct source *s, int y)
{
    if (y < s->y0) return s->around + (ptrdiff_t)(y - s->y0 + s->reach) * s->src.w;
    if (y >= s->y1) return s->around + (ptrdiff_t)(y - s->y1 + s->reach) * s->src.w;
    return s->src.px + y * s->src.stride;
}

/* In place of row y what the grid leaves of it. */
static const uint16_t *row_less(const struct stm_kernels *k, uint16_t *dst, const struct source *s,
                                struct stm_grid grid, int y)
{
    uint16_t level[STM_GRID_CHUNK];
    const uint16_t *row = row_of(s, y);
    for (int x = 0; x < s->src.w; x += STM_GRID_CHUNK) {
        const int n = s->src.w - x < STM_GRID_CHUNK ? s->src.w - x : STM_GRID_CHUNK;
        stm_grid_row(k, level, grid, x, n, y);
        k->subtract_row(dst + x, row + x, level, 0, n);
    }
    return dst;
}

/* A ring of 2 radius + 2 rows holds what has been smoothed along x; a row of dst is written only after all
 * rows of src up to y + radius were read, which is why dst may be src. */
void stm_gauss_rows(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                    const struct stm_gauss *gauss, const struct stm_grid *less, int y0, int y1,
                    const uint16_t *around, void *scratch)
{
    const struct source from = {src, around, y0, y1, reach(gauss)};
    const int radius = gauss->radius, ring = 2 * radius + 2;
    const ptrdiff_t pitch = stm_row_pitch(src.w, 0);
    int16_t *padded = (int16_t *)scratch + STM_GAUSS_MAX_RADIUS;
    int16_t *rows = padded + pitch + STM_GAUSS_MAX_RADIUS;
    for (int y = y0, next = y0 > radius ? y0 - radius : 0; y < y1 && dst.w > 0; y += 2) {
        const int16_t *row[2 * STM_GAUSS_MAX_RADIUS + 2];
        for (; next < src.h && next <= y + radius + 1; next++) {
            pad_row(padded, less ? row_less(k, (uint16_t *)padded, &from, *less, next) : row_of(&from, next),
                    src.w, radius);
            k->gauss_row(rows + next % ring * pitch, padded, src.w, gauss);
        }
        for (int i = 0; i < ring; i++)
            row[i] = rows + stm_mirror(y - radius + i, src.h) % ring * pitch;
        uint16_t *out = dst.px + y * dst.stride;
        k->gauss_column(out, y + 1 < y1 ? out + dst.stride : NULL, row, dst.w, gauss);
    }
}

void stm_gauss(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
               const struct stm_gauss *gauss, void *scratch)
{
    stm_gauss_rows(k, dst, src, gauss, NULL, 0, dst.h, NULL, scratch);
}

/* Cells as large as leave a small Gaussian of at least 2 cells: cells and interpolation then make up at most
 * a sixteenth of the variance, and what in them is not Gaussian is far below a count. */
static int wide_shift(double sigma)
{
    int shift = 1;
    while (shift < STM_GRID_MAX_SHIFT && sigma >= 4.0 * (1 << shift))
        shift++;
    return shift;
}

/* A mean over n pixels has variance (n^2 - 1) / 12, linear interpolation between nodes n apart n^2 / 6 + 1 /
 * 12 on average over the pixels: n^2 / 4 together. */
static struct stm_gauss small_gauss(double sigma, int shift)
{
    const double n = 1 << shift, rest = sigma * sigma - n * n / 4;
    const double small = rest > 0 ? sqrt(rest) / n : 0;
    return stm_gauss_make(small < 8 ? small : 8);
}

static size_t grid_bytes(int w, int h, int shift)
{
    const size_t n = (size_t)stm_grid_cells(w, shift) * (size_t)stm_grid_cells(h, shift);
    return (n * sizeof(uint16_t) + 63) / 64 * 64;
}

size_t stm_gauss_grid_scratch(int w, int h, double sigma)
{
    const int shift = wide_shift(sigma);
    const struct stm_gauss gauss = small_gauss(sigma, shift);
    return grid_bytes(w, h, shift) + stm_gauss_scratch(stm_grid_cells(w, shift), &gauss);
}

size_t stm_gauss_grid_scratch_from(int w, int h, double sigma)
{
    const int shift = wide_shift(sigma);
    const struct stm_gauss widest = {.radius = STM_GAUSS_MAX_RADIUS};
    return grid_bytes(w, h, shift) + stm_gauss_scratch(stm_grid_cells(w, shift), &widest);
}

struct stm_grid stm_gauss_grid(const struct stm_kernels *k, struct stm_cu16 src, double sigma, void *scratch)
{
    const int shift = wide_shift(sigma), w = stm_grid_cells(src.w, shift);
    const struct stm_gauss gauss = small_gauss(sigma, shift);
    const struct stm_u16 node = {scratch, w, w, stm_grid_cells(src.h, shift)};
    const struct stm_cu16 view = STM_CONST(node);
    stm_shrink_mean(k, node, src, shift);
    stm_gauss(k, node, view, &gauss, (char *)scratch + grid_bytes(src.w, src.h, shift));
    return (struct stm_grid){view, shift};
}

void stm_gauss_wide(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, double sigma,
                    void *scratch)
{
    stm_grid_upsample(k, dst, stm_gauss_grid(k, src, sigma, scratch));
}
