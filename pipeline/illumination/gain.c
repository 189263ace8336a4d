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

bool stm_gain_from_surface(struct stm_gain *gain, const struct stm_surface *surface, int w, int h, int dark)
{
    const int shift = shift_for(w > h ? w : h), nx = stm_grid_cells(w, shift), ny = stm_grid_cells(h, shift);
    if (w < 1 || h < 1 || nx > STM_GAIN_NODES || ny > STM_GAIN_NODES) return false;
    *gain = (struct stm_gain){.w = w, .h = h, .shift = shift, .nx = nx, .ny = ny, .dark = (uint16_t)dark};
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++)
            gain->q14[j * nx + i] =
                node(stm_surface_at(surface, (i + 0.5) * (1 << shift) / w, (j + 0.5) * (1 << shift) / h));
    return true;
}

void stm_gain_apply(const struct stm_gain *gain, const struct stm_kernels *kernels, struct stm_u16 plane)
{
    const struct stm_grid factor = {{gain->q14, gain->nx, gain->nx, gain->ny}, gain->shift};
    stm_amplify(kernels, plane, (struct stm_cu16)STM_CONST(plane), factor, gain->dark);
}
