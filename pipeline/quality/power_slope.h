/* How fast the power of an image falls with the frequency, as in CellProfiler's MeasureImageQuality. */
#ifndef STM_POWER_SLOPE_H
#define STM_POWER_SLOPE_H

#include "kernels/view.h"

#include <stddef.h>

/* Slope of log power over log frequency, from 1/64 to 3/8 cycles per pixel, of the mean spectrum of up to 2 x
 * 2 windows of 128 x 128 pixels; about -2 for sharp edges, lower out of focus. NaN for images smaller than a
 * window or without memory. For the eye: nothing is decided by it. */
double stm_power_slope(struct stm_cu16 plane, void *scratch);
size_t stm_power_slope_scratch(void);

#endif
