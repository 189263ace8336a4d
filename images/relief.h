/* Optical thickness of spread cells, as the retardation of light in radians. */
#ifndef STM_IMAGES_RELIEF_H
#define STM_IMAGES_RELIEF_H

#include "images/monolayer.h"

enum { STM_RELIEF_NUCLEOLI = 3 };

/* What is inside one cell: heights in radians, lengths in pixels. */
struct stm_inside {
    struct stm_blob nucleus;
    double dome, lamella, grain, ruffle, vesicles;
    struct {
        double x, y, r;
    } nucleolus[STM_RELIEF_NUCLEOLI];
    int nucleoli, texture_x, texture_y;
};
struct stm_inside stm_inside_random(const struct stm_spread *cell, double um, struct stm_random *r);

/* phase += contrast * thickness on every labelled pixel; label i has insides[i - 1]. `um` is pixels per
 * micrometre; `fine` and `coarse` are textures of half and more than one micrometre. */
struct stm_relief {
    const struct stm_inside *insides;
    const struct stm_texture *fine, *coarse;
    double um, contrast;
};
bool stm_relief_add(struct stm_f32 phase, struct stm_cu32 labels, const struct stm_relief *relief,
                    struct stm_error *err);

/* Positive phase contrast: retardation becomes intensity, 1 = bare surface. Zernike: direct light, the part
 * of the wave exp(i phase) that varies slowly, is dimmed and put back by a quarter of a wave. `halo` is the
 * standard deviation in pixels of what counts as slowly. */
bool stm_zernike(struct stm_f32 phase, double halo, struct stm_error *err);

#endif
