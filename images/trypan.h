/* How cells in suspension look in brightfield: live ones refract, dead ones hold trypan blue. */
#ifndef STM_IMAGES_TRYPAN_H
#define STM_IMAGES_TRYPAN_H

#include "images/bench.h"

enum { STM_RED, STM_GREEN, STM_BLUE, STM_COLOURS };

/* Absorption relative to red. Trypan blue absorbs around 590 nm: red most, blue least. Rust, skin and dust
 * absorb blue most. */
extern const double stm_dye_colour[STM_COLOURS], stm_dirt_colour[STM_COLOURS];

/* A cell's shading; `user` of the functions below. Values are relative to the light of the empty chamber,
 * but stm_trypan_dye, which gives optical density, about 1 in the middle. */
struct stm_trypan {
    const struct stm_texture *texture;
    int texture_x, texture_y;
    double um;    /* pixels per micrometre */
    double focus; /* 1 = bright in the middle, -1 = dark */
    double grain;
};
stm_shade_fn stm_trypan_live, stm_trypan_dead_rim, stm_trypan_dye;

/* light *= 10^(-density * colour * patch), in the three colours of the bench. */
void stm_absorb(struct stm_bench *bench, const struct stm_patch *patch, const double *colour, double density);

/* light *= 1 + patch, blurred by sigma, and a little more in red and blue, as lenses do. */
bool stm_refract(struct stm_bench *bench, struct stm_patch *patch, double sigma);

#endif
