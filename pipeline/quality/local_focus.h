/* Focus scores after CellProfiler's MeasureImageQuality. */
#ifndef STM_QUALITY_LOCAL_FOCUS_H
#define STM_QUALITY_LOCAL_FOCUS_H

#include "kernels/view.h"

/* Variance over tiles of t = variance / mean of a tile of 20 x 20 pixels, divided by the median of t (0 when
 * the median is). Up to 1024 evenly spaced tiles are looked at. */
double stm_local_focus(struct stm_cu16 plane);

#endif
