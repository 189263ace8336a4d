/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/tiff_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "cannot write a test file: %s\n", what);
    abort();
}

static int or (int value, int fallback)
{
    return value ? value : fallback;
}

size_t tiff_row_bytes(const struct tiff_page *page)
{
    const size_t samples = page->planar ? 1 : (size_t) or (page->samples, 1);
    return (page->w * samples * (size_t) or (page->bits, 8) + 7) / 8;
}

static void set_tags(TIFF *tif, const struct tiff_page *p)
{
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, p->w);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, p->h);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, or (p->bits, 8));
    TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, or (p->samples, 1));
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, p->photometric);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, or (p->compression, 1));
    TIFFSetField(tif, TIFFTAG_PLANARCONFIG, p->planar ? 2 : 1);
    if (p->format) TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, p->format);
    if (p->predictor > 1) TIFFSetField(tif, TIFFTAG_PREDICTOR, p->predictor);
    if (p->description) TIFFSetField(tif, TIFFTAG_IMAGEDESCRIPTION, p->description);
    if (p->max_sample) TIFFSetField(tif, TIFFTAG_MAXSAMPLEVALUE, p->max_sample);
    if (p->orientation) TIFFSetField(tif, TIFFTAG_ORIENTATION, p->orientation);
    if (p->subfile) TIFFSetField(tif, TIFFTAG_SUBFILETYPE, p->subfile);
    if (p->colormap[0]) TIFFSetField(tif, TIFFTAG_COLORMAP, p->colormap[0], p->colormap[1], p->colormap[2]);
    if (p->dots > 0) {
        TIFFSetField(tif, TIFFTAG_XRESOLUTION, p->dots);
        TIFFSetField(tif, TIFFTAG_YRESOLUTION, p->dots);
        TIFFSetField(tif, TIFFTAG_RESOLUTIONUNIT, or (p->unit, 1));
    }
    const int usual = p->photometric == PHOTOMETRIC_RGB ? 3 : 1;
    if (p->extra >= 0 && p->samples > usual) {
        uint16_t extra[8];
        for (int i = 0; i < 8; i++)
            extra[i] = (uint16_t)p->extra;
        TIFFSetField(tif, TIFFTAG_EXTRASAMPLES, p->samples - usual, extra);
    }
}

static void write_strips(TIFF *tif, const struct tiff_page *p)
{
    const size_t row = tiff_row_bytes(p);
    const uint32_t rows = p->strip ? p->strip : p->h;
    uint32_t strip = 0;
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, rows);
    for (int plane = 0; plane < (p->planar ? p->samples : 1); plane++)
        for (uint32_t y = 0; y < p->h; y += rows, strip++) {
            const size_t n = row * (p->h - y < rows ? p->h - y : rows);
            uint8_t *copy = malloc(n);
            must(copy != NULL, "no memory");
            memcpy(copy, (const uint8_t *)p->px + ((size_t)plane * p->h + y) * row,
                   n); /* libtiff swaps in place */
            must(TIFFWriteEncodedStrip(tif, strip, copy, (tmsize_t)n) == (tmsize_t)n, "strip");
            free(copy);
        }
}

/* Whole bytes per pixel only. */
static void write_tiles(TIFF *tif, const struct tiff_page *p)
{
    const size_t pixel = tiff_row_bytes(p) / p->w, row = tiff_row_bytes(p), side = p->tile;
    uint32_t tile = 0;
    TIFFSetField(tif, TIFFTAG_TILEWIDTH, p->tile);
    TIFFSetField(tif, TIFFTAG_TILELENGTH, p->tile);
    for (int plane = 0; plane < (p->planar ? p->samples : 1); plane++)
        for (uint32_t y = 0; y < p->h; y += p->tile)
            for (uint32_t x = 0; x < p->w; x += p->tile, tile++) {
                uint8_t *copy = calloc(side * side, pixel);
                must(copy != NULL, "no memory");
                const size_t w = p->w - x < side ? p->w - x : side;
                for (size_t i = 0; i < side && y + i < p->h; i++)
                    memcpy(copy + i * side * pixel,
                           (const uint8_t *)p->px + ((size_t)plane * p->h + y + i) * row + x * pixel,
                           w * pixel);
                must(TIFFWriteEncodedTile(tif, tile, copy, (tmsize_t)(side * side * pixel)) > 0, "tile");
                free(copy);
            }
}

void tiff_file_write(const char *path, const char *mode, const struct tiff_page *pages, int n)
{
    TIFFSetWarningHandler(NULL); /* old codec numbers are meant */
    TIFF *tif = TIFFOpen(path, mode);
    must(tif != NULL, path);
    for (int i = 0; i < n; i++) {
        set_tags(tif, pages + i);
        if (pages[i].tile)
            write_tiles(tif, pages + i);
        else
            write_strips(tif, pages + i);
        must(TIFFWriteDirectory(tif) == 1, "directory");
    }
    TIFFClose(tif);
}
