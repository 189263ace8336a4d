/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/image.h"

#include "pipeline/core/text.h"
#include "pipeline/io/format.h"
#include "pipeline/io/json_meta.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stm_remark(struct stm_image *image, const char *format, ...)
{
    char text[sizeof image->info.remark], *remark = image->info.remark;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (strstr(remark, text)) return;
    const size_t used = strlen(remark);
    snprintf(remark + used, sizeof image->info.remark - used, "%s%s", used ? "; " : "", text);
}

/* --- open --- */

static void settle_info(struct stm_image *image)
{
    struct stm_image_info *info = &image->info;
    const struct stm_metadata *metadata = &image->metadata;
    stm_text_copy(info->format, sizeof info->format, image->format->name);
    info->channels = image->layout.groups * image->layout.components;
    info->z = image->layout.z;
    info->t = image->layout.t;
    info->unnamed_pages = image->layout.guessed && info->t > 1 ? info->t : 0;
    info->pixel_um = metadata->pixel_um;
    info->declared_bits = metadata->declared_bits;
    info->stored_bits = image->palette ? 8 : image->sample.bits;
    info->is_signed = image->sample.kind != STM_SAMPLE_UINT && !image->palette;
    info->is_float = image->sample.kind == STM_SAMPLE_FLOAT;
    stm_text_copy(info->plate, sizeof info->plate, metadata->plate);
    stm_text_copy(info->well, sizeof info->well, metadata->well);
}

/* Pages of which nothing says what they are become channels when they are as many as there are names. */
static void regroup(struct stm_image *image, int names)
{
    struct stm_layout *layout = &image->layout;
    if (!layout->guessed || layout->components != 1 || layout->t != names || names < 2) return;
    layout->groups = layout->t;
    layout->t = 1;
}

/* What a person put beside the image wins over what the file says. */
static void use_sidecar(struct stm_image *image)
{
    struct stm_metadata about, *metadata = &image->metadata;
    char why[160];
    const bool found = stm_sidecar_read(&about, image->path, why, sizeof why);
    if (why[0]) stm_remark(image, "the sidecar .json is not used: %s", why);
    if (!found) return;
    if (about.pixel_um > 0) metadata->pixel_um = about.pixel_um;
    if (about.names == 0) return;
    regroup(image, about.names);
    if (about.names != image->layout.groups * image->layout.components) {
        stm_remark(image, "the sidecar .json names %d channels, the image has %d", about.names,
                   image->layout.groups * image->layout.components);
        return;
    }
    metadata->names = about.names;
    memcpy(metadata->name, about.name, sizeof metadata->name);
    image->info.colour = image->info.colour && about.names != 3;
}

static bool open_format(struct stm_image *image, struct stm_error *err)
{
    uint8_t head[STM_IO_HEAD] = {0};
    const size_t n = stm_input_some(&image->input, 0, head, sizeof head);
    if (n == 0) return stm_fail(err, STM_IO, "cannot be read");
    image->format = stm_format_of(head, n, err);
    if (!image->format || !image->format->open(image, err)) return false;
    use_sidecar(image);
    settle_info(image);
    return true;
}

bool stm_image_open(struct stm_image **image, const char *path, struct stm_error *err)
{
    struct stm_image *it = *image = calloc(1, sizeof **image);
    if (!it || !(it->path = strdup(path))) {
        free(it);
        *image = NULL;
        return stm_fail(err, STM_NO_MEMORY, "no memory for an image");
    }
    it->input.fd = -1;
    stm_metadata_begin(&it->metadata);
    if (stm_input_open(&it->input, it->path, err) && open_format(it, err)) return true;
    stm_image_close(image);
    return stm_fail_file(err, path);
}

const struct stm_image_info *stm_image_info(const struct stm_image *image)
{
    return &image->info;
}

const char *stm_image_channel_name(const struct stm_image *image, int channel)
{
    return channel >= 0 && channel < image->metadata.names ? image->metadata.name[channel] : "";
}

void stm_image_close(struct stm_image **image)
{
    struct stm_image *it = *image;
    if (!it) return;
    if (it->format) it->format->close(it);
    stm_layout_free(&it->layout);
    stm_input_close(&it->input);
    free(it->palette);
    free(it->path);
    free(it);
    *image = NULL;
}

/* --- read --- */

static bool make_request(const struct stm_image *image, int channel, int z, int t,
                         struct stm_request *request, struct stm_error *err)
{
    const struct stm_image_info *info = &image->info;
    const bool rule = channel == STM_IMAGE_LUMA || channel == STM_IMAGE_MAX;
    if (rule && !info->colour && info->channels > 1)
        return stm_fail(err, STM_USAGE, "has %d channels that are not red, green and blue: choose one",
                        info->channels);
    if (!rule && (channel < 0 || channel >= info->channels))
        return stm_fail(err, STM_USAGE, "has %d channel%s, there is no channel %d", info->channels,
                        info->channels == 1 ? "" : "s", channel + 1);
    if (z < 0 || z >= info->z || t < 0 || t >= info->t)
        return stm_fail(err, STM_USAGE, "has %d z planes and %d time points, there is no plane %d at time %d",
                        info->z, info->t, z + 1, t + 1);
    *request = (struct stm_request){rule ? 0 : channel, rule && info->colour ? STM_PAINT_PARTS : 1, z, t};
    return true;
}

/* `<well>--W00041--P00004--Z00000--T00000--<channel>.tif` */
static bool is_scanr_name(const char *path)
{
    const char *name = stm_text_basename(path);
    return strstr(name, "--W") && strstr(name, "--P") && strstr(name, "--Z") && strstr(name, "--T");
}

static void begin_paint(const struct stm_image *image, int channel, const struct stm_request *request,
                        struct stm_u16 out, struct stm_paint *paint)
{
    stm_paint_begin(paint, image->sample, out);
    paint->parts = request->parts;
    paint->rule = channel;
    paint->invert = image->invert;
    paint->declared_bits = image->info.declared_bits;
    paint->scanr = is_scanr_name(image->path);
    if (image->palette) paint->palette = image->palette + ((size_t)request->component << image->sample.bits);
}

static void remark_pixels(struct stm_image *image, const struct stm_paint *paint)
{
    const int declared = image->info.declared_bits;
    if (paint->not_finite)
        stm_remark(image, "%" PRIu64 " pixels are not numbers or infinite and were read as 0",
                   paint->not_finite);
    if (paint->transparent) stm_remark(image, "transparency is ignored");
    if (declared > 0 && declared < 16 && !paint->lossy && paint->any >> declared)
        stm_remark(image, "%d significant bits are declared, but pixels use more", declared);
}

bool stm_image_read(struct stm_image *image, int channel, int z, int t, struct stm_u16 out,
                    struct stm_scaling *scaling, struct stm_error *err)
{
    return stm_image_read_rows(image, channel, z, t, NULL, out, scaling, err);
}

bool stm_image_read_rows(struct stm_image *image, int channel, int z, int t, const uint8_t *wanted,
                         struct stm_u16 out, struct stm_scaling *scaling, struct stm_error *err)
{
    struct stm_request request;
    struct stm_paint paint;
    struct stm_scaling unused;
    if (!make_request(image, channel, z, t, &request, err)) return stm_fail_file(err, image->path);
    if (out.w != image->info.width || out.h != image->info.height)
        return stm_fail(err, STM_INTERNAL, "a plane of %d x %d was offered for %d x %d pixels", out.w, out.h,
                        image->info.width, image->info.height);
    begin_paint(image, channel, &request, out, &paint);
    paint.wanted = paint.scanr ? NULL : wanted; /* scanR's offset is recognised by all pixels */
    if (paint.ranging) {
        if (!image->format->read(image, &request, &paint, err)) return stm_fail_file(err, image->path);
        stm_paint_settle(&paint);
    }
    if (!image->format->read(image, &request, &paint, err)) return stm_fail_file(err, image->path);
    stm_paint_finish(&paint, scaling ? scaling : &unused);
    remark_pixels(image, &paint);
    return true;
}

/* What paint.c can do part by part: whole unsigned numbers that need no undoing at the end. */
static bool comes_apart(const struct stm_image *image)
{
    return stm_sample_is_narrow(image->sample) && image->sample.kind == STM_SAMPLE_UINT && !image->invert &&
           !is_scanr_name(image->path);
}

static bool read_one_by_one(struct stm_image *image, int z, int t, const struct stm_u16 out[3],
                            struct stm_scaling *scaling, struct stm_error *err)
{
    struct stm_scaling one;
    for (int c = 0; c < 3; c++) {
        if (!stm_image_read(image, c, z, t, out[c], &one, err)) return false;
        if (c && one.true_bits < scaling->true_bits) one.true_bits = scaling->true_bits;
        *scaling = one;
    }
    return true;
}

bool stm_image_read_colours(struct stm_image *image, int z, int t, const struct stm_u16 out[3],
                            struct stm_scaling *scaling, struct stm_error *err)
{
    struct stm_request request;
    struct stm_paint paint;
    if (!image->info.colour || image->info.channels != 3 || !comes_apart(image))
        return read_one_by_one(image, z, t, out, scaling, err);
    if (!make_request(image, STM_IMAGE_MAX, z, t, &request, err)) return stm_fail_file(err, image->path);
    for (int c = 0; c < 3; c++)
        if (out[c].w != image->info.width || out[c].h != image->info.height)
            return stm_fail(err, STM_INTERNAL, "a plane of %d x %d was offered for %d x %d pixels", out[c].w,
                            out[c].h, image->info.width, image->info.height);
    begin_paint(image, STM_IMAGE_MAX, &request, out[0], &paint);
    paint.more[0] = out[1];
    paint.more[1] = out[2];
    if (!image->format->read(image, &request, &paint, err)) return stm_fail_file(err, image->path);
    stm_paint_finish(&paint, scaling);
    remark_pixels(image, &paint);
    return true;
}
