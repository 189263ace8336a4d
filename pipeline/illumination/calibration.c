/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/calibration.h"

#include "pipeline/illumination/order.h"

static bool blank_surface(struct stm_surface *surface, struct stm_grid grid, const uint32_t *level, int dark)
{
    double light[STM_GRID_CELLS], sum = 0;
    const int cells = grid.nx * grid.ny;
    for (int k = 0; k < cells; k++)
        sum += light[k] = (double)level[k] / STM_LEVEL_ONE - dark;
    const int least = grid.nx < grid.ny ? grid.nx : grid.ny;
    const int degree = least - 2 < STM_SURFACE_DEGREE ? least - 2 : STM_SURFACE_DEGREE;
    if (!(sum > 0) || degree < 1 || !stm_surface_fit(surface, degree, light, grid.nx, grid.ny)) return false;
    for (int t = 0; t < STM_SURFACE_TERMS; t++)
        surface->c[t] *= cells / sum;
    return true;
}

static double range_of(const struct stm_surface *surface, struct stm_grid grid)
{
    double at[STM_GRID_CELLS];
    int n = 0;
    for (int y = 0; y < grid.ny; y++)
        for (int x = 0; x < grid.nx; x++)
            at[n++] = stm_surface_at(surface, (x + 0.5) / grid.nx, (y + 0.5) / grid.ny);
    return stm_quantile(at, n, 0.98) - stm_quantile(at, n, 0.02);
}

bool stm_calibration_from_blank(struct stm_calibration *calibration, int channel, struct stm_cu16 blank,
                                int dark)
{
    const struct stm_grid grid = stm_grid_over(blank.w, blank.h, STM_GRID_MAX);
    uint32_t level[STM_GRID_CELLS];
    struct stm_surface surface;
    if (!grid.nx) return false;
    stm_grid_levels(grid, blank, stm_band_middle, level);
    if (!blank_surface(&surface, grid, level, dark)) return false;
    calibration->grid = grid;
    calibration->range[channel] = range_of(&surface, grid);
    return calibration->active[channel] =
               stm_gain_from_surface(&calibration->gain[channel], &surface, blank.w, blank.h, dark);
}
