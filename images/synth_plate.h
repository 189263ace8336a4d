/* Whole plates from the synthetic microscope: image files as an imager writes them, and their truth. */
#ifndef STM_IMAGES_SYNTH_PLATE_H
#define STM_IMAGES_SYNTH_PLATE_H

#include "images/synth.h"

/* What to make; rows of parameters are stm_synth_plate_params. `scene` and `scene_params` are set by the
 * caller. Density and dead fraction of a well override the scene's own parameters: density rises along the
 * columns, the dead fraction along the rows. */
struct stm_synth_plate {
    const struct stm_scene *scene;
    const void *scene_params;
    char plate[STM_PARAM_TEXT];
    int rows, cols, sites;
    int width, height;                                   /* 0 = the scene's usual field */
    double pixel_um;                                     /* 0 = the scene's usual pixels */
    double density_from, density_to, dead_from, dead_to; /* -1 = as the scene's parameters say */
    int format, pack, seed;
};
extern const struct stm_param stm_synth_plate_params[];

enum stm_synth_format { STM_SYNTH_TIFF, STM_SYNTH_PNG };

/* Writes into `directory` (made when missing)
 *   images/<plate>_A01_s1_w1.tif      a file for each channel; colour scenes: <plate>_A01_s1.tif or .png
 *   truth/<stem>_label.tif            cells; <stem> as results use it: the first channel's file
 *   truth/<stem>_debris.tif           what else has an outline, where there is any
 *   truth/objects.csv                 one row an object, columns image, x, y, class first
 *   truth/sites.csv, truth/wells.csv  counts, viability, covered area; all objects and the counting frame's
 * Fails on parameters out of range and when a file cannot be written. */
bool stm_synth_plate_write(const struct stm_synth_plate *plate, const char *directory, struct stm_error *err);

/* One site of the plate as it would be written; free with stm_synth_free. */
bool stm_synth_plate_site(const struct stm_synth_plate *plate, int row, int col, int site,
                          struct stm_field *field, struct stm_error *err);

#endif
