/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pixels of one plane of a TIFF file: uncompressed strips straight from the file, everything else chunk by
 * chunk through libtiff. */
#include "pipeline/io/tiff_image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 << 10 }; /* bytes of uncompressed rows read at a time: they stay in the L2 cache */

/* One reading of one plane. Buffers are one for interleaved samples, or one for each part when planar. */
struct reading {
    struct stm_tiff_image *it;
    struct stm_image *image;
    struct stm_tiff_tags tags;
    struct stm_paint *paint;
    uint64_t stack_offset;       /* of this plane behind the first one of a stack */
    int buffers;                 /* 1, or parts when planar */
    int sample[STM_PAINT_BASES]; /* sample of the pixel that each part is; -1 = no such part */
    uint8_t *buffer[STM_PAINT_BASES];
};

static int sample_of(const struct stm_tiff_tags *tags, int component)
{
    return component + (tags->alpha >= 0 && component >= tags->alpha);
}

static void choose_samples(struct reading *r, const struct stm_request *request)
{
    const struct stm_tiff_tags *tags = &r->tags;
    for (int k = 0; k < STM_PAINT_BASES; k++)
        r->sample[k] = -1;
    for (int k = 0; k < request->parts; k++)
        r->sample[k] =
            r->image->palette ? (k == 0 ? sample_of(tags, 0) : -1) : sample_of(tags, request->component + k);
    if (tags->alpha >= 0 && tags->samples > 1 && !tags->planar) r->sample[STM_PAINT_ALPHA] = tags->alpha;
    if (tags->rendered) r->sample[STM_PAINT_ALPHA] = -1;
    r->buffers = tags->planar ? request->parts : 1;
    if (r->image->palette) r->buffers = 1;
}

/* --- uncompressed strips --- */

static bool is_plain(const struct reading *r)
{
    const struct stm_tiff_tags *tags = &r->tags;
    return tags->compression == STM_TIFF_UNCOMPRESSED && !tags->tiled && !tags->rendered &&
           tags->fill_order == 1;
}

static size_t row_bytes(const struct stm_tiff_tags *tags, uint32_t width)
{
    const uint64_t samples = tags->planar ? 1 : (uint64_t)tags->samples;
    return (size_t)((width * samples * (uint64_t)tags->bits + 7) / 8);
}

static void swap_bytes(uint8_t *p, size_t n, int bits)
{
    const size_t size = (size_t)bits / 8;
    if (bits == 16) {
        for (size_t i = 0; i + 2 <= n; i += 2) {
            uint16_t v;
            memcpy(&v, p + i, 2);
            v = __builtin_bswap16(v);
            memcpy(p + i, &v, 2);
        }
        return;
    }
    for (size_t i = 0; i + size <= n; i += size)
        for (size_t k = 0; k < size / 2; k++) {
            const uint8_t keep = p[i + k];
            p[i + k] = p[i + size - 1 - k];
            p[i + size - 1 - k] = keep;
        }
}

static bool read_rows(const struct reading *r, uint32_t plane, uint32_t y, uint32_t h, void *to,
                      struct stm_error *err)
{
    const struct stm_tiff_tags *tags = &r->tags;
    const size_t row = row_bytes(tags, tags->width);
    const uint32_t strip = y / tags->chunk_h;
    uint64_t at, bytes;
    char what[64];
    stm_tiff_chunk_place(r->it->tiff, plane * tags->chunks + strip, &at, &bytes);
    if (at == 0)
        return stm_fail(err, STM_BAD_INPUT, "strip %u has no bytes: it was never written", strip + 1);
    at += r->stack_offset + (uint64_t)(y - strip * tags->chunk_h) * row;
    snprintf(what, sizeof what, "the part with rows %u to %u", y + 1, y + h);
    if (!stm_input_exactly(&r->image->input, at, to, row * h, what, err)) return false;
    const bool whole_bytes = tags->bits == 16 || tags->bits == 24 || tags->bits == 32 || tags->bits == 64;
    if (r->it->pages.swapped && whole_bytes) swap_bytes(to, row * h, tags->bits);
    return true;
}

static struct stm_block block_of(const struct reading *r, uint32_t x, uint32_t y, uint32_t w, uint32_t h,
                                 size_t pitch)
{
    const struct stm_tiff_tags *tags = &r->tags;
    const bool planar = tags->planar;
    struct stm_block block = {.x = (int)x, .y = (int)y, .w = (int)w, .h = (int)h, .pitch = pitch};
    block.step = (size_t)tags->bits * (planar ? 1 : (size_t)tags->samples);
    for (int k = 0; k < STM_PAINT_BASES; k++) {
        if (r->sample[k] < 0) continue;
        block.base[k] = r->buffer[planar ? k : 0];
        block.first[k] = planar ? 0 : (size_t)r->sample[k] * (size_t)tags->bits;
    }
    return block;
}

/* Where rows of the picture may be decoded to without a detour; NULL when they have to be converted. */
static uint16_t *direct_rows(const struct reading *r, uint32_t y, uint32_t h)
{
    const bool one = (r->tags.planar || r->tags.samples == 1) && !r->tags.tiled && !r->tags.rendered;
    return one ? stm_paint_direct(r->paint, (int)y, (int)h) : NULL;
}

static bool plain_batch(const struct reading *r, uint32_t y, uint32_t h, struct stm_error *err)
{
    const struct stm_tiff_tags *tags = &r->tags;
    uint16_t *direct = direct_rows(r, y, h);
    if (direct) {
        if (!read_rows(r, tags->planar ? (uint32_t)r->sample[0] : 0, y, h, direct, err)) return false;
        stm_paint_seen(r->paint, (int)y, (int)h);
        return true;
    }
    for (int k = 0; k < r->buffers; k++)
        if (!read_rows(r, tags->planar ? (uint32_t)r->sample[k] : 0, y, h, r->buffer[k], err)) return false;
    const struct stm_block block = block_of(r, 0, y, tags->width, h, row_bytes(tags, tags->width));
    stm_paint_block(r->paint, &block);
    return true;
}

/* Whether row y is wanted; *h becomes how many rows from there on share its fate, at most what it was. */
static bool same_wish(const uint8_t *wanted, uint32_t y, uint32_t *h)
{
    uint32_t n = 1;
    if (!wanted) return true;
    while (n < *h && !wanted[y + n] == !wanted[y])
        n++;
    *h = n;
    return wanted[y];
}

static bool read_plain(const struct reading *r, struct stm_error *err)
{
    const struct stm_tiff_tags *tags = &r->tags;
    const size_t row = row_bytes(tags, tags->width);
    const uint32_t batch = row < BATCH ? (uint32_t)(BATCH / row) : 1;
    for (uint32_t y = 0, h; y < tags->height; y += h) {
        h = tags->chunk_h - y % tags->chunk_h;
        if (h > tags->height - y) h = tags->height - y;
        if (h > batch) h = batch;
        const bool wanted = same_wish(r->paint->wanted, y, &h);
        if (wanted && !plain_batch(r, y, h, err)) return false;
    }
    return true;
}

/* --- chunks --- */

static bool decode_chunk(const struct reading *r, uint32_t chunk, uint32_t h, struct stm_error *err)
{
    const struct stm_tiff_tags *tags = &r->tags;
    const size_t size = tags->tiled ? (size_t)tags->chunk_bytes : row_bytes(tags, tags->chunk_w) * h;
    if (tags->rendered) return stm_tiff_render(r->it->tiff, tags, chunk, r->buffer[0], err);
    for (int k = 0; k < r->buffers; k++) {
        const uint32_t plane = tags->planar ? (uint32_t)r->sample[k] : 0;
        if (!stm_tiff_decode(r->it->tiff, plane * tags->chunks + chunk, r->buffer[k], size, err))
            return false;
    }
    return true;
}

static bool direct_chunk(const struct reading *r, uint32_t chunk, uint32_t y, uint32_t h, bool *done,
                         struct stm_error *err)
{
    const struct stm_tiff_tags *tags = &r->tags;
    uint16_t *direct = direct_rows(r, y, h);
    const uint32_t plane = tags->planar ? (uint32_t)r->sample[0] : 0;
    *done = direct != NULL;
    if (!direct) return true;
    if (!stm_tiff_decode(r->it->tiff, plane * tags->chunks + chunk, direct, row_bytes(tags, tags->width) * h,
                         err))
        return false;
    stm_paint_seen(r->paint, (int)y, (int)h);
    return true;
}

/* Chunks are decoded whole or not at all. The range of values is that of all. */
static bool any_wanted(const struct stm_paint *paint, uint32_t y, uint32_t h)
{
    const uint8_t *const wanted = paint->ranging ? NULL : paint->wanted;
    uint32_t i = 0;
    while (wanted && i < h && !wanted[y + i])
        i++;
    return i < h;
}

static bool read_chunk(const struct reading *r, uint32_t chunk, struct stm_error *err)
{
    const struct stm_tiff_tags *tags = &r->tags;
    const uint32_t x = chunk % tags->across * tags->chunk_w, y = chunk / tags->across * tags->chunk_h;
    const uint32_t w = tags->width - x < tags->chunk_w ? tags->width - x : tags->chunk_w;
    const uint32_t h = tags->height - y < tags->chunk_h ? tags->height - y : tags->chunk_h;
    bool done;
    if (!any_wanted(r->paint, y, h)) return true;
    if (!direct_chunk(r, chunk, y, h, &done, err)) return false;
    if (done) return true;
    if (!decode_chunk(r, chunk, h, err)) return false;
    const size_t pitch = tags->rendered ? (size_t)tags->chunk_w * 4 : row_bytes(tags, tags->chunk_w);
    const struct stm_block block = block_of(r, x, y, w, h, pitch);
    stm_paint_block(r->paint, &block);
    return true;
}

/* Chunks may share bytes (tiles of nothing do), but their sum ends somewhere: it is what has to be read. */
static bool check_work(const struct reading *r, struct stm_error *err)
{
    const uint64_t most = 16 * r->image->input.size + STM_IO_MAX_BUFFER;
    uint64_t sum = 0, at, bytes;
    for (uint32_t chunk = 0; chunk < r->tags.chunks && sum <= most; chunk++) {
        stm_tiff_chunk_place(r->it->tiff, chunk, &at, &bytes);
        sum += bytes < r->image->input.size ? bytes : r->image->input.size;
    }
    return sum <= most ||
           stm_fail(err, STM_BAD_INPUT,
                    "has %u strips or tiles of over %" PRIu64 " bytes together in a file of %" PRIu64,
                    r->tags.chunks, most, r->image->input.size);
}

static bool read_chunks(const struct reading *r, struct stm_error *err)
{
    if (!check_work(r, err)) return false;
    for (uint32_t chunk = 0; chunk < r->tags.chunks; chunk++)
        if (!read_chunk(r, chunk, err)) return false;
    return true;
}

/* --- buffers --- */

static uint64_t buffer_bytes(const struct reading *r)
{
    const struct stm_tiff_tags *tags = &r->tags;
    const size_t row = row_bytes(tags, tags->width);
    if (is_plain(r)) return row < BATCH ? BATCH : row;
    if (tags->rendered) return (uint64_t)tags->chunk_w * tags->chunk_h * 4;
    return tags->chunk_bytes;
}

static bool allocate(struct reading *r, struct stm_error *err)
{
    const uint64_t bytes = buffer_bytes(r);
    const bool direct = direct_rows(r, 0, r->tags.height) != NULL;
    if (bytes == 0 || r->tags.chunks == 0)
        return stm_fail(err, STM_BAD_INPUT, "has strips or tiles without pixels");
    if (!direct && bytes * (uint64_t)r->buffers > STM_IO_MAX_BUFFER)
        return stm_fail(err, STM_NO_MEMORY,
                        "has %s of %u x %u pixels, %" PRIu64
                        " bytes each; up to %d are read: save it with smaller ones",
                        r->tags.tiled ? "tiles" : "strips", r->tags.chunk_w, r->tags.chunk_h, bytes,
                        STM_IO_MAX_BUFFER / r->buffers);
    for (int k = 0; !direct && k < r->buffers; k++)
        if (!(r->buffer[k] = calloc(1, (size_t)bytes)))
            return stm_fail(err, STM_NO_MEMORY, "no memory for %" PRIu64 " bytes of pixels", bytes);
    return true;
}

static bool same_pixels(const struct stm_tiff_tags *a, const struct stm_tiff_tags *b)
{
    return a->width == b->width && a->height == b->height && a->bits == b->bits && a->samples == b->samples &&
           a->sample_format == b->sample_format && a->photometric == b->photometric &&
           a->rendered == b->rendered && a->alpha == b->alpha;
}

static bool select_plane(struct reading *r, int plane, struct stm_error *err)
{
    struct stm_tiff_image *it = r->it;
    const int page = it->stack ? it->plane[0] : plane;
    r->stack_offset = it->stack ? (uint64_t)plane * it->stack_step : 0;
    if (!stm_tiff_select(it->tiff, it->pages.page[page].offset, &r->tags, err)) return false;
    if (same_pixels(&r->tags, &it->tags)) return true;
    return stm_fail(
        err, STM_UNSUPPORTED,
        "page %d has %u x %u pixels of %d x %d bits, the first has %u x %u of %d x %d: they cannot be one "
        "image",
        page + 1, r->tags.width, r->tags.height, r->tags.samples, r->tags.bits, it->tags.width,
        it->tags.height, it->tags.samples, it->tags.bits);
}

static bool read_plane(struct reading *r, int plane, const struct stm_request *request, struct stm_error *err)
{
    if (!select_plane(r, plane, err)) return false;
    choose_samples(r, request);
    if (r->tags.rendered) r->tags.samples = 4, r->tags.planar = false, r->buffers = 1;
    if (!allocate(r, err)) return false;
    return is_plain(r) ? read_plain(r, err) : read_chunks(r, err);
}

bool stm_tiff_read(struct stm_image *image, const struct stm_request *request, struct stm_paint *paint,
                   struct stm_error *err)
{
    const struct stm_layout *layout = &image->layout;
    const int group = request->component / layout->components;
    const int plane = layout->page[(request->t * layout->z + request->z) * layout->groups + group];
    const struct stm_request inside = {request->component % layout->components, request->parts, 0, 0};
    struct reading r = {.it = image->state, .image = image, .paint = paint};
    if (plane < 0)
        return stm_fail(err, STM_BAD_INPUT, "channel %d, plane %d, time %d is not in this file",
                        request->component + 1, request->z + 1, request->t + 1);
    const bool ok = read_plane(&r, plane, &inside, err);
    for (int k = 0; k < STM_PAINT_BASES; k++)
        free(r.buffer[k]);
    return ok;
}
