/* Whether an image file is all there, by its structure alone: no pixel is decoded. For files that somebody
 * else may still be writing. */
#ifndef STM_COMPLETE_H
#define STM_COMPLETE_H

#include <stdbool.h>

/* TIFF: every directory and all pixels they point to lie inside the file; PNG: it ends with its end; JPEG: an
 * end of image is in its last bytes. Other files: they are not empty. */
bool stm_image_complete(const char *path);

#endif
