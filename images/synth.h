/* The synthetic microscope: fields of cells whose truth is known, the same bytes on every machine. */
#ifndef STM_IMAGES_SYNTH_H
#define STM_IMAGES_SYNTH_H

#include "images/scene.h"

/* Renders one field of `scene` into *field, whose w, h and pixel_um say what is wanted (0 = the scene's usual
 * value). `params` is the scene's parameter struct. Free with stm_synth_free. */
bool stm_synth(struct stm_field *field, const struct stm_scene *scene, const void *params, uint64_t optics,
               uint64_t seed, struct stm_error *err);
void stm_synth_free(struct stm_field *field);

/* Seeds of a site of a plate: all random numbers come from these. */
uint64_t stm_synth_optics(uint64_t plate_seed);
uint64_t stm_synth_seed(uint64_t plate_seed, int row, int col, int site);

#endif
