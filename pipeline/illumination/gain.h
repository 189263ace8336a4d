/* What illumination correction multiplies with, at every pixel, in integers. */
#ifndef STM_ILLUMINATION_GAIN_H
#define STM_ILLUMINATION_GAIN_H

#include "kernels/view.h"
#include "pipeline/illumination/surface.h"

enum { STM_GAIN_ONE = 1 << 14, STM_GAIN_MOST = 65535, STM_GAIN_NODES = 66 };

/* Nodes lie 1 << shift pixels apart, the first on pixel (0, 0); between them the gain is bilinear. */
struct stm_gain {
    int w, h, shift, nx, ny; /* w = 0: no correction */
    uint16_t dark;           /* counts without light: stays where it is */
    uint16_t q14[STM_GAIN_NODES * STM_GAIN_NODES];
};

/* gain = 1 / surface for images of w x h pixels; the surface's mean is 1. Gains end at 4 (in the black
 * corners of a vignette there is nothing left to correct). false when w or h exceeds 65 536. */
bool stm_gain_from_surface(struct stm_gain *gain, const struct stm_surface *surface, int w, int h, int dark);

/* Gains of row y into row[gain->w]. */
void stm_gain_row(const struct stm_gain *gain, int y, uint16_t *row);

/* out = dark + (px - dark) * gain, rounded, kept within 0..65535, in place. `row` is room for one row. */
void stm_gain_apply(const struct stm_gain *gain, struct stm_u16 plane, uint16_t *row);

#endif
