/* What illumination correction does at every pixel, in integers. */
#ifndef STM_GAIN_H
#define STM_GAIN_H

#include "kernels/view.h"
#include "pipeline/illumination/surface.h"

struct stm_kernels;

enum { STM_GAIN_ONE = 1 << 14, STM_GAIN_MOST = 65535, STM_GAIN_NODES = 128 };

/* A grid of nodes (kernels/grid.h). */
struct stm_gain {
    int w, h, shift, nx, ny; /* w = 0: no correction */
    uint16_t dark;           /* counts without light: stay where they are */
    uint16_t q14[STM_GAIN_NODES * STM_GAIN_NODES];
};

/* gain = 1 / surface for images of w x h pixels; the surface's mean is 1. Gains end at 4: in the black
 * corners of a vignette there is nothing left to correct. `dark` counts without light stay where they are.
 * false when w or h exceeds 16384. */
bool stm_gain_from_surface(struct stm_gain *gain, const struct stm_surface *surface, int w, int h, int dark);

/* pixel = dark + (pixel - dark) * gain, within 0..65535, in place; `plane` has the gain's size. */
void stm_gain_apply(const struct stm_gain *gain, const struct stm_kernels *kernels, struct stm_u16 plane);

#endif
