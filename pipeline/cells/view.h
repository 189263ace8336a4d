/* A field of view at the scale at which adherent cells are looked for, its ground made even. Everything in
 * pipeline/cells works on it, whatever the microscope; docs/adherent.md tells the method. */
#ifndef STM_CELLS_VIEW_H
#define STM_CELLS_VIEW_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

/* Light of the bare surface in `contrast` and `smooth`; a hundredth of it is one percent of contrast. */
enum { STM_CELLS_GROUND = 8192 };

/* Pixels at working scale: 0.87 um, where the constants were found (10x objective, 1.5x, 13 um). */
extern const double stm_cells_um;

/* Planes are w x h without gaps, in the scratch arena of stm_cells_look. */
struct stm_cells_view {
    const struct stm_kernels *kernels;
    struct stm_arena *scratch;
    int w, h;
    double um;               /* size of a pixel here; the image's own where that is not known */
    double factor;           /* pixels here for one of the image, along an axis */
    double noise;            /* deviation of one pixel of `contrast`, in percent of the ground */
    struct stm_u16 contrast; /* light over ground */
    struct stm_u16 smooth;   /* the same under a Gaussian of 0.8 pixels */
    struct stm_u16 texture;  /* deviation of smooth within 7 x 7 pixels */
    struct stm_u8 outside;   /* 255 = no culture surface: stop of the microscope, burned-in scale bar */
    uint64_t surface;        /* pixels that are not outside */
};

/* Fills `view` from a plane. pixel_um NAN: the image is taken as it is. Fails only when memory runs out.
 * Thread-safety: safe on separate arguments. */
bool stm_cells_look(struct stm_cells_view *view, struct stm_cu16 plane, double pixel_um,
                    const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err);

/* The same, but only scale, outside and surface are found. */
bool stm_cells_look_outside(struct stm_cells_view *view, struct stm_cu16 plane, double pixel_um,
                            const struct stm_kernels *kernels, struct stm_arena *scratch,
                            struct stm_error *err);

/* Size of the view of a w x h image. */
struct stm_cells_size {
    int w, h;
} stm_cells_size(int w, int h, double pixel_um);

/* Bytes that stm_cells_look leaves in use, and those it needs besides on the way; stm_cells_look_outside
 * needs less of both. */
size_t stm_cells_view_bytes(int w, int h, double pixel_um);
size_t stm_cells_look_bytes(int w, int h, double pixel_um);

/* outside.c: marks what is no culture surface, from the resampled light. */
bool stm_cells_mark_outside(struct stm_cells_view *view, struct stm_cu16 light, struct stm_error *err);
size_t stm_cells_outside_bytes(int w, int h);

/* even.c: contrast from the resampled light, smooth, texture, noise. */
bool stm_cells_make_even(struct stm_cells_view *view, struct stm_cu16 light, struct stm_error *err);
size_t stm_cells_even_bytes(int w, int h);

/* A 0 / 255 mask at working scale to the image's size: covered where at least half of the weight is. */
bool stm_cells_mask_back(const struct stm_cells_view *view, struct stm_u8 image, struct stm_cu8 mask,
                         struct stm_error *err);
size_t stm_cells_back_bytes(int w, int h, double pixel_um);

#endif
