/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/noise.h"

#include <stdlib.h>

enum { ROWS = 64, BINS = 4096 }; /* noise beyond BINS counts is counted as BINS */

/* median |x| of a normal deviate is 0.6745 sigma; left - 2 middle + right has variance 6 sigma^2 */
static const double per_median = 1 / (0.67448975 * 2.44948974), rounding = 0.288675135;

static double grouped_median(const uint32_t *bin, uint32_t n)
{
    uint32_t left = n / 2;
    int i = 0;
    while (i < BINS - 1 && left >= bin[i])
        left -= bin[i++];
    const double within = bin[i] ? (double)left / bin[i] : 0;
    return i ? i - 0.5 + within : within / 2;
}

static int row_at(int i, int rows, int h)
{
    return (int)((int64_t)i * h / rows);
}

void stm_noise_rows(int h, uint8_t *wanted)
{
    const int rows = h < ROWS ? h : ROWS;
    for (int i = 0; i < rows; i++)
        wanted[row_at(i, rows, h)] = 1;
}

double stm_noise(struct stm_cu16 plane)
{
    uint32_t bin[BINS] = {0}, n = 0;
    const int rows = plane.h < ROWS ? plane.h : ROWS;
    for (int r = 0; r < rows; r++) {
        const uint16_t *const px = plane.px + row_at(r, rows, plane.h) * plane.stride;
        for (int x = 1; x + 1 < plane.w; x++, n++) {
            const int d = abs(px[x - 1] - 2 * px[x] + px[x + 1]);
            bin[d < BINS ? d : BINS - 1]++;
        }
    }
    const double sigma = n ? grouped_median(bin, n) * per_median : 0;
    return sigma > rounding ? sigma : rounding;
}
