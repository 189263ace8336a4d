/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/quality/power_slope.h"

#include "kernels/spectrum.h"

#include <math.h>

enum { SIDE = 128, ALONG = 2, RINGS = 64, FIRST = 2, LAST = 47 };

struct room {
    float window[SIDE * SIDE];
    struct stm_complex spectrum[(SIDE / 2 + 1) * SIDE];
};

size_t stm_power_slope_scratch(void)
{
    return sizeof(struct room);
}

static void add_window(struct stm_ring *sum, const struct stm_fft *fft, struct stm_cu16 plane, int x, int y,
                       struct room *room)
{
    const struct stm_cu16 window = {plane.px + y * plane.stride + x, plane.stride, SIDE, SIDE};
    struct stm_ring ring[RINGS];
    stm_spectrum_window(room->window, window);
    stm_fft_forward(fft, room->spectrum, room->window);
    stm_spectrum_rings(ring, RINGS, room->spectrum, SIDE, SIDE);
    for (int i = 0; i < RINGS; i++) {
        sum[i].power += ring[i].power;
        sum[i].n += ring[i].n;
    }
}

double stm_power_slope(struct stm_cu16 plane, void *scratch)
{
    struct stm_ring sum[RINGS] = {{0}};
    const int nx = plane.w / SIDE < ALONG ? plane.w / SIDE : ALONG,
              ny = plane.h / SIDE < ALONG ? plane.h / SIDE : ALONG;
    struct stm_fft *fft = nx && ny ? stm_fft_create(SIDE, SIDE) : NULL;
    if (!fft) return NAN;
    for (int j = 0; j < ny; j++) /* in the middle of each of nx x ny equal parts */
        for (int i = 0; i < nx; i++)
            add_window(sum, fft, plane, (2 * i + 1) * plane.w / (2 * nx) - SIDE / 2,
                       (2 * j + 1) * plane.h / (2 * ny) - SIDE / 2, scratch);
    stm_fft_destroy(&fft);
    return stm_spectrum_slope(sum, FIRST, LAST);
}
