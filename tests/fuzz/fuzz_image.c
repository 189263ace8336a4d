/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as an image file: opened and every plane of the first few read. */
#define _GNU_SOURCE /* memfd_create */
#include "pipeline/io/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_PIXELS = 1 << 22, MOST_PLANES = 8 };

static void read_planes(struct stm_image *image)
{
    const struct stm_image_info *const info = stm_image_info(image);
    const size_t pixels = (size_t)info->width * (size_t)info->height;
    if (pixels > MOST_PIXELS) return;
    uint16_t *const px = malloc(pixels * 2);
    if (!px) return;
    for (int c = -2; c < info->channels && c < MOST_PLANES; c++) {
        struct stm_error err;
        struct stm_scaling scaling;
        stm_image_read(image, c, 0, 0, (struct stm_u16){px, info->width, info->width, info->height}, &scaling,
                       &err);
    }
    free(px);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct stm_error err = {0};
    struct stm_image *image = NULL;
    const int fd = memfd_create("image", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (stm_image_open(&image, path, &err))
        read_planes(image);
    else if (err.status == STM_OK || !err.message[0])
        abort(); /* a refusal without a sentence */
    stm_image_close(&image);
    close(fd);
    return 0;
}
