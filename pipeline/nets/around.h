/* Cells around their nuclei: what was parted without knowing of nuclei is parted again, so that each nucleus
 * has a cell. docs/adherent.md tells the rules. */
#ifndef STM_NETS_AROUND_H
#define STM_NETS_AROUND_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

/* All images are of one size. */
struct stm_around {
    struct stm_u32 label;    /* in: parts 1 … parts; out: cells 1 … cells, those with nuclei first */
    struct stm_cu32 nucleus; /* 0 or 1 … nuclei */
    const uint32_t *twin; /* twin[i]: the nucleus that may share a cell with nucleus i, 0 = none; or NULL */
    struct stm_cs16 odds; /* what is above least_odds is cell as well as what has a label; px NULL: nothing */
    struct stm_cs16 height; /* in 1/16384, valleys lie between cells; px NULL: flat */
    int least_odds;
    uint32_t parts, nuclei;
    uint32_t cells, nucleated; /* out */
};

/* Fails only when memory runs out; gives back what it takes. */
bool stm_around_nuclei(struct stm_around *a, struct stm_arena *scratch, struct stm_error *err);
size_t stm_around_bytes(int w, int h, size_t parts, size_t nuclei);

#endif
