/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/gain.h"

enum { SHIFT_LEAST = 4, SHIFT_MOST = 10 };

static uint16_t node(double surface)
{
    const double gain = surface > 0 ? STM_GAIN_ONE / surface : STM_GAIN_MOST;
    return gain < STM_GAIN_MOST ? (uint16_t)(gain + 0.5) : STM_GAIN_MOST;
}

bool stm_gain_from_surface(struct stm_gain *gain, const struct stm_surface *surface, int w, int h, int dark)
{
    const int most = w > h ? w : h;
    int shift = SHIFT_LEAST;
    while (((most - 1) >> shift) + 2 > STM_GAIN_NODES)
        shift++;
    if (w < 1 || h < 1 || shift > SHIFT_MOST) return false;
    *gain =
        (struct stm_gain){w, h, shift, ((w - 1) >> shift) + 2, ((h - 1) >> shift) + 2, (uint16_t)dark, {0}};
    for (int j = 0; j < gain->ny; j++)
        for (int i = 0; i < gain->nx; i++) /* pixel (0, 0) covers 0..1: its centre is half a pixel in */
            gain->q14[j * gain->nx + i] =
                node(stm_surface_at(surface, ((i << shift) + 0.5) / w, ((j << shift) + 0.5) / h));
    return true;
}

void stm_gain_row(const struct stm_gain *gain, int y, uint16_t *row)
{
    const int shift = gain->shift, step = 1 << shift, half = step / 2, f = y & (step - 1);
    const uint16_t *const top = gain->q14 + (y >> shift) * gain->nx, *const low = top + gain->nx;
    for (int i = 0; i + 1 < gain->nx; i++) {
        const int a = (top[i] * (step - f) + low[i] * f + half) >> shift;
        const int b = (top[i + 1] * (step - f) + low[i + 1] * f + half) >> shift;
        const int x0 = i << shift, n = gain->w - x0 < step ? gain->w - x0 : step;
        for (int x = 0; x < n; x++)
            row[x0 + x] = (uint16_t)(((a << shift) + (b - a) * x + half) >> shift);
    }
}

/* (px - dark) * gain needs 33 bits with sign */
static uint16_t corrected(uint16_t px, uint16_t gain, int dark)
{
    const int64_t v = dark + (((int64_t)px - dark) * gain + STM_GAIN_ONE / 2) / STM_GAIN_ONE;
    return (uint16_t)(v < 0 ? 0 : v > 65535 ? 65535 : v);
}

void stm_gain_apply(const struct stm_gain *gain, struct stm_u16 plane, uint16_t *row)
{
    for (int y = 0; y < plane.h; y++) {
        uint16_t *const px = plane.px + y * plane.stride;
        stm_gain_row(gain, y, row);
        for (int x = 0; x < plane.w; x++)
            px[x] = corrected(px[x], row[x], gain->dark);
    }
}
