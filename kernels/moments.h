/* Sums over the runs of each label: everything position, size, shape and brightness are made of, exact. */
#ifndef STM_MOMENTS_H
#define STM_MOMENTS_H

#include "kernels/view.h"

struct stm_kernels;

/* Raw moments about (0, 0) of the image; exact for images up to 65536 x 65536 with areas below 2^31. */
struct stm_moments {
    uint64_t n, sx, sy, sxx, sxy, syy;
    int32_t x0, y0, x1, y1; /* bounding box, maximum exclusive; valid when n > 0 */
};

/* Adds the runs to m[label]; m has an entry for each label and was cleared (all zero) before the first call.
 */
void stm_moments_runs(struct stm_moments *m, const struct stm_segment *run, size_t n);

/* Centroid, and central second moments over the area (variance of position, without the 1/12 of a pixel's own
 * extent). */
struct stm_shape {
    double cx, cy, xx, xy, yy;
};
struct stm_shape stm_moments_shape(const struct stm_moments *m);

struct stm_intensity {
    uint64_t n, sum, square;
    uint16_t least, most; /* valid when n > 0 */
};

/* Adds the pixels of src under the runs to sums[label], cleared before the first call. */
void stm_intensity_runs(const struct stm_kernels *k, struct stm_intensity *sums, struct stm_cu16 src,
                        const struct stm_segment *run, size_t n);

double stm_intensity_mean(const struct stm_intensity *sums);
double stm_intensity_variance(const struct stm_intensity *sums); /* over n */

#endif
