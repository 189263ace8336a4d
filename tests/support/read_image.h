/* Opening an image and reading planes of it in one go, for tests of the reader. */
#ifndef STM_READ_IMAGE_H
#define STM_READ_IMAGE_H

#include "pipeline/io/image.h"

/* An open image with one plane read from it. */
struct loaded {
    struct stm_image *image;
    const struct stm_image_info *info;
    struct stm_u16 out;
    struct stm_scaling scaling;
};

/* Opens the file, fails the test when that fails. To be closed with loaded_close. */
struct loaded loaded_open(const char *path);
/* Reads a plane into `out`; fails the test when that fails. */
void loaded_read(struct loaded *it, int channel, int z, int t);
struct loaded loaded_plane(const char *path, int channel, int z, int t); /* both */
void loaded_close(struct loaded *it);

uint16_t loaded_pixel(const struct loaded *it, int x, int y);
double loaded_stored(const struct loaded *it, int x, int y); /* offset + scale * pixel */

/* The file cannot be opened, or no plane of it read, and the sentence contains `words`. */
void expect_refused(const char *path, const char *words);

/* `folder`/`name` in a buffer of its own until the next call but four. */
const char *in_folder(const char *folder, const char *name);

#endif
