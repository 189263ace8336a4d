/* Reading images: TIFF in all its forms, PNG and JPEG become planes of unsigned 16-bit pixels that keep the
 * stored values. What is read, how bit depth is decided and what is refused: docs/formats.md.
 *
 * A file holds channels x z planes x time points. Its metadata says which page or sample is what (OME-XML,
 * ImageJ, tifffile, MetaMorph, a sidecar <stem>.json); where nothing says so,
 *   - samples of a pixel are channels (three samples of an RGB picture are a colour picture, alpha is
 * dropped),
 *   - pages of one file are time points; reduced copies and masks are left out. */
#ifndef STM_IO_IMAGE_H
#define STM_IO_IMAGE_H

#include "kernels/view.h"
#include "pipeline/core/error.h"

/* One open file; one thread at a time. */
struct stm_image;

struct stm_image_info {
    int width, height; /* pixels */
    int channels, z, t;
    bool colour;     /* channels are red, green, blue of one colour picture */
    double pixel_um; /* side of a pixel in micrometres; NaN when the file does not say */
    int stored_bits; /* bits of a stored sample */
    bool is_signed, is_float;
    int declared_bits;       /* SignificantBits or MaxSampleValue; 0 when not declared */
    int unnamed_pages;       /* nothing says what the pages are: they are time points, this many; else 0 */
    char format[16];         /* "tiff", "png", "jpeg" */
    char compression[32];    /* "none", "Deflate", "LZW" … */
    char plate[96], well[8]; /* from OME-XML, else empty */
    char remark[256]; /* what a technician should know, sentences joined by "; "; reading may add some */
};

/* stored value = offset + scale * pixel */
struct stm_scaling {
    double scale, offset;
    int true_bits; /* bits the pixels use: declared, or the smallest of 8, 10, 12, 14, 16 that holds the
                      largest */
    bool lossy;    /* different stored values may have become the same pixel */
};

/* Instead of a channel, for colour pictures; of a picture with one channel both give that channel. */
enum {
    STM_IMAGE_LUMA =
        -1, /* (299 R + 587 G + 114 B + 500) / 1000: Rec. 601; equal R, G, B give that value exactly */
    STM_IMAGE_MAX = -2 /* the largest of R, G, B: pseudo-coloured fluorescence */
};

/* Opens `path` (a regular file) by what its first bytes say. Close with stm_image_close; on failure *image is
 * NULL and `err` has the file and the reason. Reads metadata only. */
bool stm_image_open(struct stm_image **image, const char *path, struct stm_error *err);

/* Valid until the image is closed. */
const struct stm_image_info *stm_image_info(const struct stm_image *image);

/* What the file or its sidecar calls the channel; "" when unknown. */
const char *stm_image_channel_name(const struct stm_image *image, int channel);

/* Fills `out`, which must be width x height, from one plane. Integers that fit keep their values; what does
 * not fit 16 bits is mapped linearly and `scaling` (may be NULL) says how. Not-finite floats become 0. At
 * most 256 MiB are held besides `out`, and as many inside the library that decodes, whatever the file says.
 * After a failure `out` holds arbitrary pixels. */
bool stm_image_read(struct stm_image *image, int channel, int z, int t, struct stm_u16 out,
                    struct stm_scaling *scaling, struct stm_error *err);

/* Red, green and blue of a colour picture (info.colour), decoding it once where the format allows. `scaling`
 * is that of all three. */
bool stm_image_read_colours(struct stm_image *image, int z, int t, const struct stm_u16 out[3],
                            struct stm_scaling *scaling, struct stm_error *err);

/* stm_image_read, but rows with wanted[y] == 0 may be left as they are where that saves reading them; the bit
 * depth found is that of the others. */
bool stm_image_read_rows(struct stm_image *image, int channel, int z, int t, const uint8_t *wanted,
                         struct stm_u16 out, struct stm_scaling *scaling, struct stm_error *err);

/* *image may be NULL; it is NULL afterwards. */
void stm_image_close(struct stm_image **image);

#endif
