/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/calibration.h"

#include "pipeline/illumination/order.h"

static bool blank_surface(struct stm_surface *surface, struct stm_tiles tiles, const uint32_t *level,
                          int dark)
{
    double light[STM_TILES_MOST], sum = 0;
    const int n = tiles.nx * tiles.ny;
    for (int k = 0; k < n; k++)
        sum += light[k] = (double)level[k] / STM_LEVEL_ONE - dark;
    const int least = tiles.nx < tiles.ny ? tiles.nx : tiles.ny;
    const int degree = least - 2 < STM_SURFACE_DEGREE ? least - 2 : STM_SURFACE_DEGREE;
    if (!(sum > 0) || degree < 1 || !stm_surface_fit(surface, degree, light, tiles.nx, tiles.ny))
        return false;
    for (int t = 0; t < STM_SURFACE_TERMS; t++)
        surface->c[t] *= n / sum;
    return true;
}

static double range_of(const struct stm_surface *surface, struct stm_tiles tiles)
{
    double at[STM_TILES_MOST];
    int n = 0;
    for (int y = 0; y < tiles.ny; y++)
        for (int x = 0; x < tiles.nx; x++)
            at[n++] = stm_surface_at(surface, (x + 0.5) / tiles.nx, (y + 0.5) / tiles.ny);
    return stm_quantile(at, n, 0.98) - stm_quantile(at, n, 0.02);
}

bool stm_calibration_from_blank(struct stm_calibration *calibration, const struct stm_kernels *kernels,
                                int channel, struct stm_cu16 blank, int dark)
{
    const struct stm_tiles tiles = stm_tiles_over(blank.w, blank.h, STM_TILES_MAX);
    uint32_t level[STM_TILES_MOST];
    struct stm_surface surface;
    if (!tiles.nx) return false;
    stm_tiles_levels(kernels, tiles, blank, &stm_band_middle, 1, level);
    if (!blank_surface(&surface, tiles, level, dark)) return false;
    calibration->tiles = tiles;
    calibration->strength[channel] = 1;
    calibration->range[channel] = range_of(&surface, tiles);
    return calibration->active[channel] = stm_gain_from_light(
               &calibration->gain[channel], (struct stm_light){&surface, 1, 0, dark}, blank.w, blank.h);
}
