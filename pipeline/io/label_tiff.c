/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TIFF 6.0, little-endian: header, strips, one directory. */
#include "pipeline/io/label_tiff.h"

#include "pipeline/io/deflate_runs.h"

#include <stdlib.h>
#include <string.h>

enum { STRIP_BYTES = 1 << 20, MAX_SIDE = 1 << 20 };
enum { ASCII = 2, SHORT = 3, LONG = 4, RATIONAL = 5 };

struct strips {
    uint32_t *offset, *size; /* one allocation */
    int n, rows;             /* rows a strip */
};

static void put_le(struct stm_bytes *out, uint64_t value, int n)
{
    for (int i = 0; i < n; i++)
        stm_bytes_add(out, &(uint8_t){(uint8_t)(value >> 8 * i)}, 1);
}

static bool wide(const struct stm_label_tiff *image)
{
    for (size_t i = 0; i < image->n_segments; i++)
        if (image->segments[i].label > UINT16_MAX) return true;
    return false;
}

static uint64_t position(const struct stm_label_tiff *image, int y, int x)
{
    return (uint64_t)y * (uint64_t)image->width + (uint64_t)x;
}

/* Rows [y0, y1) from segment `i` on; returns the first segment below them. */
static size_t put_strip(struct stm_bytes *out, const struct stm_label_tiff *image, int width, int y0, int y1,
                        size_t i)
{
    struct stm_deflate_runs d;
    uint64_t at = position(image, y0, 0);
    stm_deflate_runs_begin(&d, out, width);
    for (; i < image->n_segments && image->segments[i].y < y1; i++) {
        const struct stm_segment s = image->segments[i];
        if (!s.label) continue;
        stm_deflate_runs_put(&d, 0, position(image, s.y, s.x0) - at);
        stm_deflate_runs_put(&d, s.label, (uint64_t)(s.x1 - s.x0));
        at = position(image, s.y, s.x1);
    }
    stm_deflate_runs_put(&d, 0, position(image, y1, 0) - at);
    stm_deflate_runs_end(&d);
    return i;
}

static void put_strips(struct stm_bytes *out, const struct stm_label_tiff *image, int width, size_t start,
                       struct strips *strips)
{
    size_t segment = 0;
    for (int i = 0; i < strips->n; i++) {
        const int y0 = i * strips->rows, left = image->height - y0;
        const size_t from = out->length;
        segment = put_strip(out, image, width, y0, y0 + (left < strips->rows ? left : strips->rows), segment);
        strips->offset[i] = (uint32_t)(from - start);
        strips->size[i] = (uint32_t)(out->length - from);
    }
}

/* One directory entry. A value longer than four bytes stands elsewhere, at `value`. */
static void entry(struct stm_bytes *out, int tag, int type, uint32_t count, uint32_t value)
{
    put_le(out, (uint64_t)tag, 2);
    put_le(out, (uint64_t)type, 2);
    put_le(out, count, 4);
    put_le(out, value, 4);
}

/* Writes an array and says what its entry holds: where it is, or the value itself when there is only one. */
static uint32_t array(struct stm_bytes *out, size_t start, const uint32_t *values, int n)
{
    if (n == 1) return values[0];
    const uint32_t at = (uint32_t)(out->length - start);
    for (int i = 0; i < n; i++)
        put_le(out, values[i], 4);
    return at;
}

static void put_directory(struct stm_bytes *out, const struct stm_label_tiff *image, int width, size_t start,
                          const struct strips *strips)
{
    const bool scaled = image->pixel_um > 1e-4 && image->pixel_um < 1e6;
    const uint32_t count = (uint32_t)strips->n, text_at = (uint32_t)(out->length - start);
    const uint32_t text_size = (uint32_t)strlen(image->description) + 1;
    stm_bytes_add(out, image->description, text_size);
    put_le(out, 0, (int)((out->length - start) % 2)); /* directories begin at even offsets */
    const uint32_t resolution_at = (uint32_t)(out->length - start);
    put_le(out, 100000000, 4); /* a centimetre and the pixel, both in units of 0.1 nm */
    put_le(out, scaled ? (uint64_t)(image->pixel_um * 1e4 + 0.5) : 1, 4);
    const uint32_t offsets_at = array(out, start, strips->offset, strips->n);
    const uint32_t sizes_at = array(out, start, strips->size, strips->n);
    const uint32_t directory_at = (uint32_t)(out->length - start);
    put_le(out, scaled ? 14 : 11, 2);
    entry(out, 256, LONG, 1, (uint32_t)image->width);
    entry(out, 257, LONG, 1, (uint32_t)image->height);
    entry(out, 258, SHORT, 1, (uint32_t)(8 * width));
    entry(out, 259, SHORT, 1, 8); /* Deflate */
    entry(out, 262, SHORT, 1, 1); /* black is zero */
    entry(out, 270, ASCII, text_size, text_at);
    entry(out, 273, LONG, count, offsets_at);
    entry(out, 277, SHORT, 1, 1);
    entry(out, 278, LONG, 1, (uint32_t)strips->rows);
    entry(out, 279, LONG, count, sizes_at);
    if (scaled) {
        entry(out, 282, RATIONAL, 1, resolution_at);
        entry(out, 283, RATIONAL, 1, resolution_at);
        entry(out, 296, SHORT, 1, 3); /* per centimetre */
    }
    entry(out, 339, SHORT, 1, 1); /* unsigned */
    put_le(out, 0, 4);
    if (!out->failed)
        for (int i = 0; i < 4; i++)
            out->data[start + 4 + i] = (uint8_t)(directory_at >> 8 * i);
}

static bool check(const struct stm_label_tiff *image, struct stm_error *err)
{
    if (image->width < 1 || image->height < 1 || image->width > MAX_SIDE || image->height > MAX_SIDE)
        return stm_fail(err, STM_INTERNAL, "cannot write a label image of %d x %d pixels", image->width,
                        image->height);
    for (size_t i = 0; i < image->n_segments; i++) {
        const struct stm_segment s = image->segments[i], p = image->segments[i ? i - 1 : 0];
        const bool ordered = i == 0 || s.y > p.y || (s.y == p.y && s.x0 >= p.x1);
        if (!ordered || s.y < 0 || s.y >= image->height || s.x0 < 0 || s.x0 >= s.x1 || s.x1 > image->width)
            return stm_fail(err, STM_INTERNAL,
                            "segment %zu, row %d [%d, %d), is out of order or outside %d x %d", i, s.y, s.x0,
                            s.x1, image->width, image->height);
    }
    return true;
}

bool stm_label_tiff_encode(struct stm_bytes *out, const struct stm_label_tiff *image, struct stm_error *err)
{
    if (!check(image, err)) return false;
    const int width = wide(image) ? 4 : 2, fit = STRIP_BYTES / (width * image->width);
    struct strips strips = {.rows = fit < 1 ? 1 : fit < image->height ? fit : image->height};
    strips.n = (image->height + strips.rows - 1) / strips.rows;
    strips.offset = calloc((size_t)strips.n, 2 * sizeof *strips.offset);
    if (!strips.offset) return stm_fail(err, STM_NO_MEMORY, "no memory for %d strips", strips.n);
    strips.size = strips.offset + strips.n;
    const size_t start = out->length;
    stm_bytes_add(out, (uint8_t[]){'I', 'I', 42, 0, 0, 0, 0, 0}, 8);
    put_strips(out, image, width, start, &strips);
    put_directory(out, image, width, start, &strips);
    free(strips.offset);
    return !out->failed || stm_fail(err, STM_NO_MEMORY, "no memory for a label image of %d x %d pixels",
                                    image->width, image->height);
}
