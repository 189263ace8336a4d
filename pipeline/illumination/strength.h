/* Does the light that shades the ground shade the objects alike? The ground may be bright because the camera
 * has an offset, or because light leaks in: then it varies less, or more, than the light on the objects does.
 */
#ifndef STM_STRENGTH_H
#define STM_STRENGTH_H

#include "pipeline/illumination/tiles.h"

enum { STM_SURVEY_SITES = 64, STM_BRIGHT_ONE = 1 << 13 };

/* What of each tile stands out from its site's ground, for up to STM_SURVEY_SITES sites. */
struct stm_brightness {
    int n;
    uint16_t top[STM_SURVEY_SITES]
                [STM_TILES_MOST];    /* STM_BRIGHT_ONE = the site's median of what does; 0 = noise */
    double ground[STM_SURVEY_SITES]; /* the ground in the same unit: 1 = the median object */
};

/* Adds a site: per tile the counts of light on its ground and the level of its brightest sixteenth (tiles.h);
 * `noise` of a pixel and `dark` in counts. */
void stm_brightness_add(struct stm_brightness *objects, struct stm_tiles tiles, const double *ground,
                        const uint32_t *top, double noise, double dark);

/* Slope of the objects' brightness over that of the ground, both relative to their means: 1 = light is light;
 * above 1 = part of the ground is an offset; 0 = the ground's unevenness does not reach the objects. `error`
 * is the slope's standard error, infinite when there are too few objects or sites (16). surface[]: the ground
 * by tile, mean 1. */
double stm_strength(const struct stm_brightness *objects, struct stm_tiles tiles, const double *surface,
                    double *error);

/* The slope, drawn towards 1 by as much as its error leaves open (James and Stein, with doubled variance
 * since neighbouring tiles share objects). */
double stm_strength_prudent(double slope, double error);

#endif
