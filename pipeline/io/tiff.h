/* libtiff behind plain structs: the only file pair that includes tiffio.h is this one. */
#ifndef STM_IO_TIFF_H
#define STM_IO_TIFF_H

#include "pipeline/io/input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stm_tiff_file;

/* Values of tags as TIFF 6.0 numbers them. */
enum {
    STM_TIFF_MIN_IS_WHITE = 0,
    STM_TIFF_MIN_IS_BLACK = 1,
    STM_TIFF_RGB = 2,
    STM_TIFF_PALETTE = 3,
    STM_TIFF_MASK = 4,
    STM_TIFF_CMYK = 5,
    STM_TIFF_YCBCR = 6,
    STM_TIFF_UNCOMPRESSED = 1
};

/* One page: how its pixels are stored. A chunk is a strip or a tile. */
struct stm_tiff_tags {
    uint32_t width, height;
    int bits, samples, photometric, compression, fill_order, orientation;
    int sample_format;            /* 1 unsigned, 2 signed, 3 float, 4 undefined, 5 and 6 complex */
    bool planar, tiled, rendered; /* rendered: only libtiff's conversion to 8-bit RGB makes sense of it */
    int alpha;                    /* index of the sample that is alpha, -1 */
    uint32_t chunk_w, chunk_h;
    uint32_t across, chunks; /* chunks in a row of them, and in a plane of samples */
    uint64_t chunk_bytes;    /* decoded */
    int max_sample;          /* MaxSampleValue, 0 when absent */
    double x_dots, y_dots;   /* resolution, 0 when absent */
    int resolution_unit;     /* 1 none, 2 inch, 3 centimetre */
};

bool stm_tiff_open(struct stm_tiff_file **tiff, const struct stm_input *input, struct stm_error *err);
void stm_tiff_close(struct stm_tiff_file **tiff);

/* Makes the page whose directory is at `offset` the current one. */
bool stm_tiff_select(struct stm_tiff_file *tiff, uint64_t offset, struct stm_tiff_tags *tags,
                     struct stm_error *err);

/* Decodes a chunk of the current page into `bytes`, exactly tags.chunk_bytes long or, for the last strip, as
 * long as its rows are. Native byte order, bits from the most significant. */
bool stm_tiff_decode(struct stm_tiff_file *tiff, uint32_t chunk, void *bytes, size_t size,
                     struct stm_error *err);

/* The chunk as width x height RGBA bytes, top row first, rows chunk_w wide. */
bool stm_tiff_render(struct stm_tiff_file *tiff, const struct stm_tiff_tags *tags, uint32_t chunk,
                     uint8_t *rgba, struct stm_error *err);

/* Where a chunk's bytes begin in the file, and how many there are. */
void stm_tiff_chunk_place(struct stm_tiff_file *tiff, uint32_t chunk, uint64_t *at, uint64_t *bytes);

/* ImageDescription (270) and Software (305) of the current page; "" when absent. Valid until the next select.
 */
const char *stm_tiff_description(struct stm_tiff_file *tiff);
const char *stm_tiff_software(struct stm_tiff_file *tiff);

/* Red, green and blue tables of 2^bits entries; false when there are none. */
bool stm_tiff_colormap(struct stm_tiff_file *tiff, const uint16_t *rgb[3]);

/* "LZW", "Deflate" … or "compression 12345"; and whether it can be decoded here. */
const char *stm_tiff_compression_name(int compression, char *out, size_t size);
bool stm_tiff_can_decode(int compression);

#endif
