/* The middle line of an object. */
#ifndef STM_SKELETON_H
#define STM_SKELETON_H

#include "pipeline/stages/feature.h"

/* Length and width of the object along its middle, in pixels: the longest way through what thinning leaves of
 * it, to the edge at both ends, and the mean of twice the distance to the edge along it. */
bool stm_feature_skeleton(const struct stm_blob *blob, const struct stm_kernels *kernels,
                          struct stm_arena *arena, double value[2], struct stm_error *err);
size_t stm_feature_skeleton_bytes(int w, int h); /* of scratch, for boxes up to this size */

#endif
