/* What illumination correction does at every pixel, in integers. */
#ifndef STM_GAIN_H
#define STM_GAIN_H

#include "kernels/view.h"
#include "pipeline/illumination/surface.h"

struct stm_kernels;

enum { STM_GAIN_ONE = 1 << 14, STM_GAIN_MOST = 65535, STM_GAIN_NODES = 128 };

/* What is known of the light. Model: pixel = dark + light * S + ground * (surface - S) with
 * S = 1 + strength * (surface - 1): the ground shows `surface`, objects are lit by S. */
struct stm_light {
    const struct stm_surface *surface; /* mean 1 */
    double strength;                   /* 1 = the surface is the light */
    double ground, dark;               /* counts of light on the ground, counts without light */
};

/* Grids of nodes (kernels/grid.h). */
struct stm_gain {
    int w, h, shift, nx, ny; /* w = 0: no correction */
    uint16_t dark;           /* counts without light: stay where they are */
    bool leaks;              /* `leak` is to be taken off */
    uint16_t pedestal;       /* keeps `leak` from being negative */
    uint16_t q14[STM_GAIN_NODES * STM_GAIN_NODES];
    uint16_t leak[STM_GAIN_NODES * STM_GAIN_NODES]; /* counts that only the ground has, after the gain */
};

/* For images of w x h pixels. Gains end at 4: in the black corners of a vignette there is nothing left to
 * correct. false when w or h exceeds 16384. */
bool stm_gain_from_light(struct stm_gain *gain, struct stm_light light, int w, int h);

/* Undoes the light, within 0..65535, in place; `plane` has the gain's size. */
void stm_gain_apply(const struct stm_gain *gain, const struct stm_kernels *kernels, struct stm_u16 plane);

#endif
