/* What ImageJ writes into ImageDescription: "ImageJ=1.53t\nimages=15\nchannels=3\nslices=5\nunit=micron\n…".
 */
#ifndef STM_IO_IMAGEJ_H
#define STM_IO_IMAGEJ_H

#include <stdbool.h>

struct stm_imagej {
    int images, channels, slices, frames; /* 0 = not said; pages are in the order channel, slice, frame */
    double unit_um; /* micrometres in the unit of the resolution tags; NaN when not a length */
};

/* False when the text is not ImageJ's. */
bool stm_imagej_parse(struct stm_imagej *it, const char *text);

#endif
