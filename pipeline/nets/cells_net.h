/* Adherent cells as the network sees them: labels of an image of phase contrast or brightfield. docs/nets.md. */
#ifndef STM_NETS_CELLS_NET_H
#define STM_NETS_CELLS_NET_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

/* What is known of the scale, and what came out. */
struct stm_cells_scale {
    double pixel_um, diameter_px; /* of a pixel; of the usual cell (a disk of its area). 0 or NAN: not known */
    double factor;                /* out: size the network worked at over the image's */
    double certainty;             /* out: median height of the cells' tops, 0 … 1; low where the image is unlike
                                     what the network has learned */
};

/* Fills `labels` (the image's size) with 0 or 1 … *count; 16-bit counts of any light and contrast. Fails only when
 * memory runs out; gives it back. Thread-safety: safe on separate arguments. */
bool stm_cells_net_label(struct stm_u32 labels, uint32_t *count, struct stm_cells_scale *scale, struct stm_cu16 image,
                         const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err);
size_t stm_cells_net_scratch(int w, int h);

#endif
