/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/opinions.h"

#include "pipeline/nets/meet.h"
#include "pipeline/nets/objects.h"

#include <string.h>

const struct stm_opinions stm_opinions_nuclei = {.first = &stm_net_nuclei},
                          stm_opinions_cells = {&stm_net_cells, &stm_net_cells_second},
                          stm_opinions_phase = {&stm_net_phase, &stm_net_phase_second};

struct seen {
    const struct stm_net_image *image;
    int quads;
    int w; /* of what the network runs over */
    bool turned;
};

/* Left becomes right, and within a pixel (two of a row, two of the next) also above below. */
static void turn_row(uint8_t *px, int w)
{
    for (int i = 0, j = w - 1; i < j; i++, j--) {
        uint8_t left[4];
        memcpy(left, px + 4 * i, 4);
        memcpy(px + 4 * i, px + 4 * j, 4);
        memcpy(px + 4 * j, left, 4);
    }
    for (int i = 0; i < w; i++)
        memcpy(px + 4 * i, (uint8_t[]){px[4 * i + 3], px[4 * i + 2], px[4 * i + 1], px[4 * i]}, 4);
}

static void input_row(void *from, uint8_t *const *quad, int y)
{
    const struct seen *s = from;
    const int w = s->image->w, h = s->image->h, inside = stm_net_mirrored(y, h);
    s->image->row(s->image->from, quad, s->turned ? h - 1 - inside : inside);
    for (int q = 0; q < s->quads; q++) {
        if (s->turned) turn_row(quad[q], w);
        for (int x = w; x < s->w; x++)
            memcpy(quad[q] + 4 * x, quad[q] + 4 * stm_net_mirrored(x, w), 4);
    }
}

static size_t map_bytes(int w, int h)
{
    return (size_t)stm_net_padded(w, STM_NET_MULTIPLE) * (size_t)stm_net_padded(h, STM_NET_MULTIPLE) *
           sizeof(int16_t);
}

/* Into the part of the outputs that is a multiple of the network's. */
static bool ask_one(const struct stm_net *net, struct seen *seen, const struct stm_kernels *kernels,
                    const struct stm_s16 out[STM_NET_OUTPUTS], struct stm_arena *scratch,
                    struct stm_error *err)
{
    const int unit = stm_net_multiple(net), h = stm_net_padded(seen->image->h, unit);
    struct stm_s16 part[STM_NET_OUTPUTS];
    seen->w = stm_net_padded(seen->image->w, unit);
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        part[i] = (struct stm_s16){out[i].px, out[i].stride, seen->w, h};
    return stm_net_run(net, kernels, input_row, seen, part, scratch, err);
}

static bool ask_second(const struct stm_opinions *who, struct seen *seen, const struct stm_kernels *kernels,
                       const struct stm_s16 out[STM_NET_OUTPUTS], struct stm_arena *scratch,
                       struct stm_error *err)
{
    const int w = seen->image->w, h = seen->image->h, stride = stm_net_padded(w, STM_NET_MULTIPLE);
    struct stm_s16 turned[STM_NET_OUTPUTS];
    for (int i = 0; i < STM_NET_OUTPUTS; i++) {
        turned[i] =
            (struct stm_s16){stm_arena_take(scratch, map_bytes(w, h), "a second map", err), stride, w, h};
        if (!turned[i].px) return false;
    }
    seen->turned = true;
    if (!ask_one(who->second, seen, kernels, turned, scratch, err)) return false;
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        if (!stm_net_meet(out[i], turned[i], scratch, err)) return false;
    return true;
}

int stm_opinions_farther(int n)
{
    return (4 * n + 2) / 5;
}

bool stm_opinions_ask(const struct stm_opinions *who, const struct stm_net_image *image,
                      const struct stm_net_image *farther, const struct stm_kernels *kernels,
                      const struct stm_s16 out[STM_NET_OUTPUTS], struct stm_arena *scratch,
                      struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    const int quads = who->first->layer[0].quads;
    struct seen near = {.image = image, .quads = quads}, far = {.image = farther, .quads = quads};
    struct stm_s16 map[STM_NET_OUTPUTS];
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        map[i] = (struct stm_s16){out[i].px, out[i].stride, image->w, image->h};
    const bool ok = ask_one(who->first, &near, kernels, map, scratch, err) &&
                    (!who->second || ask_second(who, &far, kernels, map, scratch, err));
    stm_arena_reset(scratch, mark);
    return ok;
}

static size_t run_bytes(const struct stm_net *net, int w, int h)
{
    const int unit = stm_net_multiple(net);
    return stm_net_scratch(net, stm_net_padded(w, unit), stm_net_padded(h, unit));
}

size_t stm_opinions_bytes(const struct stm_opinions *who, int w, int h)
{
    const size_t first = run_bytes(who->first, w, h);
    if (!who->second) return first;
    const int far_w = stm_opinions_farther(w), far_h = stm_opinions_farther(h);
    return stm_arena_most(
        first, STM_NET_OUTPUTS * stm_arena_cost(map_bytes(far_w, far_h)) +
                   stm_arena_most(run_bytes(who->second, far_w, far_h), stm_net_meet_bytes(far_w, w)));
}
