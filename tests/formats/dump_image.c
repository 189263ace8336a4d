/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump_image FILE [PIXELS]: what the reader says of an image, a line per fact, and its planes (t, z, channel
 * order) as native 16-bit pixels into PIXELS. Exit status 1 and the sentence on stderr when the file is
 * refused. */
#include "pipeline/io/image.h"

#include <stdio.h>
#include <stdlib.h>

static int refuse(const struct stm_error *err)
{
    char text[900];
    stm_error_text(err, text, sizeof text);
    fprintf(stderr, "%s (%s)\n", text, stm_status_name(err->status));
    return 1;
}

static void print_info(const struct stm_image *image)
{
    const struct stm_image_info *i = stm_image_info(image);
    printf("size %d %d\naxes %d %d %d\n", i->width, i->height, i->channels, i->z, i->t);
    printf("colour %d\npixel_um %.9g\nstored_bits %d\nsigned %d\nfloat %d\ndeclared_bits %d\n", i->colour,
           i->pixel_um, i->stored_bits, i->is_signed, i->is_float, i->declared_bits);
    printf("format %s\ncompression %s\nplate %s\nwell %s\n", i->format, i->compression, i->plate, i->well);
    for (int c = 0; c < i->channels; c++)
        if (*stm_image_channel_name(image, c)) printf("channel %d %s\n", c, stm_image_channel_name(image, c));
}

static bool dump(struct stm_image *image, int channel, int z, int t, struct stm_u16 plane, FILE *out,
                 struct stm_error *err)
{
    struct stm_scaling s;
    if (!stm_image_read(image, channel, z, t, plane, &s, err)) return false;
    printf("plane %d %d %d scale %.17g offset %.17g bits %d lossy %d\n", channel, z, t, s.scale, s.offset,
           s.true_bits, s.lossy);
    if (out) fwrite(plane.px, 2, (size_t)plane.w * (size_t)plane.h, out);
    return true;
}

static bool dump_all(struct stm_image *image, FILE *out, struct stm_error *err)
{
    const struct stm_image_info *i = stm_image_info(image);
    struct stm_u16 plane = {malloc((size_t)i->width * (size_t)i->height * 2), i->width, i->width, i->height};
    bool ok = plane.px || stm_fail(err, STM_NO_MEMORY, "no memory for %d x %d pixels", i->width, i->height);
    for (int t = 0; ok && t < i->t; t++)
        for (int z = 0; ok && z < i->z; z++)
            for (int c = 0; ok && c < i->channels; c++)
                ok = dump(image, c, z, t, plane, out, err);
    if (ok && i->colour) ok = dump(image, STM_IMAGE_LUMA, 0, 0, plane, out, err);
    if (ok && i->colour) ok = dump(image, STM_IMAGE_MAX, 0, 0, plane, out, err);
    free(plane.px);
    return ok;
}

int main(int argc, char **argv)
{
    struct stm_image *image;
    struct stm_error err = {0};
    if (argc < 2) return 2;
    if (!stm_image_open(&image, argv[1], &err)) return refuse(&err);
    print_info(image);
    FILE *out = argc > 2 ? fopen(argv[2], "wb") : NULL;
    const bool ok = dump_all(image, out, &err);
    printf("remark %s\n", stm_image_info(image)->remark);
    if (out) fclose(out);
    stm_image_close(&image);
    return ok ? 0 : refuse(&err);
}
