/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/gain.h"

#include "kernels/flat_field.h"

enum { SHIFT_LEAST = 3, NODES_WANTED = STM_GAIN_NODES };

/* So many cells that the gain between their centres is straight, so few that rows are quickly made. */
static int shift_for(int pixels)
{
    int shift = SHIFT_LEAST;
    while (shift < STM_GRID_MAX_SHIFT && stm_grid_cells(pixels, shift) > NODES_WANTED)
        shift++;
    return shift;
}

static uint16_t node(double surface)
{
    const double gain = surface > 0 ? STM_GAIN_ONE / surface : STM_GAIN_MOST;
    return gain < STM_GAIN_MOST ? (uint16_t)(gain + 0.5) : STM_GAIN_MOST;
}

/* With dark counts d, d + (px - d) gain = px gain - (d gain - d): the kernel's product, then a difference. */
static void take_dark(struct stm_gain *gain, int dark)
{
    gain->pedestal = (uint16_t)dark;
    for (int i = 0; i < gain->nx * gain->ny; i++) {
        const int64_t excess = ((int64_t)dark * gain->q14[i] + STM_GAIN_ONE / 2) >> 14;
        gain->excess[i] = (uint16_t)(excess < 65535 ? excess : 65535);
    }
}

bool stm_gain_from_surface(struct stm_gain *gain, const struct stm_surface *surface, int w, int h, int dark)
{
    const int shift = shift_for(w > h ? w : h), nx = stm_grid_cells(w, shift), ny = stm_grid_cells(h, shift);
    if (w < 1 || h < 1 || nx > STM_GAIN_NODES || ny > STM_GAIN_NODES) return false;
    *gain = (struct stm_gain){.w = w, .h = h, .shift = shift, .nx = nx, .ny = ny};
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++)
            gain->q14[j * nx + i] =
                node(stm_surface_at(surface, (i + 0.5) * (1 << shift) / w, (j + 0.5) * (1 << shift) / h));
    take_dark(gain, dark);
    return true;
}

void stm_gain_apply(const struct stm_gain *gain, const struct stm_kernels *kernels, struct stm_u16 plane)
{
    static const uint16_t zero = 0;
    const struct stm_grid nothing = {{&zero, 1, 1, 1}, gain->shift};
    const struct stm_grid factor = {{gain->q14, gain->nx, gain->nx, gain->ny}, gain->shift};
    const struct stm_grid excess = {{gain->excess, gain->nx, gain->nx, gain->ny}, gain->shift};
    const struct stm_cu16 raw = STM_CONST(plane);
    stm_flat_field(kernels, plane, raw, nothing, factor);
    if (gain->pedestal) stm_grid_subtract(kernels, plane, raw, excess, gain->pedestal);
}
