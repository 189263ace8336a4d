/* PNG files of 8-bit samples, packed for speed: what reports and overlays are made of. */
#ifndef STM_IO_PNG_WRITE_H
#define STM_IO_PNG_WRITE_H

#include "kernels/view.h"
#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

enum stm_png_kind { STM_PNG_GREY, STM_PNG_RGB, STM_PNG_PALETTE };

struct stm_png {
    enum stm_png_kind kind;
    struct stm_cu8 px;           /* RGB: three samples a pixel, so px.w = 3 * width */
    const uint8_t (*palette)[3]; /* STM_PNG_PALETTE: RGB of index 0 .. colours - 1 */
    int colours;                 /* 1 to 256; indices beyond it are the caller's mistake */
    const uint8_t *opacity;      /* STM_PNG_PALETTE: 0 (clear) to 255 of each index, NULL = all opaque */
    double pixel_um;             /* written as pHYs when > 0; 0 or NaN = unknown */
};

/* Appends a complete PNG file to `out` (to embed it, or for stm_file_save). Fails on an empty or oversized
 * image and when out of memory. */
bool stm_png_encode(struct stm_bytes *out, const struct stm_png *png, struct stm_error *err);

/* The same into a file, atomically. */
bool stm_png_write(const char *path, const struct stm_png *png, struct stm_error *err);

#endif
