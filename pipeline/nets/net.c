/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/net.h"

#include "kernels/kernels.h"

#include "pipeline/core/team.h"

#include <string.h>

/* The latest rows of a layer; row y is in slot y % slots. Each quad's row has a pixel of zeros at both ends.
 * STM_NET_SPREAD has a row for each row that it is made from: of sums, three times [groups][w][16]. */
struct ring {
    uint8_t *px;
    size_t quad_bytes, row_bytes;
    int w, h, slots;
    int done; /* rows made */
};

struct run {
    const struct stm_net *net;
    const struct stm_kernels *kernels; /* NULL: only count the slots that are needed */
    stm_net_input_fn *input;
    void *from;
    const uint8_t *zeros; /* a row beyond the image */
    struct ring ring[STM_NET_LAYERS];
};

/* Pixel -1. */
static uint8_t *quad_of(const struct ring *ring, int y, int quad)
{
    return ring->px + (size_t)(y % ring->slots) * ring->row_bytes + (size_t)quad * ring->quad_bytes;
}

static int32_t *sums_of(const struct ring *ring, int y, int ky)
{
    return (int32_t *)(void *)(quad_of(ring, y, 0) + (size_t)ky * ring->quad_bytes);
}

static void convolve(struct run *r, const struct stm_net_layer *layer, const struct ring *ring, int y)
{
    const uint8_t *src[3 * STM_NET_QUADS];
    uint8_t *dst[STM_NET_QUADS];
    const int32_t *more[3];
    for (int ky = 0; ky < 3; ky++) {
        const int row = y + ky - 1;
        const bool beyond = row < 0 || row >= ring->h;
        for (int q = 0; q < layer->conv.quads; q++)
            src[ky * layer->conv.quads + q] = beyond ? r->zeros : quad_of(&r->ring[layer->from], row, q);
        if (layer->spread >= 0)
            more[ky] = beyond ? (const int32_t *)(const void *)r->zeros
                              : sums_of(&r->ring[layer->spread], row / 2, ky);
    }
    for (int q = 0; q < layer->quads; q++)
        dst[q] = quad_of(ring, y, q) + 4;
    r->kernels->conv8_row(dst, src, ring->w, &layer->conv, layer->spread < 0 ? NULL : more);
}

static void spread(struct run *r, const struct stm_net_layer *layer, const struct ring *ring, int y)
{
    const struct ring *const from = &r->ring[layer->from];
    const uint8_t *src[STM_NET_QUADS];
    int32_t *const dst[3] = {sums_of(ring, y, 0), sums_of(ring, y, 1), sums_of(ring, y, 2)};
    for (int q = 0; q < layer->conv.quads; q++)
        src[q] = quad_of(from, y, q);
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

static void take_in(struct run *r, const struct stm_net_layer *layer, const struct ring *ring, int y)
{
    uint8_t *row[STM_NET_QUADS];
    for (int q = 0; q < layer->quads; q++)
        row[q] = quad_of(ring, y, q) + 4;
    r->input(r->from, row, y);
}

static void make(struct run *r, const struct stm_net_layer *layer, const struct ring *ring, int y)
{
    const struct ring *from = &r->ring[layer->op == STM_NET_INPUT ? 0 : layer->from];
    if (layer->op == STM_NET_INPUT) take_in(r, layer, ring, y);
    if (layer->op == STM_NET_CONV) convolve(r, layer, ring, y);
    for (int q = 0; q < layer->quads && layer->op == STM_NET_POOL; q++)
        pool_row(quad_of(ring, y, q) + 4, quad_of(from, 2 * y, q) + 4, quad_of(from, 2 * y + 1, q) + 4,
                 ring->w);
    if (layer->op == STM_NET_SPREAD) spread(r, layer, ring, y);
}

static void pull(struct run *r, int i, int upto);

/* Makes rows first … last of layer i be there, now and in the ring. */
static void need(struct run *r, int i, int first, int last)
{
    struct ring *ring = &r->ring[i];
    if (last > ring->h - 1) last = ring->h - 1;
    if (first < 0) first = 0;
    pull(r, i, last);
    if (!r->kernels && ring->done - first > ring->slots) ring->slots = ring->done - first;
}

/* Rows of the layers before that row y of a layer is made from; those first that others are made for. */
static void need_for(struct run *r, const struct stm_net_layer *layer, int y)
{
    if (layer->op == STM_NET_CONV && layer->spread >= 0) need(r, layer->spread, (y + 1) / 2 - 1, (y + 1) / 2);
    if (layer->op == STM_NET_CONV) need(r, layer->from, y - 1, y + 1);
    if (layer->op == STM_NET_POOL) need(r, layer->from, 2 * y, 2 * y + 1);
    if (layer->op == STM_NET_SPREAD) need(r, layer->from, y, y);
}

/* Layers depend on earlier ones only, so this ends. */
static void pull(struct run *r, int i, int upto)
{
    const struct stm_net_layer *layer = &r->net->layer[i];
    struct ring *ring = &r->ring[i];
    for (; ring->done <= upto; ring->done++) {
        need_for(r, layer, ring->done);
        if (r->kernels) make(r, layer, ring, ring->done);
    }
}

/* Slots that each ring needs, found by asking for all rows without making them. They settle long before row
 * 512: with five levels a row depends on about 110 rows below it. */
static void plan(struct run *r, const struct stm_net *net, int w, int h)
{
    *r = (struct run){.net = net};
    const int rows = h < 512 ? h : 512;
    for (int i = 0; i < net->layers; i++) {
        struct ring *ring = &r->ring[i];
        const struct stm_net_layer *const layer = &net->layer[i];
        const bool spread = layer->op == STM_NET_SPREAD;
        *ring = (struct ring){.w = w >> layer->level, .h = rows >> (layer->level + spread), .slots = 1};
        ring->quad_bytes = spread ? (size_t)ring->w * (size_t)layer->quads * 4 * sizeof(int32_t)
                                  : ((size_t)ring->w + 2 + 15) / 16 * 64;
        ring->row_bytes = ring->quad_bytes * (spread ? 3 : (size_t)layer->quads);
    }
    for (int y = 0; y < rows; y++)
        need(r, net->layers - 1, y, y);
    for (int i = 0; i < net->layers; i++) {
        r->ring[i].done = 0;
        r->ring[i].h = h >> (net->layer[i].level + (net->layer[i].op == STM_NET_SPREAD));
    }
}

static size_t bytes_of(const struct ring *ring)
{
    return (size_t)ring->slots * ring->row_bytes;
}

/* Of a row of zeros that is as long as any that a convolution reads. */
static size_t zero_bytes(const struct run *r)
{
    size_t most = 0;
    for (int i = 0; i < r->net->layers; i++)
        most = r->ring[i].quad_bytes > most ? r->ring[i].quad_bytes : most;
    return most;
}

size_t stm_net_scratch(const struct stm_net *net, int w, int h)
{
    struct run r;
    plan(&r, net, w, h);
    size_t bytes = stm_arena_cost(zero_bytes(&r));
    for (int i = 0; i < net->layers; i++)
        bytes += stm_arena_cost(bytes_of(&r.ring[i]));
    return bytes;
}

static uint8_t *take_zeros(struct stm_arena *scratch, size_t bytes, struct stm_error *err)
{
    uint8_t *px = stm_arena_take(scratch, bytes, "rows of a network", err);
    return px ? memset(px, 0, bytes) : NULL;
}

static bool take(struct run *r, struct stm_arena *scratch, struct stm_error *err)
{
    r->zeros = take_zeros(scratch, zero_bytes(r), err);
    bool ok = r->zeros != NULL;
    for (int i = 0; i < r->net->layers && ok; i++) {
        r->ring[i].px = take_zeros(scratch, bytes_of(&r->ring[i]), err);
        ok = r->ring[i].px != NULL;
    }
    return ok;
}

static void head_row(int16_t *dst, const struct ring *ring, int quads, int y, const struct stm_net_head *head,
                     int output)
{
    const uint8_t *row = quad_of(ring, y, 0) + 4;
    const int8_t *weight = head->weight[output];
    enum { PART = 64 };
    for (int x0 = 0; x0 < ring->w; x0 += PART) {
        const int n = ring->w - x0 < PART ? ring->w - x0 : PART;
        int32_t sum[PART] = {0};
        for (int q = 0; q < quads; q++) {
            const uint8_t *px = row + (size_t)q * ring->quad_bytes + 4 * (size_t)x0;
            const int8_t *w = weight + 4 * q;
            for (int x = 0; x < n; x++)
                sum[x] +=
                    px[4 * x] * w[0] + px[4 * x + 1] * w[1] + px[4 * x + 2] * w[2] + px[4 * x + 3] * w[3];
        }
        for (int x = 0; x < n; x++) {
            const int64_t value =
                ((int64_t)sum[x] * head->scale[output] + head->offset[output]) >> head->shift;
            dst[x0 + x] = (int16_t)(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
        }
    }
}

static void begin(int *first, int row)
{
    if (row < *first) *first = row;
}

/* Rows of the layers start where the first row of the output needs them. */
static void start_at(struct run *r, int y)
{
    int first[STM_NET_LAYERS];
    const int last = r->net->layers - 1;
    for (int i = 0; i <= last; i++)
        first[i] = i < last ? r->ring[i].h : y;
    for (int i = last; i >= 0; i--) {
        const struct stm_net_layer *layer = &r->net->layer[i];
        const int rows[] = {
            [STM_NET_CONV] = first[i] - 1, [STM_NET_POOL] = 2 * first[i], [STM_NET_SPREAD] = first[i]};
        if (layer->op != STM_NET_INPUT) begin(&first[layer->from], rows[layer->op]);
        if (layer->op == STM_NET_CONV && layer->spread >= 0)
            begin(&first[layer->spread], (first[i] + 1) / 2 - 1);
        r->ring[i].done = first[i] > 0 ? first[i] : 0;
    }
}

/* What the bands of an image share. */
struct image {
    const struct stm_net *net;
    const struct stm_kernels *kernels;
    stm_net_input_fn *input;
    void *from;
    const struct stm_s16 *out;
    struct stm_team team;
};

static bool make_rows(const struct image *image, int y0, int y1, struct stm_arena *scratch,
                      struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    const struct stm_net *net = image->net;
    const int last = net->layers - 1;
    struct run r;
    plan(&r, net, image->out[0].w, image->out[0].h);
    r.kernels = image->kernels;
    r.input = image->input;
    r.from = image->from;
    if (!take(&r, scratch, err)) return false;
    start_at(&r, y0);
    for (int y = y0; y < y1; y++) {
        pull(&r, last, y);
        for (int i = 0; i < STM_NET_OUTPUTS; i++)
            head_row(image->out[i].px + y * image->out[i].stride, &r.ring[last], net->layer[last].quads, y,
                     net->head, i);
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
    const int unit = stm_net_multiple(image->net), units = image->out[0].h / unit, bands = image->team.n;
    return make_rows(image, units * item / bands * unit, units * (item + 1) / bands * unit,
                     image->team.arena[worker], err);
}

/* As many bands as there are threads; around each, up to 110 rows, few of them fine ones, are made twice. */
bool stm_net_run(const struct stm_net *net, const struct stm_kernels *kernels, stm_net_input_fn *input,
                 void *from, const struct stm_s16 out[STM_NET_OUTPUTS], struct stm_arena *scratch,
                 struct stm_error *err)
{
    const int w = out[0].w, h = out[0].h, unit = stm_net_multiple(net);
    struct image image = {.net = net, .kernels = kernels, .input = input, .from = from, .out = out};
    if (w <= 0 || h <= 0 || w % unit || h % unit)
        return stm_fail(err, STM_INTERNAL, "a network cannot run over %d x %d pixels", w, h);
    /* Bands of fewer than STM_TEAM_ROWS rows would mostly make rows of their neighbours. */
    stm_team_gather(&image.team, scratch, h / STM_TEAM_ROWS, stm_net_scratch(net, w, h));
    const bool good = stm_team_run(&image.team, image.team.n, &image, make_band, err);
    stm_team_dismiss(&image.team);
    return good;
}
