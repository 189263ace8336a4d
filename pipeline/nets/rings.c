/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/rings.h"

#include "pipeline/nets/layers.h"

#include <string.h>

/* Tiles are made where they take less time: their coefficients are work for each input, their weights for
 * each block of 16 outputs and a quad of inputs, which a row has to be wide enough for. */
enum { TILE_QUADS = 4, TILE_WIDTH = 48 };

static bool pays_in_tiles(const struct stm_conv8 *conv, int w)
{
    return conv->quads >= TILE_QUADS && w >= TILE_WIDTH && 2 * w >= conv->quads * conv->groups;
}

uint8_t *stm_net_quad(const struct stm_net_ring *ring, int y, int quad)
{
    return ring->px + (size_t)(y % ring->slots) * ring->row_bytes + (size_t)quad * ring->quad_bytes;
}

int32_t *stm_net_sums(const struct stm_net_ring *ring, int y, int ky)
{
    return (int32_t *)(void *)stm_net_quad(ring, y, ky);
}

int stm_net_coarse(const struct stm_net_rings *r, int i)
{
    const int spread = r->net->layer[i].spread;
    return spread >= 0 && r->ring[i].step > 1 ? r->net->layer[spread].from : -1;
}

struct stm_conv8_tiled stm_net_tiled(const struct stm_net_rings *r, int i)
{
    const struct stm_net_layer *const layer = &r->net->layer[i];
    struct stm_conv8_tiled tiled = {.conv = &layer->conv};
    if (layer->spread >= 0) tiled.coarse = &r->net->layer[layer->spread].conv;
    return tiled;
}

/* Makes rows first … last of layer i be there, now and in the ring. */
static void need(struct stm_net_rings *r, int i, int first, int last)
{
    struct stm_net_ring *ring = &r->ring[i];
    if (last > ring->h - 1) last = ring->h - 1;
    if (first < 0) first = 0;
    stm_net_rings_pull(r, i, last);
    if (!r->input && ring->done - first > ring->slots) ring->slots = ring->done - first;
}

/* Rows of the layers before that rows y … y + n - 1 of a layer are made from; those first that others are
 * made for. */
static void need_for(struct stm_net_rings *r, int i, int y, int n)
{
    const struct stm_net_layer *const layer = &r->net->layer[i];
    const int coarse = stm_net_coarse(r, i);
    if (layer->op == STM_NET_CONV && layer->spread >= 0)
        need(r, coarse < 0 ? layer->spread : coarse, (y + 1) / 2 - 1, (y + n) / 2);
    if (layer->op == STM_NET_CONV) need(r, layer->from, y - 1, y + n);
    if (layer->op == STM_NET_POOL) need(r, layer->from, 2 * y, 2 * y + 1);
    if (layer->op == STM_NET_SPREAD) need(r, layer->from, y, y);
}

/* Layers depend on earlier ones only, so this ends. */
void stm_net_rings_pull(struct stm_net_rings *r, int i, int upto)
{
    struct stm_net_ring *ring = &r->ring[i];
    while (ring->done <= upto) {
        const int y = ring->done, n = ring->h - y < ring->step ? ring->h - y : ring->step;
        need_for(r, i, y, n);
        if (r->input) stm_net_make_rows(r, i, y);
        ring->done += n;
    }
}

static void plan_ring(struct stm_net_ring *ring, const struct stm_net_layer *layer, int w, int h, bool tiles)
{
    const bool spread = layer->op == STM_NET_SPREAD;
    *ring = (struct stm_net_ring){.w = w >> layer->level, .h = h >> (layer->level + spread), .step = 1};
    ring->quad_bytes = spread ? (size_t)ring->w * (size_t)layer->quads * 4 * sizeof(int32_t)
                              : ((size_t)ring->w + 2 + 15) / 16 * 64;
    ring->row_bytes = ring->quad_bytes * (spread ? 3 : (size_t)layer->quads);
    if (tiles && layer->op == STM_NET_CONV && pays_in_tiles(&layer->conv, ring->w))
        ring->step = STM_CONV8_TILE;
}

/* Slots are found by asking for all rows without making them. They settle long before row 512: with five
 * levels a row depends on about 110 rows below it, and on those that are made at once with them. */
void stm_net_rings_plan(struct stm_net_rings *r, const struct stm_net *net, bool tiles, int w, int h)
{
    *r = (struct stm_net_rings){.net = net};
    const int rows = h < 512 ? h : 512;
    for (int i = 0; i < net->layers; i++)
        plan_ring(&r->ring[i], &net->layer[i], w, rows, tiles);
    for (int y = 0; y < rows; y++)
        need(r, net->layers - 1, y, y);
    for (int i = 0; i < net->layers; i++) {
        r->ring[i].done = 0;
        r->ring[i].h = h >> (net->layer[i].level + (net->layer[i].op == STM_NET_SPREAD));
    }
}

static size_t bytes_of(const struct stm_net_ring *ring)
{
    return (size_t)ring->slots * ring->row_bytes;
}

/* What is not a ring: rows as long as the longest that there is, and what the greatest convolution needs. */
static size_t longest(const struct stm_net_rings *r)
{
    size_t most = 0;
    for (int i = 0; i < r->net->layers; i++)
        most = r->ring[i].slots && r->ring[i].quad_bytes > most ? r->ring[i].quad_bytes : most;
    return most;
}

static size_t conv_scratch(const struct stm_net_rings *r)
{
    size_t most = 0;
    for (int i = 0; i < r->net->layers; i++) {
        const struct stm_conv8_tiled tiled = stm_net_tiled(r, i);
        const size_t bytes = r->ring[i].step > 1 ? stm_conv8_tiles_scratch(&tiled) : 0;
        most = bytes > most ? bytes : most;
    }
    return most;
}

size_t stm_net_rings_bytes(const struct stm_net_rings *r)
{
    size_t bytes = 2 * stm_arena_cost(longest(r)) + stm_arena_cost(conv_scratch(r));
    for (int i = 0; i < r->net->layers; i++)
        bytes += stm_arena_cost(bytes_of(&r->ring[i]));
    return bytes;
}

static uint8_t *take_zeros(struct stm_arena *scratch, size_t bytes, struct stm_error *err)
{
    uint8_t *px = stm_arena_take(scratch, bytes, "rows of a network", err);
    return px ? memset(px, 0, bytes) : NULL;
}

bool stm_net_rings_take(struct stm_net_rings *r, struct stm_arena *scratch, struct stm_error *err)
{
    r->zeros = take_zeros(scratch, longest(r), err);
    bool ok = r->zeros && (r->waste = take_zeros(scratch, longest(r), err)) &&
              (r->scratch = stm_arena_take(scratch, conv_scratch(r), "tiles of a network", err));
    for (int i = 0; i < r->net->layers && ok; i++) {
        r->ring[i].px = take_zeros(scratch, bytes_of(&r->ring[i]), err);
        ok = r->ring[i].px != NULL;
    }
    return ok;
}

static void begin(int *first, int row)
{
    if (row < *first) *first = row;
}

void stm_net_rings_start(struct stm_net_rings *r, int y)
{
    int first[STM_NET_LAYERS];
    const int last = r->net->layers - 1;
    for (int i = 0; i <= last; i++)
        first[i] = i < last ? r->ring[i].h : y;
    for (int i = last; i >= 0; i--) {
        const struct stm_net_layer *layer = &r->net->layer[i];
        const int row = first[i] > 0 ? first[i] / r->ring[i].step * r->ring[i].step : 0;
        const int rows[] = {[STM_NET_CONV] = row - 1, [STM_NET_POOL] = 2 * row, [STM_NET_SPREAD] = row};
        if (layer->op != STM_NET_INPUT) begin(&first[layer->from], rows[layer->op]);
        const int coarse = stm_net_coarse(r, i);
        if (layer->op == STM_NET_CONV && layer->spread >= 0)
            begin(&first[coarse < 0 ? layer->spread : coarse], (row + 1) / 2 - 1);
        r->ring[i].done = row;
    }
}
