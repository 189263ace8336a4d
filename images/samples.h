/* The sample plates that ship with the program, as recipes for the synthetic microscope. */
#ifndef STM_IMAGES_SAMPLES_H
#define STM_IMAGES_SAMPLES_H

#include "images/synth_plate.h"

/* images/<name>/ holds what stm_synth_plate_write makes of it. */
struct stm_sample {
    const char *name, *scene, *summary;
    const char *const *plate;  /* NULL-ended pairs of name and value for stm_synth_plate_params … */
    const char *const *params; /* … and for the scene's parameters */
};
extern const struct stm_sample stm_samples[]; /* ends with a NULL name */
const struct stm_sample *stm_sample_find(const char *name);

/* Parameters of a plate of the sample's kind; `plate` points to `scene_params` afterwards. */
struct stm_sample_recipe {
    struct stm_synth_plate plate;
    _Alignas(16) unsigned char scene_params[STM_SCENE_PARAMS];
};
bool stm_sample_recipe(const struct stm_sample *sample, struct stm_sample_recipe *recipe,
                       struct stm_error *err);

#endif
