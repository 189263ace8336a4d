/* Label images as TIFF, written from the runs of their objects. */
#ifndef STM_IO_LABEL_TIFF_H
#define STM_IO_LABEL_TIFF_H

#include "kernels/view.h"
#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

struct stm_label_tiff {
    int width, height;
    const struct stm_segment
        *segments; /* raster order, not overlapping, inside the image; label 0 is left out */
    size_t n_segments;
    double pixel_um;         /* written as the resolution when > 0; 0 or NaN = unknown */
    const char *description; /* ASCII, at least 4 characters */
};

/* Appends a TIFF file: grey, Deflate, 16 bits a pixel, 32 when a label exceeds 65535. */
bool stm_label_tiff_encode(struct stm_bytes *out, const struct stm_label_tiff *image, struct stm_error *err);

#endif
