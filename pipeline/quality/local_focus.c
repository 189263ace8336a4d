/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/quality/local_focus.h"

#include "pipeline/illumination/order.h"

enum { TILE = 20, ALONG = 32 };

static double tile_score(struct stm_cu16 plane, int x0, int y0)
{
    uint64_t sum = 0, squares = 0;
    for (int y = y0; y < y0 + TILE; y++) {
        uint32_t row = 0;
        for (int x = x0; x < x0 + TILE; x++) {
            const uint32_t v = plane.px[y * plane.stride + x];
            row += v;
            squares += (uint64_t)v * v;
        }
        sum += row;
    }
    const uint64_t spread = TILE * TILE * squares - sum * sum; /* n^2 variance; exact, below 2^50 */
    return sum ? (double)spread / (TILE * TILE) / (double)sum : 0;
}

static double variance(const double *v, int n)
{
    double mean = 0, sum = 0;
    for (int i = 0; i < n; i++)
        mean += v[i] / n;
    for (int i = 0; i < n; i++)
        sum += (v[i] - mean) * (v[i] - mean);
    return sum / n;
}

double stm_local_focus(struct stm_cu16 plane)
{
    double score[ALONG * ALONG];
    const int tx = plane.w / TILE, ty = plane.h / TILE;
    const int nx = tx < ALONG ? tx : ALONG, ny = ty < ALONG ? ty : ALONG;
    int n = 0;
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++)
            score[n++] = tile_score(plane, i * tx / nx * TILE, j * ty / ny * TILE);
    if (!n) return 0;
    const double spread = variance(score, n), middle = stm_median(score, n);
    return middle > 0 ? spread / middle : 0;
}
