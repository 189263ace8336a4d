/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/net.h"

#include "kernels/kernels.h"

#include "pipeline/core/team.h"
#include "pipeline/nets/layers.h"

/* What the bands of an image share. */
struct image {
    struct stm_net_rings plan;
    const struct stm_s16 *out;
    const int16_t *weight[STM_NET_LAYERS];
    struct stm_team team;
};

/* Of the weights of layer i that tiles are multiplied with (kernels/conv8.h); 0 where there are none. */
static size_t weight_bytes(const struct stm_net_rings *r, int i)
{
    const bool coarse = r->net->layer[i].op == STM_NET_SPREAD && !r->ring[i].slots;
    return coarse || r->ring[i].step > 1 ? stm_conv8_tile_weights_bytes(&r->net->layer[i].conv) : 0;
}

static size_t all_weights(const struct stm_net_rings *r)
{
    size_t bytes = 0;
    for (int i = 0; i < r->net->layers; i++)
        bytes += stm_arena_cost(weight_bytes(r, i));
    return bytes;
}

static bool make_weights(struct image *image, struct stm_arena *scratch, struct stm_error *err)
{
    const struct stm_net_rings *const r = &image->plan;
    for (int i = 0; i < r->net->layers; i++) {
        if (!weight_bytes(r, i)) continue;
        int16_t *weight = stm_arena_take(scratch, weight_bytes(r, i), "weights of a network", err);
        if (!weight) return false;
        stm_conv8_tile_weights(weight, &r->net->layer[i].conv);
        image->weight[i] = weight;
    }
    return true;
}

static size_t scratch_by(const struct stm_net *net, bool tiles, int w, int h)
{
    struct stm_net_rings rings;
    stm_net_rings_plan(&rings, net, tiles, w, h);
    return all_weights(&rings) + stm_net_rings_bytes(&rings);
}

size_t stm_net_scratch(const struct stm_net *net, int w, int h)
{
    const size_t rows = scratch_by(net, false, w, h), tiles = scratch_by(net, true, w, h);
    return rows > tiles ? rows : tiles;
}

static bool make_rows(const struct image *image, int y0, int y1, struct stm_arena *scratch,
                      struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct stm_net_rings rings = image->plan;
    if (!stm_net_rings_take(&rings, scratch, err)) return false;
    stm_net_rings_start(&rings, y0);
    for (int y = y0; y < y1; y++) {
        stm_net_rings_pull(&rings, rings.net->layers - 1, y);
        int16_t *row[STM_NET_OUTPUTS];
        for (int i = 0; i < STM_NET_OUTPUTS; i++)
            row[i] = image->out[i].px + y * image->out[i].stride;
        stm_net_head_row(row, &rings, y);
    }
    stm_arena_reset(scratch, mark);
    return true;
}

int stm_net_multiple(const struct stm_net *net)
{
    int coarsest = 0;
    for (int i = 0; i < net->layers; i++)
        coarsest = net->layer[i].level > coarsest ? net->layer[i].level : coarsest;
    return 1 << coarsest;
}

/* Bands begin where the coarsest rows do. */
static bool make_band(void *context, int worker, int item, struct stm_error *err)
{
    const struct image *const image = context;
    const int unit = stm_net_multiple(image->plan.net), units = image->out[0].h / unit, bands = image->team.n;
    return make_rows(image, units * item / bands * unit, units * (item + 1) / bands * unit,
                     image->team.arena[worker], err);
}

/* As many bands as there are threads; around each, up to 110 rows, few of them fine ones, are made twice. */
bool stm_net_run(const struct stm_net *net, const struct stm_kernels *kernels, stm_net_input_fn *input,
                 void *from, const struct stm_s16 out[STM_NET_OUTPUTS], struct stm_arena *scratch,
                 struct stm_error *err)
{
    const int w = out[0].w, h = out[0].h, unit = stm_net_multiple(net);
    struct image image = {.out = out};
    if (w <= 0 || h <= 0 || w % unit || h % unit)
        return stm_fail(err, STM_INTERNAL, "a network cannot run over %d x %d pixels", w, h);
    const size_t mark = stm_arena_mark(scratch);
    stm_net_rings_plan(&image.plan, net, kernels->tiles_pay, w, h);
    image.plan.kernels = kernels;
    image.plan.input = input;
    image.plan.from = from;
    image.plan.weight = image.weight;
    bool good = make_weights(&image, scratch, err);
    if (good) {
        /* Bands of fewer than STM_TEAM_ROWS rows would mostly make rows of their neighbours. */
        stm_team_gather(&image.team, scratch, h / STM_TEAM_ROWS, stm_net_rings_bytes(&image.plan));
        good = stm_team_run(&image.team, image.team.n, &image, make_band, err);
        stm_team_dismiss(&image.team);
    }
    stm_arena_reset(scratch, mark);
    return good;
}
