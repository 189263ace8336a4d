/* Gaussian smoothing of 16-bit images in integers; borders are mirrored (c b a | a b c). */
#ifndef STM_GAUSS_H
#define STM_GAUSS_H

#include "kernels/grid.h"

/* Sampled Gaussian cut at 4 sigma. The taps are integers whose sum (centre once, the others twice) is exactly
 * 2^shift, so a constant image stays what it is; shift is 16, or less when the centre tap
 * would not fit. */
enum { STM_GAUSS_MAX_RADIUS = 32 };
struct stm_gauss {
    int radius, shift;
    int16_t tap[STM_GAUSS_MAX_RADIUS + 1]; /* tap[0] is the centre */
};

/* Taps for 0 <= sigma <= 8 pixels. */
struct stm_gauss stm_gauss_make(double sigma);

/* Rows first, then columns, each pass rounded half up to whole counts. dst may be src (same view). Within 1
 * count of the exact convolution, plus contrast / 2^(shift + 1) a tap. */
void stm_gauss(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
               const struct stm_gauss *gauss, void *scratch);
size_t stm_gauss_scratch(int w, const struct stm_gauss *gauss);

/* The same for rows [y0, y1) of dst alone, so that several threads can smooth an image in place: what lies
 * outside of these rows of src is read from `around`, which stm_gauss_around fills before any of them begins
 * (NULL when nothing lies outside). Not fewer rows than the radius. Where `less` is no NULL, it is taken away
 * from src on the way, as by stm_grid_subtract without a pedestal. */
void stm_gauss_rows(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                    const struct stm_gauss *gauss, const struct stm_grid *less, int y0, int y1,
                    const uint16_t *around, void *scratch);
void stm_gauss_around(uint16_t *around, struct stm_cu16 src, const struct stm_gauss *gauss, int y0, int y1);
size_t stm_gauss_around_bytes(int w, const struct stm_gauss *gauss);

/* Wide Gaussians (sigma 2 … 1000), in time that does not depend on sigma: means of cells, a small Gaussian of
 * what variance the cells and the interpolation leave over, bilinear interpolation. */

/* The smoothed image as a grid whose nodes are in `scratch`, for stm_grid_subtract and others. */
struct stm_grid stm_gauss_grid(const struct stm_kernels *k, struct stm_cu16 src, double sigma, void *scratch);
size_t stm_gauss_grid_scratch(int w, int h, double sigma);
/* The same for any sigma from this one up. */
size_t stm_gauss_grid_scratch_from(int w, int h, double sigma);

/* The smoothed image itself; dst may be src. Scratch as for the grid. */
void stm_gauss_wide(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, double sigma,
                    void *scratch);

#endif
