/* First and second differences: sharpness of an image, and its edges. */
#ifndef STM_FOCUS_H
#define STM_FOCUS_H

#include "kernels/view.h"

struct stm_kernels;

/* Sums over the pixels that have all 8 neighbours; exact up to 2^27 pixels. */
struct stm_focus {
    uint64_t n;
    uint64_t tenengrad; /* gx^2 + gy^2, Sobel (weights 1 2 1, so 8 times the slope) */
    uint64_t laplacian; /* (4 centre - up - down - left - right)^2 */
    uint64_t brenner;   /* (left - right)^2 + (up - down)^2 */
};
struct stm_focus stm_focus_sums(const struct stm_kernels *k, struct stm_cu16 src);

/* dst = min(65535, sqrt(gx^2 + gy^2) * scale + 0.5) in single precision, Sobel; scale 1/8 gives counts per
 * pixel. Borders are mirrored. dst may be src. */
void stm_gradient(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, float scale,
                  void *scratch);
size_t stm_gradient_scratch(int w);

#endif
