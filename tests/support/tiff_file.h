/* Writes small TIFF files for tests: one page of samples given in memory. */
#ifndef STM_TIFF_FILE_H
#define STM_TIFF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tiff_page {
    uint32_t w, h;
    int bits, samples;            /* 0 = 8 bits, 1 sample */
    int format;                   /* 0, 1 unsigned, 2 signed, 3 float */
    int photometric, compression; /* compression 0 = none */
    int predictor;                /* 0 = none */
    bool planar;
    uint32_t tile, strip;        /* tile side; rows per strip; 0 = one strip */
    const void *px;              /* rows as libtiff wants them: packed, planes one after the other */
    const char *description;     /* NULL = none */
    double dots;                 /* resolution, 0 = none */
    int unit;                    /* of the resolution */
    int max_sample;              /* 0 = none */
    const uint16_t *colormap[3]; /* for palettes */
    int extra;                   /* ExtraSamples of the samples beyond the usual ones, -1 = no tag */
    int orientation, subfile;
};

/* `mode` as libtiff's: "w", "wb" (big endian), "wl", "w8" (BigTIFF) …; pages[0..n) one after the other.
 * Aborts on failure. */
void tiff_file_write(const char *path, const char *mode, const struct tiff_page *pages, int n);

/* Bytes of a row of one plane. */
size_t tiff_row_bytes(const struct tiff_page *page);

#endif
