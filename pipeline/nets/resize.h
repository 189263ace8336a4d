/* Images at another size, made by as many threads as the arena allows. */
#ifndef STM_NETS_RESIZE_H
#define STM_NETS_RESIZE_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

/* dst = src << bits resampled (kernels/resample.h). Fails only when memory runs out; gives it back. */
bool stm_resize(struct stm_u16 dst, struct stm_cu16 src, int bits, struct stm_arena *scratch,
                struct stm_error *err);
size_t stm_resize_bytes(int from, int to); /* widths */

#endif
