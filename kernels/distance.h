/* Exact Euclidean distance to the background. */
#ifndef STM_DISTANCE_H
#define STM_DISTANCE_H

#include "kernels/view.h"

struct stm_kernels;

/* d2 of a pixel under a run = squared distance to the nearest pixel of the window that is under none, at most
 * 65025 (255^2, also when there is no such pixel); 0 elsewhere. What lies outside the window counts neither
 * way: for one component take its bounding box grown by one pixel and cut at the image's border. The window
 * d2 begins at (x0, y0) of the image and holds all the runs (raster order). d2.w x d2.h at most 2^31. */
void stm_distance(const struct stm_kernels *k, struct stm_u16 d2, int x0, int y0,
                  const struct stm_segment *run, size_t n, void *scratch);
size_t stm_distance_scratch(int w, int h);

/* dst = (uint16_t)(sqrt(d2) * scale + 0.5) in single precision, scale 1 … 256: 16 gives sixteenths of a
 * pixel. dst may be d2. */
void stm_distance_root(struct stm_u16 dst, struct stm_cu16 d2, int scale);

#endif
