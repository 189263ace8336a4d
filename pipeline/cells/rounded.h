/* Rounded cells among labelled ones: about to divide, or afloat. */
#ifndef STM_CELLS_ROUNDED_H
#define STM_CELLS_ROUNDED_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

/* rounded[1 ... n] = 1 for cells that are small, round and of much more contrast than the field's usual cell,
 * in a plane of transmitted light. usual_px: diameter of the usual cell. Fails only when memory runs out. */
bool stm_cells_judge_rounded(uint8_t *rounded, uint32_t n, struct stm_cu32 labels, struct stm_cu16 plane,
                             double usual_px, const struct stm_kernels *kernels, struct stm_arena *scratch,
                             struct stm_error *err);

/* For at most n cells, cells of any size. */
size_t stm_cells_rounded_bytes(int w, int h, size_t n);

#endif
