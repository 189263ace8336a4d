/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PNG is simple enough to write without a library; filtering and packing whole images at once is several
 * times faster than row by row. Format: ISO/IEC 15948. */
#include "pipeline/io/png_write.h"

#include "pipeline/core/file.h"
#include "pipeline/io/deflate.h"

#include <string.h>

enum { FILTER_NONE = 0, FILTER_SUB = 1, FILTER_UP = 2 };

static const struct {
    uint8_t colour_type;
    int samples;
} kinds[] = {[STM_PNG_GREY] = {0, 1}, [STM_PNG_RGB] = {2, 3}, [STM_PNG_PALETTE] = {3, 1}};

static void chunk(struct stm_bytes *out, const char *type, const void *data, size_t n)
{
    stm_bytes_add_u32be(out, (uint32_t)n);
    stm_bytes_add(out, type, 4);
    stm_bytes_add(out, data, n);
    stm_bytes_add_u32be(out, stm_crc32(stm_crc32(0, type, 4), data, n));
}

static void header(struct stm_bytes *out, const struct stm_png *png)
{
    struct stm_bytes ihdr = {0};
    stm_bytes_add_u32be(&ihdr, (uint32_t)(png->px.w / kinds[png->kind].samples));
    stm_bytes_add_u32be(&ihdr, (uint32_t)png->px.h);
    stm_bytes_add(&ihdr, (uint8_t[]){8, kinds[png->kind].colour_type, 0, 0, 0}, 5);
    out->failed |= ihdr.failed;
    stm_bytes_add(out, "\x89PNG\r\n\x1a\n", 8);
    chunk(out, "IHDR", ihdr.data, ihdr.length);
    stm_bytes_free(&ihdr);
}

/* Pixels per metre; PNG has no way to say it for pixels larger than a metre or smaller than 0.25 nm. */
static void resolution(struct stm_bytes *out, double pixel_um)
{
    if (!(pixel_um > 0.00025 && pixel_um < 1e6)) return;
    const uint32_t n = (uint32_t)(1e6 / pixel_um + 0.5);
    const uint8_t be[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    uint8_t phys[9];
    memcpy(phys, be, 4);
    memcpy(phys + 4, be, 4);
    phys[8] = 1; /* the unit is the metre */
    chunk(out, "pHYs", phys, sizeof phys);
}

static unsigned magnitude(uint8_t difference)
{
    return difference < 128 ? difference : 256u - difference;
}

/* Filters one row into `to` (the filter's number, then w bytes): the one of Sub and Up that leaves less. */
static void filter_row(uint8_t *to, const uint8_t *row, const uint8_t *above, int w, int samples)
{
    unsigned long sub = 0, up = 0;
    for (int x = 0; x < w; x++) {
        sub += magnitude((uint8_t)(row[x] - (x < samples ? 0 : row[x - samples])));
        up += magnitude((uint8_t)(row[x] - above[x]));
    }
    to[0] = up <= sub ? FILTER_UP : FILTER_SUB;
    for (int x = 0; x < w; x++)
        to[1 + x] = (uint8_t)(row[x] - (up <= sub ? above[x] : x < samples ? 0 : row[x - samples]));
}

/* All rows with their filter bytes; palette indices are not samples of anything, so they stay as they are. */
static bool filter(struct stm_bytes *raw, const struct stm_png *png)
{
    const int w = png->px.w, samples = kinds[png->kind].samples;
    const size_t stride = (size_t)w + 1;
    uint8_t *const to = stm_bytes_reserve(raw, stride * ((size_t)png->px.h + 1));
    if (!to) return false;
    memset(to, 0, stride); /* the row above the first */
    for (int y = 0; y < png->px.h; y++) {
        const uint8_t *const row = png->px.px + y * png->px.stride;
        uint8_t *const at = to + stride * ((size_t)y + 1);
        at[0] = FILTER_NONE;
        if (png->kind == STM_PNG_PALETTE)
            memcpy(at + 1, row, (size_t)w);
        else
            filter_row(at, row, y ? row - png->px.stride : to, w, samples);
    }
    raw->length = stride * ((size_t)png->px.h + 1);
    return true;
}

static bool pixels(struct stm_bytes *out, const struct stm_png *png, struct stm_error *err)
{
    const size_t first = (size_t)png->px.w + 1;
    struct stm_bytes raw = {0}, packed = {0};
    bool ok = filter(&raw, png);
    if (!ok)
        stm_fail(err, STM_NO_MEMORY, "no memory to write a PNG of %d x %d samples", png->px.w, png->px.h);
    ok = ok && stm_deflate(&packed, raw.data + first, raw.length - first, 1, err);
    if (ok) chunk(out, "IDAT", packed.data, packed.length);
    stm_bytes_free(&raw);
    stm_bytes_free(&packed);
    return ok;
}

static bool check(const struct stm_png *png, struct stm_error *err)
{
    const int samples = kinds[png->kind].samples;
    if (png->px.w < 1 || png->px.h < 1 || png->px.w % samples)
        return stm_fail(err, STM_INTERNAL, "cannot write a PNG of %d samples x %d rows", png->px.w,
                        png->px.h);
    if ((int64_t)png->px.w * png->px.h >
        INT32_MAX - (INT32_MAX >> 4)) /* one IDAT chunk holds 2^31 - 1 bytes */
        return stm_fail(err, STM_UNSUPPORTED, "a PNG of %d samples x %d rows would exceed 2 GB", png->px.w,
                        png->px.h);
    if (png->kind == STM_PNG_PALETTE && (png->colours < 1 || png->colours > 256))
        return stm_fail(err, STM_INTERNAL, "a PNG palette has 1 to 256 colours, not %d", png->colours);
    return true;
}

bool stm_png_encode(struct stm_bytes *out, const struct stm_png *png, struct stm_error *err)
{
    if (!check(png, err)) return false;
    header(out, png);
    if (png->kind == STM_PNG_PALETTE) chunk(out, "PLTE", png->palette, 3 * (size_t)png->colours);
    if (png->kind == STM_PNG_PALETTE && png->opacity) chunk(out, "tRNS", png->opacity, (size_t)png->colours);
    resolution(out, png->pixel_um);
    if (!pixels(out, png, err)) return false;
    chunk(out, "IEND", "", 0);
    return !out->failed ||
           stm_fail(err, STM_NO_MEMORY, "no memory for a PNG of %d x %d samples", png->px.w, png->px.h);
}

bool stm_png_write(const char *path, const struct stm_png *png, struct stm_error *err)
{
    struct stm_bytes bytes = {0};
    const bool ok = stm_png_encode(&bytes, png, err) && stm_file_save(path, bytes.data, bytes.length, err);
    stm_bytes_free(&bytes);
    return ok || stm_fail_file(err, path);
}
