/* TIFF files: planes, colour images, label images. */
#ifndef STM_IO_TIFF_WRITE_H
#define STM_IO_TIFF_WRITE_H

#include "kernels/view.h"
#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

enum stm_tiff_pack { STM_TIFF_NONE, STM_TIFF_LZW, STM_TIFF_DEFLATE, STM_TIFF_PACKS };
extern const char *const stm_tiff_pack_names[STM_TIFF_PACKS + 1]; /* "none", "lzw", "deflate", NULL */

/* One page, made by one of the four functions below; the pixels stay the caller's. */
struct stm_tiff_page {
    const void *px;
    ptrdiff_t stride; /* bytes */
    int w, h, bits, samples;
    const char *name; /* the channel's name in the OME description, or NULL */
};
struct stm_tiff_page stm_tiff_u8(struct stm_cu8 view, const char *name);
struct stm_tiff_page stm_tiff_u16(struct stm_cu16 view, const char *name);
struct stm_tiff_page stm_tiff_u32(struct stm_cu32 view, const char *name);
struct stm_tiff_page stm_tiff_rgb(struct stm_cu8 view); /* three samples a pixel: view.w = 3 * width */

struct stm_tiff {
    const struct stm_tiff_page *pages; /* of one size and kind; each is a channel of the same field */
    int n_pages;
    enum stm_tiff_pack pack;
    double pixel_um; /* into the resolution tags and the description when > 0; 0 or NaN = unknown */
    int true_bits;   /* bits the pixels really use (12 of 16); 0 = all */
    bool describe;   /* OME-XML in the first page: channels, pixel size, true bits */
};

/* Appends a complete little-endian TIFF file to `out`. Fails on an empty image, on pages that differ, beyond
 * 4 GB, and when out of memory. */
bool stm_tiff_encode(struct stm_bytes *out, const struct stm_tiff *tiff, struct stm_error *err);

/* The same into a file, atomically. */
bool stm_tiff_write(const char *path, const struct stm_tiff *tiff, struct stm_error *err);

/* A label image as results have it: Deflate, 16 bits a pixel, 32 bits when a label exceeds 65535. */
bool stm_tiff_write_labels(const char *path, struct stm_cu32 labels, double pixel_um, struct stm_error *err);

#endif
