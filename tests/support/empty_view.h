/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An image at a network's scale on which a test paints maps and labels. */
#ifndef STM_TESTS_EMPTY_VIEW_H
#define STM_TESTS_EMPTY_VIEW_H

#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nets/objects.h"

#include <string.h>

/* Zeros everywhere, in an arena that has `working` bytes besides. The arena is the caller's to destroy. */
static inline void open_empty_view(struct stm_net_view *v, struct stm_arena *arena, int w, int h,
                                   size_t working)
{
    struct stm_error err;
    assert_ok(stm_arena_create(arena, stm_net_view_bytes(w, h) + working, &err), &err);
    *v = (struct stm_net_view){.kernels = stm_kernels_best(), .scratch = arena};
    assert_ok(stm_net_view_take(v, w, h, &err), &err);
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        memset(v->map[i].px, 0, (size_t)v->map[i].stride * (size_t)v->map[i].h * 2);
    memset(v->label.px, 0, (size_t)v->label.stride * (size_t)v->label.h * 4);
}

static inline uint32_t view_label(const struct stm_net_view *v, int x, int y)
{
    return v->label.px[(y + 1) * v->label.stride + x + 1];
}

#endif
