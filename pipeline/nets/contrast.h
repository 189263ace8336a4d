/* What the network for adherent cells takes in: contrast against the surroundings, whatever the microscope.
 */
#ifndef STM_NETS_CONTRAST_H
#define STM_NETS_CONTRAST_H

#include "kernels/grid.h"
#include "kernels/view.h"
#include "pipeline/core/arena.h"

/* Light, what is around it (a Gaussian of STM_CONTRAST_SIGMA pixels), and the codes of their difference: d as
 * code[d + most], clipped to -most … most; [0] is contrast, [1] its signed root, each 0 … 127 with 64 for
 * none. `most` is the 99 % rank of |d|, at least 1. */
enum { STM_CONTRAST_SIGMA = 80, STM_CONTRAST_CODES = 2 };
struct stm_net_contrast {
    const struct stm_kernels *kernels;
    struct stm_u16 light;
    struct stm_grid ground;
    int most;
    uint8_t (*code)[STM_CONTRAST_CODES];
};

/* Resamples `plane` to w x h pixels (multiples of STM_NET_FINE) and fills `c`, whose parts are taken from the
 * arena. Fails only when memory runs out. Thread-safety: safe on separate arguments. */
bool stm_net_contrast_make(struct stm_net_contrast *c, struct stm_cu16 plane, int w, int h,
                           const struct stm_kernels *kernels, struct stm_arena *arena, struct stm_error *err);

/* Bytes that it leaves in use, and those it needs besides on the way, for a plane of plane_w pixels a row. */
size_t stm_net_contrast_bytes(int w, int h);
size_t stm_net_contrast_working_bytes(int plane_w, int w);

/* Row y of the input of stm_net_cells, w / STM_NET_FINE pixels to each of two quads. */
void stm_net_contrast_row(const struct stm_net_contrast *c, uint8_t *const *quad, int y);

#endif
