/* What each row kernel does: contracts of the functions in struct stm_kernels (kernels.h). w = pixels of the
 * row; where nothing else is said, they alone are touched. */
#ifndef STM_ROWS_H
#define STM_ROWS_H

#include <stddef.h>
#include <stdint.h>

struct stm_focus;
struct stm_gauss;
struct stm_intensity;
struct stm_tensor;
struct stm_unmix;

/* Elements that may be read behind a row where a contract says so. */
enum { STM_ROW_SLACK = 64, STM_DISTANCE_PAD = 320 };

/* Pixel x of w is (base[j] + slope[j] * (2 i + 1)) >> (2 shift + 2), modulo 2^32, where j = q >> shift and
 * i = q mod 2^shift of q = x + 2^(shift-1): a row of a grid (grid.h), shift 1 … 7. STM_ROW_SLACK elements are
 * readable behind the last that is used. */
typedef void stm_upsample_row_fn(uint16_t *dst, const uint32_t *base, const uint32_t *slope, int shift,
                                 int w);

/* min(65535, (max(raw - dark, 0) * gain + 8192) >> 14) */
typedef void stm_flat_field_row_fn(uint16_t *dst, const uint16_t *raw, const uint16_t *dark,
                                   const uint16_t *gain, int w);

/* dark + (((src - dark) * gain + 8192) >> 14), kept within 0 … 65535: like flat_field_row, but what is dark
 * stays where it is, and noise below it is kept. dst may be src. */
typedef void stm_gain_row_fn(uint16_t *dst, const uint16_t *src, const uint16_t *gain, uint16_t dark, int w);

/* max(min(src + pedestal, 65535) - sub, 0) */
typedef void stm_subtract_row_fn(uint16_t *dst, const uint16_t *src, const uint16_t *sub, uint16_t pedestal,
                                 int w);

/* Sums of blocks of `rows` x 2^shift pixels: cell i covers columns [i << shift, (i + 1) << shift). */
typedef void stm_block_sums_fn(uint32_t *sum, const uint16_t *src, ptrdiff_t stride, int rows, int shift,
                               int cells);

/* Horizontal pass of a Gaussian on pixels minus 32768; src[-radius .. w + radius) is readable, and so are,
 * and writable, STM_ROW_SLACK more elements behind src and dst. Rounds half up. */
typedef void stm_gauss_row_fn(int16_t *dst, const int16_t *src, int w, const struct stm_gauss *g);

/* Vertical pass of the same: row[0 .. 2 radius] make dst0; when dst1 is not NULL, row[1 .. 2 radius + 1] make
 * it. STM_ROW_SLACK elements behind each row are readable; dst0 and dst1 have exactly w. */
typedef void stm_gauss_column_fn(uint16_t *dst0, uint16_t *dst1, const int16_t *const *row, int w,
                                 const struct stm_gauss *g);

/* Bit x of the words = src[x] > level; unused bits of the last word are 0. */
typedef void stm_threshold_row_fn(uint64_t *bits, const uint16_t *src, uint16_t level, int w);
/* The same with a level for each pixel. */
typedef void stm_compare_row_fn(uint64_t *bits, const uint16_t *src, const uint16_t *level, int w);

/* Bit x of the words = src[x] >= least; unused bits of the last word are 0. STM_ROW_SLACK elements behind the
 * row are readable. */
typedef void stm_at_least_row_fn(uint64_t *bits, const uint8_t *src, uint8_t least, int w);

/* d2[x] = min over all i of square[x + i * step] + i^2, at most 65025. square[x] <= 65025; with r the root of
 * the largest, (r + 2) * step elements before the row and as many and STM_ROW_SLACK more behind it are
 * readable (65535 beyond the image). */
typedef void stm_distance_row_fn(uint16_t *d2, const uint16_t *square, int w, int step);

/* Bit x of the words = at[x] > 0 and none of its 8 neighbours is greater; unused bits of the last word are 0.
 * Rows have one more pixel on both sides and STM_ROW_SLACK readable ones behind. */
typedef void stm_tops_row_fn(uint64_t *bits, const uint16_t *up, const uint16_t *at, const uint16_t *down,
                             int w);

/* Adds w pixels to the sums (moments.h). */
typedef void stm_intensity_row_fn(struct stm_intensity *sums, const uint16_t *src, int w);

/* How many of w values are at most `limit`; *above = the least of the others, 65535 when there is none. */
typedef int stm_upto_row_fn(const uint16_t *src, int w, uint16_t limit, uint16_t *above);

/* Sum of those of ranks from … to - 1 of n values, 0 <= from <= to <= n <= STM_FEW. */
enum { STM_FEW = 256 };
typedef uint64_t stm_ranks_row_fn(const uint16_t *src, int n, int from, int to);

/* Median of row[0 .. 2][x - 1 .. x + 1] or row[0 .. 4][x - 2 .. x + 2]; rows have that many pixels on both
 * sides and STM_ROW_SLACK readable ones behind. */
typedef void stm_median_row_fn(uint16_t *dst, const uint16_t *const *row, int w);

/* Lesser (greater) of a and b; dst may be a, may not overlap otherwise. */
typedef void stm_extremum_row_fn(uint16_t *dst, const uint16_t *a, const uint16_t *b, int w);

/* Adds w pixels, each with all its neighbours, to the sums (focus.h). */
typedef void stm_focus_row_fn(struct stm_focus *sums, const uint16_t *up, const uint16_t *at,
                              const uint16_t *down, int w);

/* Adds w pixels, each with all its neighbours, to the sums (tensor.h). */
typedef void stm_tensor_row_fn(struct stm_tensor *sums, const uint16_t *up, const uint16_t *at,
                               const uint16_t *down, int w);

/* Sobel magnitude of row[1] (focus.h); rows have one more pixel on both sides and slack as for medians. */
typedef void stm_gradient_row_fn(uint16_t *dst, const uint16_t *const *row, float scale, int w);

/* Light in upper bits (stretch.h); dst may be src. */
typedef void stm_lift_row_fn(uint16_t *dst, const uint16_t *src, int flip, int up, int w);

/* 16 to 8 bits (stretch.h). */
typedef void stm_stretch_row_fn(uint8_t *dst, const uint16_t *src, uint16_t black, uint16_t white, int w);

/* STM_DENSITY_ONE * log10 of each pixel (colour.h); dst may be src. */
typedef void stm_log_row_fn(uint16_t *dst, const uint16_t *src, int w);

/* The amount of one stain from the densities of three colours (colour.h); dst may be one of them. */
typedef void stm_unmix_row_fn(uint16_t *dst, const uint16_t *const *density, const struct stm_unmix *unmix,
                              int w);

#endif
