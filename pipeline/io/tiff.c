/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/tiff.h"

#include "pipeline/core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

/* libtiff refuses larger allocations. */
#define MAX_ALLOCATION ((tmsize_t)256 << 20)

struct stm_tiff_file {
    TIFF *tif;
    struct stm_input input;
    uint64_t position;
    char message[256]; /* libtiff's last complaint, which is about the operation, not its details */
};

/* --- what libtiff calls --- */

static tmsize_t read_proc(thandle_t handle, void *bytes, tmsize_t size)
{
    struct stm_tiff_file *tiff = handle;
    const size_t got = size > 0 ? stm_input_some(&tiff->input, tiff->position, bytes, (size_t)size) : 0;
    tiff->position += got;
    return (tmsize_t)got;
}

static tmsize_t write_proc(thandle_t handle, void *bytes, tmsize_t size)
{
    (void)handle, (void)bytes, (void)size;
    return 0;
}

static toff_t seek_proc(thandle_t handle, toff_t offset, int whence)
{
    struct stm_tiff_file *tiff = handle;
    const uint64_t base = whence == SEEK_CUR ? tiff->position : whence == SEEK_END ? tiff->input.size : 0;
    return tiff->position = base + offset;
}

static int close_proc(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_proc(thandle_t handle)
{
    return ((struct stm_tiff_file *)handle)->input.size;
}

static int on_error(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
    struct stm_tiff_file *tiff = user;
    (void)tif, (void)module;
    vsnprintf(tiff->message, sizeof tiff->message, format, args);
    return 1;
}

static int on_warning(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
    (void)tif, (void)user, (void)module, (void)format, (void)args;
    return 1;
}

/* --- open --- */

static bool failed(const struct stm_tiff_file *tiff, const char *what, struct stm_error *err)
{
    const char *why = tiff->message[0] ? tiff->message : "libtiff gives no reason";
    return stm_fail(err, STM_BAD_INPUT, "%s: %s", what, why);
}

/* "r": read, "m": no memory map (a file that shrinks would kill the process), "h": no page yet, "D": strip
 * tables when they are needed, "c": no chopping of long strips. */
static TIFF *open_client(struct stm_tiff_file *tiff)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, MAX_ALLOCATION);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, tiff);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, tiff);
    TIFF *tif = TIFFClientOpenExt("image", "rmhDc", tiff, read_proc, write_proc, seek_proc, close_proc,
                                  size_proc, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tif;
}

bool stm_tiff_open(struct stm_tiff_file **tiff, const struct stm_input *input, struct stm_error *err)
{
    *tiff = calloc(1, sizeof **tiff);
    if (!*tiff) return stm_fail(err, STM_NO_MEMORY, "no memory for a TIFF reader");
    (*tiff)->input = *input;
    (*tiff)->tif = open_client(*tiff);
    return (*tiff)->tif || failed(*tiff, "cannot be opened as TIFF", err);
}

void stm_tiff_close(struct stm_tiff_file **tiff)
{
    if (*tiff && (*tiff)->tif) TIFFClose((*tiff)->tif);
    free(*tiff);
    *tiff = NULL;
}

/* --- tags --- */

static int tag16(TIFF *tif, uint32_t tag, int fallback)
{
    uint16_t value = 0;
    return TIFFGetField(tif, tag, &value) ? value : fallback;
}

static int alpha_of(TIFF *tif, int samples)
{
    uint16_t n = 0, *extra = NULL;
    if (!TIFFGetField(tif, TIFFTAG_EXTRASAMPLES, &n, &extra)) return -1;
    for (int i = 0; i < n && n <= samples; i++)
        if (extra[i] == EXTRASAMPLE_ASSOCALPHA || extra[i] == EXTRASAMPLE_UNASSALPHA) return samples - n + i;
    return -1;
}

static int photometric_of(TIFF *tif, const struct stm_tiff_tags *tags)
{
    const bool fax = tags->compression >= COMPRESSION_CCITTRLE && tags->compression <= COMPRESSION_CCITTFAX4;
    const int guess =
        tags->samples >= 3 && tags->bits == 8 && !tags->planar ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    return tag16(tif, TIFFTAG_PHOTOMETRIC, fax ? PHOTOMETRIC_MINISWHITE : guess);
}

static void size_tags(TIFF *tif, struct stm_tiff_tags *tags)
{
    uint32_t w = tags->width, h = tags->height;
    tags->tiled = TIFFIsTiled(tif) != 0;
    if (tags->tiled) {
        TIFFGetField(tif, TIFFTAG_TILEWIDTH, &w);
        TIFFGetField(tif, TIFFTAG_TILELENGTH, &h);
    } else {
        TIFFGetFieldDefaulted(tif, TIFFTAG_ROWSPERSTRIP, &h);
        if (h > tags->height) h = tags->height;
    }
    tags->chunk_w = w;
    tags->chunk_h = h;
    if (w == 0 || h == 0 || tags->width == 0 || tags->height == 0) return;
    tags->across = (tags->width - 1) / w + 1;
    tags->chunks = tags->across * ((tags->height - 1) / h + 1);
    tags->chunk_bytes = tags->tiled ? TIFFTileSize64(tif) : TIFFVStripSize64(tif, h);
}

static void scale_tags(TIFF *tif, struct stm_tiff_tags *tags)
{
    uint16_t *max = NULL, top = 0;
    float x = 0, y = 0;
    (void)max;
    if (TIFFGetField(tif, TIFFTAG_MAXSAMPLEVALUE, &top)) tags->max_sample = top;
    if (TIFFGetField(tif, TIFFTAG_XRESOLUTION, &x)) tags->x_dots = (double)x;
    if (TIFFGetField(tif, TIFFTAG_YRESOLUTION, &y)) tags->y_dots = (double)y;
    tags->resolution_unit = tag16(tif, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
}

/* JPEG pictures are converted by the decoder itself; other YCbCr and CMYK only by libtiff's RGBA interface.
 */
static void colour_tags(TIFF *tif, struct stm_tiff_tags *tags)
{
    const bool ycbcr = tags->photometric == PHOTOMETRIC_YCBCR;
    if (ycbcr && tags->compression == COMPRESSION_JPEG && !tags->planar && tags->samples == 3) {
        TIFFSetField(tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        tags->photometric = PHOTOMETRIC_RGB;
    } else {
        tags->rendered =
            ycbcr || tags->photometric == PHOTOMETRIC_SEPARATED || tags->compression == COMPRESSION_OJPEG;
    }
}

bool stm_tiff_select(struct stm_tiff_file *tiff, uint64_t offset, struct stm_tiff_tags *tags,
                     struct stm_error *err)
{
    TIFF *tif = tiff->tif;
    *tags = (struct stm_tiff_tags){0};
    tiff->message[0] = 0;
    if (!TIFFSetSubDirectory(tif, offset)) return failed(tiff, "its page cannot be read", err);
    TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &tags->width);
    TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &tags->height);
    tags->bits = tag16(tif, TIFFTAG_BITSPERSAMPLE, 1);
    tags->samples = tag16(tif, TIFFTAG_SAMPLESPERPIXEL, 1);
    tags->sample_format = tag16(tif, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    tags->compression = tag16(tif, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    tags->fill_order = tag16(tif, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB);
    tags->orientation = tag16(tif, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    tags->planar =
        tag16(tif, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE && tags->samples > 1;
    tags->photometric = photometric_of(tif, tags);
    tags->alpha = alpha_of(tif, tags->samples);
    colour_tags(tif, tags);
    size_tags(tif, tags);
    scale_tags(tif, tags);
    return true;
}

static const char *text_tag(struct stm_tiff_file *tiff, uint32_t tag)
{
    char *text = NULL;
    return TIFFGetField(tiff->tif, tag, &text) && text ? text : "";
}

const char *stm_tiff_description(struct stm_tiff_file *tiff)
{
    return text_tag(tiff, TIFFTAG_IMAGEDESCRIPTION);
}

const char *stm_tiff_software(struct stm_tiff_file *tiff)
{
    return text_tag(tiff, TIFFTAG_SOFTWARE);
}

bool stm_tiff_colormap(struct stm_tiff_file *tiff, const uint16_t *rgb[3])
{
    uint16_t *r = NULL, *g = NULL, *b = NULL;
    if (!TIFFGetField(tiff->tif, TIFFTAG_COLORMAP, &r, &g, &b) || !r || !g || !b) return false;
    rgb[0] = r, rgb[1] = g, rgb[2] = b;
    return true;
}

/* --- pixels --- */

/* Most damaged files are cut short: say so rather than what the decoder makes of it. */
static bool cannot_decode(struct stm_tiff_file *tiff, uint32_t chunk, struct stm_error *err)
{
    const char *kind = TIFFIsTiled(tiff->tif) ? "tile" : "strip";
    uint64_t at, bytes;
    char what[64];
    stm_tiff_chunk_place(tiff, chunk, &at, &bytes);
    if (bytes == 0)
        return stm_fail(err, STM_BAD_INPUT, "%s %u has no bytes: it was never written", kind, chunk + 1);
    if (at > tiff->input.size || bytes > tiff->input.size - at)
        return stm_fail(err, STM_BAD_INPUT,
                        "%s %u has %" PRIu64 " bytes at position %" PRIu64 ", but the file ends at %" PRIu64
                        ": it is cut short or still being written",
                        kind, chunk + 1, bytes, at, tiff->input.size);
    snprintf(what, sizeof what, "%s %u cannot be decoded", kind, chunk + 1);
    return failed(tiff, what, err);
}

bool stm_tiff_decode(struct stm_tiff_file *tiff, uint32_t chunk, void *bytes, size_t size,
                     struct stm_error *err)
{
    tiff->message[0] = 0;
    const tmsize_t got = TIFFIsTiled(tiff->tif)
                             ? TIFFReadEncodedTile(tiff->tif, chunk, bytes, (tmsize_t)size)
                             : TIFFReadEncodedStrip(tiff->tif, chunk, bytes, (tmsize_t)size);
    return got == (tmsize_t)size || cannot_decode(tiff, chunk, err);
}

static void flip_rows(uint32_t *px, size_t w, size_t h)
{
    for (size_t y = 0; y < h / 2; y++)
        for (size_t x = 0; x < w; x++) {
            const uint32_t swap = px[y * w + x];
            px[y * w + x] = px[(h - 1 - y) * w + x];
            px[(h - 1 - y) * w + x] = swap;
        }
}

bool stm_tiff_render(struct stm_tiff_file *tiff, const struct stm_tiff_tags *tags, uint32_t chunk,
                     uint8_t *rgba, struct stm_error *err)
{
    uint32_t *px = (uint32_t *)(void *)rgba;
    const uint32_t x = chunk % tags->across * tags->chunk_w, y = chunk / tags->across * tags->chunk_h;
    const uint32_t h = tags->tiled || y + tags->chunk_h <= tags->height ? tags->chunk_h : tags->height - y;
    tiff->message[0] = 0;
    const int ok =
        tags->tiled ? TIFFReadRGBATileExt(tiff->tif, x, y, px, 1) : TIFFReadRGBAStripExt(tiff->tif, y, px, 1);
    if (!ok) return cannot_decode(tiff, chunk, err);
    flip_rows(px, tags->chunk_w, h); /* libtiff gives the bottom row first */
    for (size_t i = 0; i < (size_t)tags->chunk_w * h; i++) {
        const uint32_t v = px[i];
        rgba[4 * i] = (uint8_t)TIFFGetR(v), rgba[4 * i + 1] = (uint8_t)TIFFGetG(v);
        rgba[4 * i + 2] = (uint8_t)TIFFGetB(v), rgba[4 * i + 3] = (uint8_t)TIFFGetA(v);
    }
    return true;
}

void stm_tiff_chunk_place(struct stm_tiff_file *tiff, uint32_t chunk, uint64_t *at, uint64_t *bytes)
{
    *at = TIFFGetStrileOffset(tiff->tif, chunk);
    *bytes = TIFFGetStrileByteCount(tiff->tif, chunk);
}

static const struct {
    int number;
    const char *name;
} compressions[] = {
    {COMPRESSION_NONE, "none"},
    {COMPRESSION_CCITTRLE, "CCITT RLE"},
    {COMPRESSION_CCITTFAX3, "CCITT Group 3"},
    {COMPRESSION_CCITTFAX4, "CCITT Group 4"},
    {COMPRESSION_LZW, "LZW"},
    {COMPRESSION_OJPEG, "old-style JPEG"},
    {COMPRESSION_JPEG, "JPEG"},
    {COMPRESSION_ADOBE_DEFLATE, "Deflate"},
    {COMPRESSION_DEFLATE, "Deflate"},
    {COMPRESSION_PACKBITS, "PackBits"},
    {COMPRESSION_NEXT, "NeXT"},
    {COMPRESSION_CCITTRLEW, "CCITT RLE, word aligned"},
    {COMPRESSION_THUNDERSCAN, "ThunderScan"},
    {COMPRESSION_PIXARFILM, "Pixar film"},
    {COMPRESSION_PIXARLOG, "Pixar log"},
    {COMPRESSION_JBIG, "JBIG"},
    {COMPRESSION_SGILOG, "SGI log"},
    {COMPRESSION_SGILOG24, "SGI log 24"},
    {33003, "JPEG 2000"},
    {33005, "JPEG 2000"},
    {COMPRESSION_JP2000, "JPEG 2000"},
    {COMPRESSION_LERC, "LERC"},
    {COMPRESSION_LZMA, "LZMA"},
    {COMPRESSION_ZSTD, "Zstandard"},
    {COMPRESSION_WEBP, "WebP"},
    {COMPRESSION_JXL, "JPEG XL"},
};

const char *stm_tiff_compression_name(int compression, char *out, size_t size)
{
    snprintf(out, size, "compression %d", compression);
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        if (compressions[i].number == compression) stm_text_copy(out, size, compressions[i].name);
    return out;
}

bool stm_tiff_can_decode(int compression)
{
    return compression == COMPRESSION_NONE || TIFFIsCODECConfigured((uint16_t)compression) != 0;
}
