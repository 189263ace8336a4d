/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/opinions.h"

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

/* Pixel (x, y) of the image is (w - 1 - x, h - 1 - y) of what was turned. */
static void meet(struct stm_s16 out, struct stm_s16 turned, int w, int h)
{
    for (int y = 0; y < h; y++) {
        int16_t *const a = out.px + y * out.stride;
        const int16_t *const b = turned.px + (h - 1 - y) * turned.stride;
        for (int x = 0; x < w; x++)
            a[x] = (int16_t)((a[x] + b[w - 1 - x]) >> 1);
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
    const int w = seen->image->w, h = seen->image->h;
    struct stm_s16 turned[STM_NET_OUTPUTS];
    for (int i = 0; i < STM_NET_OUTPUTS; i++) {
        turned[i] = (struct stm_s16){stm_arena_take(scratch, map_bytes(w, h), "a second map", err),
                                     out[i].stride, out[i].w, out[i].h};
        if (!turned[i].px) return false;
    }
    seen->turned = true;
    if (!ask_one(who->second, seen, kernels, turned, scratch, err)) return false;
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        meet(out[i], turned[i], w, h);
    return true;
}

bool stm_opinions_ask(const struct stm_opinions *who, const struct stm_net_image *image,
                      const struct stm_kernels *kernels, const struct stm_s16 out[STM_NET_OUTPUTS],
                      struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct seen seen = {.image = image, .quads = who->first->layer[0].quads};
    const bool ok = ask_one(who->first, &seen, kernels, out, scratch, err) &&
                    (!who->second || ask_second(who, &seen, kernels, out, scratch, err));
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
    const size_t second = run_bytes(who->second, w, h) + STM_NET_OUTPUTS * stm_arena_cost(map_bytes(w, h));
    return first > second ? first : second;
}
