/* Drawing one object at a time: a patch around it, its shading, its truth, its blur. */
#ifndef STM_IMAGES_PAINT_H
#define STM_IMAGES_PAINT_H

#include "images/blob.h"
#include "images/canvas.h"

/* A small black image; its pixel (0, 0) is the field's pixel (x0, y0), which may lie outside. */
struct stm_patch {
    struct stm_f32 px;
    int x0, y0;
};

/* Buffers that are used again from object to object; start from {0}. Thread-safety: one per thread. */
struct stm_brush {
    struct stm_scratch pixels, blur;
};
void stm_brush_free(struct stm_brush *brush);

/* Covers everything within `reach` of (x, y); fails when that is more than 2048 pixels. */
bool stm_patch_take(struct stm_patch *patch, struct stm_brush *brush, double x, double y, double reach,
                    struct stm_error *err);
bool stm_patch_blur(struct stm_patch *patch, struct stm_brush *brush, double sigma, struct stm_error *err);

/* plane += gain * patch, where they overlap. */
void stm_patch_add(struct stm_f32 plane, const struct stm_patch *patch, double gain);

/* Brightness of a point inside a blob; `point` says where it lies, x and y are field pixels. */
typedef float stm_shade_fn(const struct stm_blob_point *point, int x, int y, const void *user);

/* patch += coverage * shade. Where the blob covers more than half of a pixel, the label is written into
 * `labels` (px NULL = nowhere): the truth is the outline at half height. */
void stm_paint_blob(struct stm_patch *patch, const struct stm_blob *blob, stm_shade_fn *shade,
                    const void *user, struct stm_u32 labels, uint32_t label);

/* patch += shade, on every pixel of the patch, also outside the blob: what light does around a cell. Labels
 * as above. */
void stm_paint_around(struct stm_patch *patch, const struct stm_blob *blob, stm_shade_fn *shade,
                      const void *user, struct stm_u32 labels, uint32_t label);

/* plane *= 1 + gain * patch, never below a hundredth: what a transparent object does to light. */
void stm_patch_filter(struct stm_f32 plane, const struct stm_patch *patch, double gain);

/* A thread along a curved line from a to c (b pulls it), `half_width` wide to both sides; value 1. */
struct stm_thread {
    double ax, ay, bx, by, cx, cy, half_width;
};
void stm_paint_thread(struct stm_patch *patch, const struct stm_thread *thread, struct stm_u32 labels,
                      uint32_t label);

/* A soft spot of height 1, cut at 3.5 sigma. */
void stm_paint_spot(struct stm_patch *patch, double x, double y, double sigma);

#endif
