/* The mean of two maps, of which the second is turned by half a turn and smaller. */
#ifndef STM_NETS_MEET_H
#define STM_NETS_MEET_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

/* out = mean of out and of `turned`, turned back and made as large as out (linear between pixel centres,
 * rounded; the mean is rounded down). `turned` is no larger than out. Fails only when memory runs out; gives
 * it back. Thread-safety: safe on separate arenas. */
bool stm_net_meet(struct stm_s16 out, struct stm_s16 turned, struct stm_arena *scratch,
                  struct stm_error *err);
size_t stm_net_meet_bytes(int from, int to); /* widths */

#endif
