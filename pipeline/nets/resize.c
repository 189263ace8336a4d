/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/resize.h"

#include "kernels/resample.h"
#include "pipeline/core/team.h"

struct sizes {
    struct stm_u16 dst;
    struct stm_cu16 src;
    int bits;
};

size_t stm_resize_bytes(int from, int to)
{
    return stm_arena_cost(stm_resample_scratch(from, to));
}

static bool resize_band(void *context, struct stm_arena *arena, int y0, int y1, struct stm_error *err)
{
    const struct sizes *const s = context;
    const size_t mark = stm_arena_mark(arena);
    void *rows = stm_arena_take(arena, stm_resample_scratch(s->src.w, s->dst.w), "resampling", err);
    if (!rows) return false;
    stm_resample_rows(s->dst, s->src, s->bits, y0, y1, rows);
    stm_arena_reset(arena, mark);
    return true;
}

bool stm_resize(struct stm_u16 dst, struct stm_cu16 src, int bits, struct stm_arena *scratch,
                struct stm_error *err)
{
    struct sizes sizes = {dst, src, bits};
    return stm_team_bands(scratch, dst.h, stm_resize_bytes(src.w, dst.w), &sizes, resize_band, err);
}
