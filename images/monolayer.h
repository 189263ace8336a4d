/* Cells spread on a surface, side by side: who covers which pixel. */
#ifndef STM_IMAGES_MONOLAYER_H
#define STM_IMAGES_MONOLAYER_H

#include "images/spread.h"

/* What to lay; lengths in pixels. */
struct stm_culture {
    double confluence;                    /* part to cover, 0 to 1 */
    double patchiness, alignment;         /* 0 to 1: islands, streams */
    double spindle_percent, flat_percent; /* the rest has three to five corners */
    double length, size_cv;               /* of a spindle; others are shorter */
    double um;                            /* pixels per micrometre */
};

/* Cells laid so far, cell i being label i + 1 of `labels` (which belong to the caller and are 0 at first).
 * Start from {0} but for labels, free with stm_monolayer_free. */
struct stm_monolayer {
    struct stm_u32 labels;
    struct stm_spread *cells;
    int n, capacity;
    int64_t covered; /* pixels */
};

/* Lays cells where there is room until the confluence is reached or nothing fits any more; then all of them
 * spread into the gaps. `soft` and `clouds` are textures of a few micrometres. */
bool stm_monolayer_lay(struct stm_monolayer *layer, const struct stm_culture *culture,
                       const struct stm_texture *soft, const struct stm_texture *clouds, struct stm_random *r,
                       struct stm_error *err);
void stm_monolayer_free(struct stm_monolayer *layer);

/* Distance of every pixel to the edge of its own label, in pixels (chamfer 5-7-11, within 2 %); edge pixels
 * are half a pixel inside. 0 where there is no label. */
void stm_label_depth(struct stm_f32 depth, struct stm_cu32 labels);

/* Semi axes of the ellipse with the second moments of labels 1 .. n; 0 where a label has no pixels. */
bool stm_label_axes(struct stm_cu32 labels, int n, double *major, double *minor, struct stm_error *err);

#endif
