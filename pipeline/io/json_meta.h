/* JSON that says what an image is: the sidecar <stem>.json, tifffile's ImageDescription, Micro-Manager's tag.
 */
#ifndef STM_IO_JSON_META_H
#define STM_IO_JSON_META_H

#include "pipeline/io/metadata.h"

#include <stdbool.h>

enum { STM_SHAPE_AXES = 8 };

/* {"shape": [5, 3, 512, 512], "axes": "TCYX"}: slowest axis first; axes empty when not said. */
struct stm_shape {
    int n, size[STM_SHAPE_AXES];
    char axes[STM_SHAPE_AXES + 1];
};

/* False when the text is not tifffile's. */
bool stm_shape_parse(struct stm_shape *shape, const char *text);

/* Fills pixel_um, declared_bits and name[0] from Micro-Manager's plane metadata ("PixelSizeUm", "BitDepth",
 * "Channel"); what is not there stays as it is. */
void stm_micromanager_parse(struct stm_metadata *about, const char *text, size_t n);

/* Reads <stem>.json beside the image at `path`: {"channels": ["nuclei", "dead"], "spatial_calibration":
 * 0.3112}, the latter in micrometres a pixel. False when there is none, or `why` says what is wrong with it;
 * a JSON file without these keys is none. */
bool stm_sidecar_read(struct stm_metadata *about, const char *path, char *why, size_t why_size);

#endif
