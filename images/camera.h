/* From light to stored values: illumination, photon and read noise, offset, bits. */
#ifndef STM_IMAGES_CAMERA_H
#define STM_IMAGES_CAMERA_H

#include "kernels/view.h"

#include <stdint.h>

/* How bright the field is lit: 1 at the brightest point, 1 - falloff at the darkest, a paraboloid. The same
 * for all sites of a plate. */
struct stm_illumination {
    double cx, cy, xx, xy, yy; /* 1 - (xx dx^2 + 2 xy dx dy + yy dy^2) around (cx, cy) */
};
struct stm_illumination stm_illumination_from(uint64_t optics, int w, int h, double falloff);
double stm_illumination_at(const struct stm_illumination *light, double x, double y);

struct stm_camera {
    double offset;     /* counts without light */
    double electrons;  /* per count: how fine-grained the noise is */
    double read_noise; /* electrons, standard deviation */
    int bits;          /* full scale is 2^bits - 1 counts */
};

/* Photographs light given in counts. Every row has its own random numbers. */
void stm_camera_expose(const struct stm_camera *camera, struct stm_u16 to, struct stm_cf32 light,
                       const struct stm_illumination *illumination, uint64_t seed);

#endif
