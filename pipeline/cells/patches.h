/* Connected patches of a mask: made, measured, and kept or dropped by size. */
#ifndef STM_CELLS_PATCHES_H
#define STM_CELLS_PATCHES_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

/* Runs of a mask with the number of their patch, 1 … n; area[0] is 0. All in `scratch`. */
struct stm_patches {
    struct stm_segment *run;
    size_t runs;
    uint32_t n;
    uint32_t *area;
};

/* Neighbours are 4 or 8. Fails only when memory runs out. */
bool stm_patches_make(struct stm_patches *p, struct stm_cu8 mask, int neighbours, struct stm_arena *scratch,
                      struct stm_error *err);
size_t stm_patches_bytes(int w, int h);

/* keep[i] != 0: patch i stays in the mask; all others become 0. */
void stm_patches_keep(const struct stm_patches *p, struct stm_u8 mask, const uint8_t *keep);

/* Drops patches with fewer than `least` pixels, or fills the gaps between patches that have fewer
 * (neighbours: of the gap). */
bool stm_mask_drop_small(struct stm_u8 mask, uint32_t least, int neighbours, struct stm_arena *scratch,
                         struct stm_error *err);
bool stm_mask_fill_small(struct stm_u8 mask, uint32_t least, int neighbours, struct stm_arena *scratch,
                         struct stm_error *err);

#endif
