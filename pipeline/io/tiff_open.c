/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a TIFF file is: which pages are planes, what their samples mean, what cannot be read. */
#include "pipeline/core/text.h"
#include "pipeline/io/palette.h"
#include "pipeline/io/tiff_image.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool probe(const uint8_t *head, size_t n)
{
    static const char magics[4][4] = {
        {'I', 'I', 42, 0}, {'M', 'M', 0, 42}, {'I', 'I', 43, 0}, {'M', 'M', 0, 43}};
    for (int i = 0; i < 4 && n >= 8; i++)
        if (memcmp(head, magics[i], 4) == 0) return true;
    return false;
}

/* --- pages --- */

enum { REDUCED = 1, MASK = 4 };

static bool is_plane(const struct stm_tiff_ifd *page)
{
    return (page->subfile & (REDUCED | MASK)) == 0;
}

static bool same_kind(const struct stm_tiff_ifd *a, const struct stm_tiff_ifd *b)
{
    return a->width == b->width && a->height == b->height && a->samples == b->samples && a->bits == b->bits;
}

/* The planes are the pages like the first one that is neither a reduced copy nor a mask. */
static bool list_planes(struct stm_image *image, struct stm_tiff_image *it, struct stm_error *err)
{
    int first = 0, others = 0;
    while (first < it->pages.n && !is_plane(it->pages.page + first))
        first++;
    if (first == it->pages.n) first = 0;
    it->plane = malloc(sizeof *it->plane * (size_t)it->pages.n);
    if (!it->plane) return stm_fail(err, STM_NO_MEMORY, "no memory for %d pages", it->pages.n);
    it->plane[it->planes++] = first;
    for (int i = first + 1; i < it->pages.n; i++) {
        if (!is_plane(it->pages.page + i)) continue;
        if (same_kind(it->pages.page + first, it->pages.page + i))
            it->plane[it->planes++] = i;
        else
            others++;
    }
    if (others) stm_remark(image, "%d pages of another size or depth are left out", others);
    if (it->pages.broken[0]) stm_remark(image, "%s", it->pages.broken);
    return true;
}

/* --- what is supported --- */

static const struct {
    int photometric;
    const char *why;
} refused[] = {
    {8, "CIE L*a*b* colours"},         {9, "ICC L*a*b* colours"}, {10, "ITU L*a*b* colours"},
    {32803, "raw sensor mosaic"},      {32844, "LogL luminance"}, {32845, "LogLuv colours"},
    {34892, "linear raw sensor data"},
};

static bool check_meaning(const struct stm_tiff_tags *tags, struct stm_error *err)
{
    char name[48];
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (tags->photometric == refused[i].photometric)
            return stm_fail(
                err, STM_UNSUPPORTED,
                "has %s (photometric interpretation %d), which are no intensities: save it as grey or RGB",
                refused[i].why, tags->photometric);
    if (tags->photometric > 6)
        return stm_fail(err, STM_UNSUPPORTED, "has the photometric interpretation %d, which is not known",
                        tags->photometric);
    if (!stm_tiff_can_decode(tags->compression))
        return stm_fail(err, STM_UNSUPPORTED,
                        "is compressed with %s, which cannot be decoded: save it with Deflate",
                        stm_tiff_compression_name(tags->compression, name, sizeof name));
    return true;
}

static bool check_samples(const struct stm_tiff_tags *tags, struct stm_error *err)
{
    const int b = tags->bits, f = tags->sample_format;
    if (tags->samples < 1) return stm_fail(err, STM_BAD_INPUT, "has no samples in its pixels");
    if (f == 5 || f == 6) return stm_fail(err, STM_UNSUPPORTED, "has complex numbers as pixels");
    if (b < 1 || b > 64) return stm_fail(err, STM_UNSUPPORTED, "has %d bits per sample; 1 to 64 are read", b);
    if (f == 3 && b != 16 && b != 24 && b != 32 && b != 64)
        return stm_fail(err, STM_UNSUPPORTED, "has %d-bit floats; 16, 24, 32 and 64 are read", b);
    if (tags->photometric == STM_TIFF_RGB && tags->samples < 3)
        return stm_fail(err, STM_BAD_INPUT, "says it is RGB with %d sample%s a pixel", tags->samples,
                        tags->samples == 1 ? "" : "s");
    if (tags->photometric == STM_TIFF_PALETTE && (b > 16 || tags->samples - (tags->alpha >= 0) != 1))
        return stm_fail(err, STM_BAD_INPUT, "has a palette with %d samples of %d bits", tags->samples, b);
    if (tags->rendered && f == 2) return stm_fail(err, STM_UNSUPPORTED, "has signed CMYK or YCbCr pixels");
    if (tags->rendered && b != 8)
        return stm_fail(err, STM_UNSUPPORTED,
                        "has %d-bit %s pixels; only 8-bit ones are converted: save it as RGB", b,
                        tags->photometric == STM_TIFF_CMYK ? "CMYK" : "YCbCr");
    return true;
}

/* Bytes that the file must have at least for its pixels. Deflate and LZW shrink at most 1032 and 1365 times.
 */
static bool check_bytes(const struct stm_tiff_tags *tags, uint64_t file_size, struct stm_error *err)
{
    static const struct {
        int compression;
        unsigned most;
    } ratios[] = {{1, 1}, {5, 1400}, {8, 1040}, {32946, 1040}, {32773, 64}};
    const double bytes = ceil((double)tags->width * tags->samples * tags->bits / 8) * tags->height;
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++)
        if (tags->compression == ratios[i].compression && !tags->rendered &&
            bytes > (double)file_size * ratios[i].most)
            return stm_fail(err, STM_BAD_INPUT,
                            "says it has %u x %u pixels in %.0f bytes, but the whole file has %" PRIu64
                            ": it is damaged or cut short",
                            tags->width, tags->height, bytes, file_size);
    return true;
}

/* Tiles may reach beyond the picture, but not so far that decoding them is all the work. */
static bool check_tiles(const struct stm_tiff_tags *tags, struct stm_error *err)
{
    const double plane = (double)tags->width * tags->height,
                 tiles = (double)tags->chunk_w * tags->chunk_h * tags->chunks;
    if (!tags->tiled || tiles <= 64 * plane || tiles <= 1 << 24) return true;
    return stm_fail(err, STM_BAD_INPUT, "has %u tiles of %u x %u pixels for a picture of %u x %u",
                    tags->chunks, tags->chunk_w, tags->chunk_h, tags->width, tags->height);
}

static bool check(const struct stm_tiff_tags *tags, const struct stm_input *input, struct stm_error *err)
{
    return stm_format_check_size(tags->width, tags->height, err) && check_meaning(tags, err) &&
           check_samples(tags, err) && check_bytes(tags, input->size, err) && check_tiles(tags, err);
}

/* --- what the samples mean --- */

static bool set_samples(struct stm_image *image, const struct stm_tiff_tags *tags)
{
    static const enum stm_sample_kind kinds[] = {STM_SAMPLE_UINT, STM_SAMPLE_UINT, STM_SAMPLE_INT,
                                                 STM_SAMPLE_FLOAT};
    const int f = tags->sample_format;
    image->sample = (struct stm_sample){f >= 1 && f <= 3 ? kinds[f] : STM_SAMPLE_UINT, tags->bits};
    image->info.colour = tags->photometric == STM_TIFF_RGB || tags->rendered;
    image->invert = tags->photometric == STM_TIFF_MIN_IS_WHITE && tags->samples == 1;
    if (tags->rendered)
        stm_remark(image, "%s pixels were converted to RGB",
                   tags->photometric == STM_TIFF_CMYK ? "CMYK" : "YCbCr");
    if (tags->orientation > 1 && tags->orientation <= 8)
        stm_remark(image, "orientation %d is ignored: pixels are read as stored", tags->orientation);
    if (image->invert) stm_remark(image, "0 is white: values are inverted");
    return true;
}

/* Palettes are 16-bit; programs that fill them with bytes only are understood, too. */
static bool set_palette(struct stm_image *image, struct stm_tiff_file *tiff, bool indices_measure,
                        struct stm_error *err)
{
    const uint16_t *map[3];
    const size_t n = (size_t)1 << image->sample.bits;
    unsigned any = 0;
    if (!stm_tiff_colormap(tiff, map))
        return stm_fail(err, STM_BAD_INPUT, "is a palette picture without a palette");
    uint16_t *rgb = malloc(3 * n * sizeof *rgb);
    if (!rgb) return stm_fail(err, STM_NO_MEMORY, "no memory for a palette of %zu entries", n);
    for (size_t i = 0; i < 3 * n; i++)
        any |= map[i / n][i % n];
    for (size_t i = 0; i < 3 * n; i++)
        rgb[i] = (uint16_t)(any > 255 ? map[i / n][i % n] >> 8 : map[i / n][i % n]);
    stm_palette_adopt(image, rgb, indices_measure);
    return true;
}

static bool describe(struct stm_image *image, struct stm_tiff_image *it, struct stm_error *err)
{
    const char *text = stm_tiff_description(it->tiff);
    if (it->tags.photometric == STM_TIFF_PALETTE &&
        !set_palette(image, it->tiff, strncmp(text, "ImageJ=", 7) == 0, err))
        return false;
    return stm_tiff_describe(image, text, err);
}

static bool open_tiff(struct stm_image *image, struct stm_error *err)
{
    struct stm_tiff_image *it = image->state = calloc(1, sizeof *it);
    if (!it) return stm_fail(err, STM_NO_MEMORY, "no memory for a TIFF image");
    return stm_tiff_pages_read(&it->pages, &image->input, err) && list_planes(image, it, err) &&
           stm_tiff_open(&it->tiff, &image->input, err) &&
           stm_tiff_select(it->tiff, it->pages.page[it->plane[0]].offset, &it->tags, err) &&
           check(&it->tags, &image->input, err) && set_samples(image, &it->tags) && describe(image, it, err);
}

static void close_tiff(struct stm_image *image)
{
    struct stm_tiff_image *it = image->state;
    if (!it) return;
    stm_tiff_close(&it->tiff);
    stm_tiff_pages_free(&it->pages);
    free(it->plane);
    free(it);
}

extern const struct stm_format stm_format_tiff;
const struct stm_format stm_format_tiff = {.name = "tiff",
                                           .extensions = "tif tiff stk lsm btf tf8",
                                           .probe = probe,
                                           .open = open_tiff,
                                           .read = stm_tiff_read,
                                           .close = close_tiff};
