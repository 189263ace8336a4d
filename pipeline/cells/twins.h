/* Pairs of nuclei that lie so close together that they may be of one cell. */
#ifndef STM_CELLS_TWINS_H
#define STM_CELLS_TWINS_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

/* twin[i], i = 1 … n: the nucleus nearest to nucleus i when it is at most `reach` pixels away, from outline
 * to outline, and has no nearer one itself; 0 = none. twin has n + 1 entries. Fails only when memory runs
 * out. */
bool stm_cells_twins(uint32_t *twin, struct stm_cu32 nuclei, uint32_t n, double reach,
                     struct stm_arena *scratch, struct stm_error *err);
size_t stm_cells_twins_bytes(size_t nuclei);

#endif
