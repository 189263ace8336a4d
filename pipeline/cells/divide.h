/* Covered area divided into cells, by distance and by the bright lines along which cells touch. */
#ifndef STM_CELLS_DIVIDE_H
#define STM_CELLS_DIVIDE_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

/* What stage foreground knows of a covered pixel, and leaves in the label image. */
enum stm_cells_part {
    STM_PART_NONE, /* bare */
    STM_PART_LINE, /* between bodies: bright line, rim */
    STM_PART_BODY,
    STM_PART_ROUND, /* rounded cell */
    STM_PARTS
};

/* label: on entry parts, on return cells 1 … n in the order of their peaks (rounded cells first), 0
 * elsewhere. `neck`: two parts are one cell when the passage between them is wider than this part of the
 * narrower one. Parts below least_px pixels, or much smaller than the usual one, join the neighbour with the
 * longest border, or are dropped when they have none. Fails only when memory runs out. */
bool stm_cells_divide(uint32_t *n, struct stm_u32 label, double neck, uint32_t least_px,
                      const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err);
size_t stm_cells_divide_bytes(int w, int h);

/* small.c: parts below least_px pixels, or `usual_part` of the usual cell's area, join the neighbour with the
 * longest border, or are dropped; where the edge of the image cuts them the limit is `cut` times that. Of the
 * `n` labels the first `round` are rounded cells or cells with a nucleus, to which only round_least_px
 * applies. `n` and `label` change; `mask`, if wanted, becomes 255 where a label is left, `covered` the number
 * of those pixels. Scratch for at most `labels` labels. */
struct stm_cells_small {
    struct stm_u32 label;
    struct stm_u8 mask; /* px NULL: not wanted */
    uint32_t n, round, round_least_px, least_px;
    double usual_part, cut;
    uint64_t covered;
};
bool stm_cells_join_small(struct stm_cells_small *s, struct stm_arena *scratch, struct stm_error *err);
size_t stm_cells_small_bytes(int w, int h, size_t labels);

#endif
