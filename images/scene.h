/* A scene: one kind of culture under one kind of microscope, declared as one const descriptor at the end of
 * its file. */
#ifndef STM_IMAGES_SCENE_H
#define STM_IMAGES_SCENE_H

#include "images/truth.h"
#include "pipeline/core/param.h"

enum { STM_SCENE_CHANNELS = 4 };

/* One field of view. Size and pixel size are set before rendering, planes and truth are what it makes. */
struct stm_field {
    int w, h;
    double pixel_um;
    int channels; /* 16-bit planes in use; 0 for colour */
    const char *channel[STM_SCENE_CHANNELS];
    struct stm_u16 plane[STM_SCENE_CHANNELS];
    struct stm_u8 rgb; /* colour scenes: three samples a pixel, rgb.w = 3 * w */
    int true_bits;
    struct stm_truth truth;
};

/* Two seeds: `optics` is the same for all sites of a plate (illumination, dirt on the sensor), `seed` belongs
 * to the site alone. */
struct stm_scene {
    const char *name, *summary;
    const struct stm_param *params;
    size_t params_size;
    const char *density, *dead; /* parameters a plate varies from well to well; NULL = has none */
    int width, height;          /* usual field */
    double pixel_um;
    bool colour;
    int channels; /* planes at most */
    bool (*render)(struct stm_field *field, const void *params, uint64_t optics, uint64_t seed,
                   struct stm_error *err);
};

/* All scenes, NULL-ended. */
extern const struct stm_scene *const stm_scenes[];
const struct stm_scene *stm_scene_find(const char *name);

enum { STM_SCENE_PARAMS = 1024 }; /* no params_size is larger */

#endif
