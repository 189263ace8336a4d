/* Cell bodies in fluorescence: which part of a field is stained, and which cell each part belongs to. The
 * method is told in docs/bodies.md. */
#ifndef STM_BODIES_H
#define STM_BODIES_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

struct stm_bodies_options {
    double deviations; /* stained = this many deviations of the ground above it */
    double edge;       /* a cell ends where its light falls below this part of its own */
    double neck;       /* without nuclei: a passage wider than this part of the narrower side joins */
    double least_px;   /* without nuclei: smaller cells are none */
    double pixel_um;   /* NAN or 0: unknown */
};

/* What was seen of the plane, in counts. */
struct stm_bodies {
    struct stm_u16 light;     /* smoothed, above the ground; in scratch */
    struct stm_u8 mask;       /* 255 = stained; in scratch */
    double ground, deviation; /* of pixels without cells, smoothed: noise and unevenness */
    uint16_t threshold;       /* light from which a pixel is stained */
    double height;            /* median light of stained pixels */
    uint64_t stained;         /* pixels */
};

/* Smooths the plane, finds its ground and what stands out of it; light and mask stay in scratch. Each
 * function fails only when memory runs out. */
bool stm_bodies_look(struct stm_bodies *b, struct stm_cu16 plane, const struct stm_bodies_options *options,
                     const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err);

/* label: on entry nuclei 1 … n, on return the cells around them; nuclei of which less than half is stained
 * have none and become 0. */
bool stm_bodies_around(struct stm_u32 label, uint32_t n, const struct stm_bodies *b,
                       const struct stm_bodies_options *options, struct stm_arena *scratch,
                       struct stm_error *err);

/* label: on return cells 1 … *n, told apart by their outline and light alone. */
bool stm_bodies_alone(struct stm_u32 label, uint32_t *n, const struct stm_bodies *b,
                      const struct stm_bodies_options *options, const struct stm_kernels *kernels,
                      struct stm_arena *scratch, struct stm_error *err);

/* Bytes of scratch for stm_bodies_look and one of the others after it. */
size_t stm_bodies_bytes(int w, int h, double pixel_um);

size_t stm_bodies_cells_bytes(int w, int h); /* of them without stm_bodies_look */

/* parts.c: label becomes parts 1 … *n of the stained area that look like one cell each */
bool stm_bodies_parts(struct stm_u32 label, uint32_t *n, const struct stm_bodies *b,
                      const struct stm_bodies_options *options, const struct stm_kernels *kernels,
                      struct stm_arena *scratch, struct stm_error *err);
size_t stm_bodies_parts_bytes(int w, int h);

/* spread.c: seeds grow within the mask, the cheapest way decides. floor[i]: least light of label i. */
bool stm_bodies_spread(struct stm_u32 label, const uint16_t *floor, const struct stm_bodies *b,
                       struct stm_arena *scratch, struct stm_error *err);
size_t stm_bodies_spread_bytes(int w, int h);

#endif
