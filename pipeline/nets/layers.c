/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/layers.h"

#include "kernels/kernels.h"

#include <string.h>

/* Rows first … first + n - 1 of a layer, quad by quad, pixel -1; zeros beyond the image. */
static void find_rows(const uint8_t **src, const struct stm_net_rings *r, int i, int first, int n)
{
    const struct stm_net_ring *const ring = &r->ring[i];
    const int quads = r->net->layer[i].quads;
    for (int row = first; row < first + n; row++)
        for (int q = 0; q < quads; q++)
            *src++ = row < 0 || row >= ring->h ? r->zeros : stm_net_quad(ring, row, q);
}

static void convolve(struct stm_net_rings *r, int i, int y)
{
    const struct stm_net_layer *const layer = &r->net->layer[i];
    const struct stm_net_ring *const ring = &r->ring[i];
    const uint8_t *src[3 * STM_NET_QUADS];
    uint8_t *dst[STM_NET_QUADS];
    const int32_t *more[3];
    find_rows(src, r, layer->from, y - 1, 3);
    for (int ky = 0; ky < 3 && layer->spread >= 0; ky++) {
        const int row = y + ky - 1;
        more[ky] = row < 0 || row >= ring->h ? (const int32_t *)(const void *)r->zeros
                                             : stm_net_sums(&r->ring[layer->spread], row / 2, ky);
    }
    for (int q = 0; q < layer->quads; q++)
        dst[q] = stm_net_quad(ring, y, q) + 4;
    r->kernels->conv8_row(dst, src, ring->w, &layer->conv, layer->spread < 0 ? NULL : more);
}

/* Rows beyond the image go to waste. */
static void convolve_tiles(struct stm_net_rings *r, int i, int y)
{
    enum { SEEN = STM_CONV8_TILE + 2, COARSE_SEEN = STM_CONV8_TILE / 2 + 2 };
    const struct stm_net_layer *const layer = &r->net->layer[i];
    const struct stm_net_ring *const ring = &r->ring[i];
    const int coarse = stm_net_coarse(r, i);
    const uint8_t *src[(SEEN + COARSE_SEEN) * STM_NET_QUADS];
    uint8_t *dst[STM_CONV8_TILE * STM_NET_QUADS];
    struct stm_conv8_tiled tiled = stm_net_tiled(r, i);
    tiled.weight = r->weight[i];
    find_rows(src, r, layer->from, y - 1, SEEN);
    if (coarse >= 0) {
        tiled.coarse_weight = r->weight[layer->spread];
        find_rows(src + SEEN * layer->conv.quads, r, coarse, y / 2 - 1, COARSE_SEEN);
    }
    for (int row = 0; row < STM_CONV8_TILE; row++)
        for (int q = 0; q < layer->quads; q++)
            dst[row * layer->quads + q] = y + row < ring->h ? stm_net_quad(ring, y + row, q) + 4 : r->waste;
    r->kernels->conv8_tiles(dst, src, ring->w, &tiled, r->scratch);
}

static void spread(struct stm_net_rings *r, const struct stm_net_layer *layer,
                   const struct stm_net_ring *ring, int y)
{
    const struct stm_net_ring *const from = &r->ring[layer->from];
    const uint8_t *src[STM_NET_QUADS];
    int32_t *const dst[3] = {stm_net_sums(ring, y, 0), stm_net_sums(ring, y, 1), stm_net_sums(ring, y, 2)};
    for (int q = 0; q < layer->conv.quads; q++)
        src[q] = stm_net_quad(from, y, q);
    r->kernels->conv8_spread(dst, src, from->w, &layer->conv);
}

/* Byte by byte; bytes are below 128. Compilers have no better idea for two pixels of a row. */
static uint32_t greater(uint32_t a, uint32_t b)
{
    const uint32_t ge = ((a | 0x80808080) - b) >> 7 & 0x01010101, mask = (ge << 8) - ge;
    return b ^ ((a ^ b) & mask);
}

static void pool_row(uint8_t *dst, const uint8_t *above, const uint8_t *below, int w)
{
    enum { PART = 64 };
    for (int x0 = 0; x0 < w; x0 += PART) {
        const int n = w - x0 < PART ? w - x0 : PART;
        uint8_t most[8 * PART];
        for (int i = 0; i < 8 * n; i++) {
            const uint8_t a = above[8 * x0 + i], b = below[8 * x0 + i];
            most[i] = a > b ? a : b;
        }
        for (int x = 0; x < n; x++) {
            uint32_t pair[2];
            memcpy(pair, most + 8 * x, sizeof pair);
            pair[0] = greater(pair[0], pair[1]);
            memcpy(dst + 4 * (x0 + x), pair, sizeof pair[0]);
        }
    }
}

static void pool(struct stm_net_rings *r, const struct stm_net_layer *layer, const struct stm_net_ring *ring,
                 int y)
{
    const struct stm_net_ring *const from = &r->ring[layer->from];
    for (int q = 0; q < layer->quads; q++)
        pool_row(stm_net_quad(ring, y, q) + 4, stm_net_quad(from, 2 * y, q) + 4,
                 stm_net_quad(from, 2 * y + 1, q) + 4, ring->w);
}

static void take_in(struct stm_net_rings *r, const struct stm_net_layer *layer,
                    const struct stm_net_ring *ring, int y)
{
    uint8_t *row[STM_NET_QUADS];
    for (int q = 0; q < layer->quads; q++)
        row[q] = stm_net_quad(ring, y, q) + 4;
    r->input(r->from, row, y);
}

void stm_net_make_rows(struct stm_net_rings *r, int i, int y)
{
    const struct stm_net_layer *layer = &r->net->layer[i];
    const struct stm_net_ring *ring = &r->ring[i];
    if (layer->op == STM_NET_INPUT) take_in(r, layer, ring, y);
    if (layer->op == STM_NET_CONV && ring->step > 1) convolve_tiles(r, i, y);
    if (layer->op == STM_NET_CONV && ring->step == 1) convolve(r, i, y);
    if (layer->op == STM_NET_POOL) pool(r, layer, ring, y);
    if (layer->op == STM_NET_SPREAD) spread(r, layer, ring, y);
}

void stm_net_head_row(int16_t *const dst[STM_NET_OUTPUTS], const struct stm_net_rings *r, int y)
{
    const int last = r->net->layers - 1, quads = r->net->layer[last].quads;
    const struct stm_net_ring *ring = &r->ring[last];
    const uint8_t *src[STM_HEAD_QUADS];
    for (int q = 0; q < quads; q++)
        src[q] = stm_net_quad(ring, y, q) + 4;
    r->kernels->head_row(dst, src, quads, ring->w, r->net->head);
}
