/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/tiff_write.h"

#include "pipeline/core/file.h"
#include "pipeline/core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

const char *const stm_tiff_pack_names[STM_TIFF_PACKS + 1] = {"none", "lzw", "deflate", NULL};
static const uint16_t compressions[] = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE};

/* Large enough to pack well, small enough to be read in parallel and to stay in the L2 cache. */
enum { STRIP_BYTES = 1 << 17 };

struct stm_tiff_page stm_tiff_u8(struct stm_cu8 v, const char *name)
{
    return (struct stm_tiff_page){v.px, v.stride, v.w, v.h, 8, 1, name};
}

struct stm_tiff_page stm_tiff_u16(struct stm_cu16 v, const char *name)
{
    return (struct stm_tiff_page){v.px, 2 * v.stride, v.w, v.h, 16, 1, name};
}

struct stm_tiff_page stm_tiff_u32(struct stm_cu32 v, const char *name)
{
    return (struct stm_tiff_page){v.px, 4 * v.stride, v.w, v.h, 32, 1, name};
}

struct stm_tiff_page stm_tiff_rgb(struct stm_cu8 v)
{
    return (struct stm_tiff_page){v.px, v.stride, v.w / 3, v.h, 8, 3, NULL};
}

/* libtiff writes into memory: `base` is where this file begins in the bytes, `at` the position in it. */
struct target {
    struct stm_bytes *out;
    size_t base, at;
    struct stm_error *err;
};

static tmsize_t target_read(thandle_t handle, void *data, tmsize_t n)
{
    struct target *const t = handle;
    const size_t left = t->out->length - t->base > t->at ? t->out->length - t->base - t->at : 0;
    const size_t take = (size_t)n < left ? (size_t)n : left;
    if (take) memcpy(data, t->out->data + t->base + t->at, take);
    t->at += take;
    return (tmsize_t)take;
}

static tmsize_t target_write(thandle_t handle, void *data, tmsize_t n)
{
    struct target *const t = handle;
    const size_t end = t->base + t->at + (size_t)n, old = t->out->length;
    if (end > old) {
        uint8_t *const grown = stm_bytes_reserve(t->out, end - old);
        if (!grown) return -1;
        memset(grown, 0, end - old);
        t->out->length = end;
    }
    if (n) memcpy(t->out->data + t->base + t->at, data, (size_t)n);
    t->at += (size_t)n;
    return n;
}

static toff_t target_seek(thandle_t handle, toff_t offset, int whence)
{
    struct target *const t = handle;
    const size_t from[] = {[SEEK_SET] = 0, [SEEK_CUR] = t->at, [SEEK_END] = t->out->length - t->base};
    return t->at = from[whence] + (size_t)offset;
}

static toff_t target_size(thandle_t handle)
{
    const struct target *const t = handle;
    return t->out->length - t->base;
}

static int target_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static int on_error(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
    (void)tif;
    (void)module;
    const struct target *const t = user;
    char text[256];
    vsnprintf(text, sizeof text, format, args);
    stm_fail(t->err, STM_IO, "cannot encode TIFF: %s", text);
    return 1;
}

static int on_warning(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
    (void)tif;
    (void)user;
    (void)module;
    (void)format;
    (void)args;
    return 1;
}

static TIFF *open_target(struct target *target)
{
    TIFFOpenOptions *const options = TIFFOpenOptionsAlloc();
    if (!options) return stm_fail(target->err, STM_NO_MEMORY, "no memory to write a TIFF"), NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, target);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, target);
    TIFF *const tif = TIFFClientOpenExt("memory", "wl", target, target_read, target_write, target_seek,
                                        target_close, target_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tif;
}

static void add_channels(struct stm_string *xml, const struct stm_tiff *tiff)
{
    for (int c = 0; c < tiff->n_pages; c++) {
        stm_string_addf(xml, "<Channel ID=\"Channel:0:%d\" SamplesPerPixel=\"%d\"", c,
                        tiff->pages[c].samples);
        if (tiff->pages[c].name) {
            stm_string_add(xml, " Name=\"");
            stm_string_add_markup(xml, tiff->pages[c].name);
            stm_string_add(xml, "\"");
        }
        stm_string_add(xml, "/>");
    }
    for (int c = 0; c < tiff->n_pages; c++)
        stm_string_addf(xml, "<TiffData FirstC=\"%d\" IFD=\"%d\" PlaneCount=\"1\"/>",
                        c * tiff->pages[c].samples, c);
}

/* OME-XML 2016-06 with what readers use; sizes are micrometres. */
static void add_description(struct stm_string *xml, const struct stm_tiff *tiff)
{
    const struct stm_tiff_page *const page = tiff->pages;
    stm_string_addf(xml,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                    "<OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\"><Image ID=\"Image:0\">"
                    "<Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\" Type=\"uint%d\" BigEndian=\"false\" "
                    "SizeX=\"%d\" SizeY=\"%d\" SizeC=\"%d\" SizeZ=\"1\" SizeT=\"1\"",
                    page->bits, page->w, page->h, tiff->n_pages * page->samples);
    if (tiff->true_bits > 0) stm_string_addf(xml, " SignificantBits=\"%d\"", tiff->true_bits);
    for (const char *axis = tiff->pixel_um > 0 ? "XY" : ""; *axis; axis++)
        stm_string_addf(xml, " PhysicalSize%c=\"%.9g\" PhysicalSize%cUnit=\"\xc2\xb5m\"", *axis,
                        tiff->pixel_um, *axis);
    stm_string_add(xml, ">");
    add_channels(xml, tiff);
    stm_string_add(xml, "</Pixels></Image></OME>");
}

static bool set_description(TIFF *tif, const struct stm_tiff *tiff)
{
    struct stm_string xml = {0};
    add_description(&xml, tiff);
    const bool ok = !xml.failed && TIFFSetField(tif, TIFFTAG_IMAGEDESCRIPTION, xml.text);
    stm_string_free(&xml);
    return ok;
}

static bool set_tags(TIFF *tif, const struct stm_tiff *tiff, int p)
{
    const struct stm_tiff_page *const page = &tiff->pages[p];
    const int row = page->w * page->samples * page->bits / 8;
    const struct {
        uint32_t tag;
        int value;
    } tags[] = {
        {TIFFTAG_IMAGEWIDTH, page->w},
        {TIFFTAG_IMAGELENGTH, page->h},
        {TIFFTAG_BITSPERSAMPLE, page->bits},
        {TIFFTAG_SAMPLESPERPIXEL, page->samples},
        {TIFFTAG_PHOTOMETRIC, page->samples == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK},
        {TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG},
        {TIFFTAG_ROWSPERSTRIP, row < STRIP_BYTES ? STRIP_BYTES / row : 1},
        {TIFFTAG_COMPRESSION, compressions[tiff->pack]},
    };
    bool ok = true;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        ok = ok && TIFFSetField(tif, tags[i].tag, tags[i].value);
    if (tiff->pack != STM_TIFF_NONE) ok = ok && TIFFSetField(tif, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    if (tiff->true_bits > 0 && tiff->true_bits < page->bits && page->samples == 1)
        ok = ok && TIFFSetField(tif, TIFFTAG_MAXSAMPLEVALUE, (1 << tiff->true_bits) - 1);
    if (tiff->pixel_um > 0) { /* 10^4 um are a centimetre */
        ok = ok && TIFFSetField(tif, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
        ok = ok && TIFFSetField(tif, TIFFTAG_XRESOLUTION, 1e4 / tiff->pixel_um);
        ok = ok && TIFFSetField(tif, TIFFTAG_YRESOLUTION, 1e4 / tiff->pixel_um);
    }
    return ok && (!tiff->describe || p > 0 || set_description(tif, tiff));
}

static bool write_page(TIFF *tif, const struct stm_tiff *tiff, int p)
{
    const struct stm_tiff_page *const page = &tiff->pages[p];
    if (!set_tags(tif, tiff, p)) return false;
    const tmsize_t row = TIFFScanlineSize(tif), strip = TIFFStripSize(tif);
    const int rows = (int)(strip / row);
    unsigned char *const rows_together = malloc((size_t)strip);
    bool ok = rows_together != NULL;
    for (int y = 0; y < page->h && ok; y += rows) {
        const int n = y + rows <= page->h ? rows : page->h - y;
        for (int i = 0; i < n; i++)
            memcpy(rows_together + i * row, (const unsigned char *)page->px + (y + i) * page->stride,
                   (size_t)row);
        ok = TIFFWriteEncodedStrip(tif, (uint32_t)(y / rows), rows_together, n * row) >= 0;
    }
    free(rows_together);
    return ok && TIFFWriteDirectory(tif);
}

static bool check(const struct stm_tiff *tiff, struct stm_error *err)
{
    uint64_t bytes = 0;
    for (int p = 0; p < tiff->n_pages; p++) {
        const struct stm_tiff_page *const a = &tiff->pages[0], *const b = &tiff->pages[p];
        if (b->w < 1 || b->h < 1)
            return stm_fail(err, STM_INTERNAL, "cannot write a TIFF of %d x %d pixels", b->w, b->h);
        if (a->w != b->w || a->h != b->h || a->bits != b->bits || a->samples != b->samples)
            return stm_fail(err, STM_INTERNAL, "page %d of a TIFF is %d x %d, page 1 is %d x %d", p + 1, b->w,
                            b->h, a->w, a->h);
        bytes += (uint64_t)b->w * b->h * b->samples * b->bits / 8;
    }
    if (!bytes) return stm_fail(err, STM_INTERNAL, "a TIFF needs at least one page");
    /* Packing noise may add a little; LZW at worst two fifths. */
    if (bytes > UINT32_MAX / 2)
        return stm_fail(err, STM_UNSUPPORTED, "a TIFF of %llu bytes is too large to write",
                        (unsigned long long)bytes);
    return true;
}

bool stm_tiff_encode(struct stm_bytes *out, const struct stm_tiff *tiff, struct stm_error *err)
{
    if (!check(tiff, err)) return false;
    struct target target = {out, out->length, 0, err};
    err->status = STM_OK;
    TIFF *const tif = open_target(&target);
    bool ok = tif != NULL;
    for (int p = 0; p < tiff->n_pages && ok; p++)
        ok = write_page(tif, tiff, p);
    if (tif) TIFFClose(tif);
    if (ok && !out->failed) return true;
    if (out->failed || err->status == STM_OK)
        stm_fail(err, STM_NO_MEMORY, "no memory to write a TIFF of %d x %d pixels", tiff->pages->w,
                 tiff->pages->h);
    return false;
}

bool stm_tiff_write(const char *path, const struct stm_tiff *tiff, struct stm_error *err)
{
    struct stm_bytes bytes = {0};
    const bool ok = stm_tiff_encode(&bytes, tiff, err) && stm_file_save(path, bytes.data, bytes.length, err);
    stm_bytes_free(&bytes);
    return ok || stm_fail_file(err, path);
}

static uint32_t largest(struct stm_cu32 labels)
{
    uint32_t most = 0;
    for (int y = 0; y < labels.h; y++)
        for (int x = 0; x < labels.w; x++) {
            const uint32_t v = labels.px[y * labels.stride + x];
            if (v > most) most = v;
        }
    return most;
}

/* Labels that fit into 16 bits, packed row after row; NULL when out of memory. */
static uint16_t *narrowed(struct stm_cu32 labels)
{
    uint16_t *const px = malloc(sizeof *px * (size_t)labels.w * (size_t)labels.h);
    for (int y = 0; y < labels.h && px; y++)
        for (int x = 0; x < labels.w; x++)
            px[(size_t)y * (size_t)labels.w + (size_t)x] = (uint16_t)labels.px[y * labels.stride + x];
    return px;
}

bool stm_tiff_write_labels(const char *path, struct stm_cu32 labels, double pixel_um, struct stm_error *err)
{
    struct stm_tiff_page page = stm_tiff_u32(labels, NULL);
    struct stm_tiff tiff = {.pages = &page, .n_pages = 1, .pack = STM_TIFF_DEFLATE, .pixel_um = pixel_um};
    if (labels.w < 1 || labels.h < 1 || largest(labels) > UINT16_MAX) return stm_tiff_write(path, &tiff, err);
    uint16_t *const px = narrowed(labels);
    if (!px)
        return stm_fail(err, STM_NO_MEMORY, "no memory for %d x %d labels", labels.w, labels.h),
               stm_fail_file(err, path);
    page = stm_tiff_u16((struct stm_cu16){px, labels.w, labels.w, labels.h}, NULL);
    const bool ok = stm_tiff_write(path, &tiff, err);
    free(px);
    return ok;
}
