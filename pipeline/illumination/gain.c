/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/gain.h"

#include "kernels/flat_field.h"

#include <math.h>

enum { SHIFT_LEAST = 3, NODES_WANTED = STM_GAIN_NODES };

/* So many cells that the gain between their centres is straight, so few that rows are quickly made. */
static int shift_for(int pixels)
{
    int shift = SHIFT_LEAST;
    while (shift < STM_GRID_MAX_SHIFT && stm_grid_cells(pixels, shift) > NODES_WANTED)
        shift++;
    return shift;
}

static uint16_t whole(double value)
{
    return (uint16_t)fmin(fmax(value + 0.5, 0), UINT16_MAX);
}

/* S at node (i, j), not below the reciprocal of the greatest gain, and the surface. */
static double light_at(const struct stm_gain *gain, struct stm_light light, int i, int j, double *surface)
{
    const double step = 1 << gain->shift;
    *surface = stm_surface_at(light.surface, (i + 0.5) * step / gain->w, (j + 0.5) * step / gain->h);
    return fmax(1 + light.strength * (*surface - 1), (double)STM_GAIN_ONE / STM_GAIN_MOST);
}

static double leak_at(const struct stm_gain *gain, struct stm_light light, int i, int j)
{
    double surface;
    const double s = light_at(gain, light, i, j, &surface);
    return light.ground * (surface - s) / s;
}

static void take_leak(struct stm_gain *gain, struct stm_light light)
{
    double least = 0;
    for (int j = 0; j < gain->ny; j++)
        for (int i = 0; i < gain->nx; i++)
            least = fmin(least, leak_at(gain, light, i, j));
    gain->pedestal = whole(ceil(-least));
    for (int j = 0; j < gain->ny; j++)
        for (int i = 0; i < gain->nx; i++)
            gain->leak[j * gain->nx + i] = whole(floor(leak_at(gain, light, i, j) + 0.5) + gain->pedestal);
}

/* With a strength of 1 and more, what the ground has beyond the light is the same everywhere: an offset. */
static double offset(struct stm_light light)
{
    return light.strength > 1 ? light.ground * (1 - 1 / light.strength) : 0;
}

bool stm_gain_from_light(struct stm_gain *gain, struct stm_light light, int w, int h)
{
    const int shift = shift_for(w > h ? w : h), nx = stm_grid_cells(w, shift), ny = stm_grid_cells(h, shift);
    double surface;
    if (w < 1 || h < 1 || nx > STM_GAIN_NODES || ny > STM_GAIN_NODES) return false;
    *gain = (struct stm_gain){.w = w, .h = h, .shift = shift, .nx = nx, .ny = ny};
    gain->dark = whole(light.dark + offset(light));
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++)
            gain->q14[j * nx + i] = whole(STM_GAIN_ONE / light_at(gain, light, i, j, &surface));
    gain->leaks = light.strength < 1;
    if (gain->leaks) take_leak(gain, light);
    return true;
}

void stm_gain_apply(const struct stm_gain *gain, const struct stm_kernels *kernels, struct stm_u16 plane)
{
    const struct stm_grid factor = {{gain->q14, gain->nx, gain->nx, gain->ny}, gain->shift};
    const struct stm_grid leak = {{gain->leak, gain->nx, gain->nx, gain->ny}, gain->shift};
    const struct stm_cu16 raw = STM_CONST(plane);
    stm_amplify(kernels, plane, raw, factor, gain->dark);
    if (gain->leaks) stm_grid_subtract(kernels, plane, raw, leak, gain->pedestal);
}
