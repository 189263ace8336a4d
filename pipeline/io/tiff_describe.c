/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pages of a TIFF file are: channels, z planes or time points; and their pixel size. Of several
 * sources the later one wins: resolution tags, private tags, ImageDescription. */
#include "pipeline/io/imagej.h"
#include "pipeline/io/json_meta.h"
#include "pipeline/io/omexml.h"
#include "pipeline/io/tiff_image.h"
#include "pipeline/io/vendor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sizes of the axes C, Z, T and their order, fastest first. */
struct axes {
    int size[3];
    char order[4];
};

/* --- planes without a page of their own --- */

static uint64_t plane_bytes(const struct stm_tiff_tags *tags)
{
    const uint64_t samples = tags->planar ? 1 : (uint64_t)tags->samples,
                   planes = tags->planar ? tags->samples : 1;
    return (tags->width * samples * (uint64_t)tags->bits + 7) / 8 * tags->height * planes;
}

/* True when the strips of the only page lie one after the other and `planes` planes fit behind them. */
static bool is_stack(const struct stm_image *image, const struct stm_tiff_image *it, int planes)
{
    const struct stm_tiff_tags *tags = &it->tags;
    uint64_t first, last, bytes;
    if (it->pages.n != 1 || tags->compression != STM_TIFF_UNCOMPRESSED || tags->tiled || tags->chunks == 0)
        return false;
    if (tags->planar || tags->rendered) return false;
    stm_tiff_chunk_place(it->tiff, tags->chunks - 1, &last, &bytes);
    stm_tiff_chunk_place(it->tiff, 0, &first, &bytes);
    const uint64_t step = plane_bytes(tags), before_last = (uint64_t)(tags->chunks - 1) * tags->chunk_h;
    return last - first == before_last * (step / tags->height) && first <= image->input.size &&
           (image->input.size - first) / step >= (uint64_t)planes;
}

/* --- laying out --- */

int stm_tiff_components(const struct stm_image *image, const struct stm_tiff_tags *tags)
{
    if (image->palette) return image->info.colour ? 3 : 1;
    if (image->info.colour) return 3;
    return tags->samples - (tags->alpha >= 0 && tags->samples > 1);
}

bool stm_tiff_guess(struct stm_image *image, struct stm_error *err)
{
    const struct stm_tiff_image *it = image->state;
    const int size[3] = {1, 1, it->planes};
    if (!stm_layout_in_order(&image->layout, it->plane, size, "CZT", stm_tiff_components(image, &it->tags),
                             err))
        return false;
    image->layout.guessed = true;
    if (it->planes > 1)
        stm_remark(image, "nothing says what its %d pages are: they are taken as time points", it->planes);
    return true;
}

static bool lay_out(struct stm_image *image, struct stm_tiff_image *it, const struct axes *axes,
                    struct stm_error *err)
{
    const double planes = (double)axes->size[0] * axes->size[1] * axes->size[2];
    const int components = stm_tiff_components(image, &it->tags);
    if (planes == it->planes)
        return stm_layout_in_order(&image->layout, it->plane, axes->size, axes->order, components, err);
    if (planes <= STM_TIFF_MAX_PAGES && planes > 1 && is_stack(image, it, (int)planes)) {
        it->stack = true;
        it->stack_step = plane_bytes(&it->tags);
        return stm_layout_in_order(&image->layout, NULL, axes->size, axes->order, components, err);
    }
    stm_remark(image, "its description says %d x %d x %d planes (channels, z, time), it has %d",
               axes->size[0], axes->size[1], axes->size[2], it->planes);
    return stm_tiff_guess(image, err);
}

/* --- ImageJ --- */

static int at_least_1(int n)
{
    return n < 1 ? 1 : n;
}

static void read_imagej(struct stm_image *image, const struct stm_tiff_image *it, const struct stm_imagej *ij,
                        struct axes *axes)
{
    const double um = stm_metadata_plausible_um(ij->unit_um / it->tags.x_dots);
    if (um > 0) image->metadata.pixel_um = um;
    *axes = (struct axes){{at_least_1(ij->channels), at_least_1(ij->slices), at_least_1(ij->frames)}, "CZT"};
    if (ij->channels + ij->slices + ij->frames == 0) axes->size[2] = at_least_1(ij->images);
    if (image->info.colour && axes->size[0] == 3)
        axes->size[0] = 1; /* of RGB stacks some versions count the colours */
}

/* --- tifffile --- */

/* Without names, one axis before the rows is time; the last of two is channels when short; three are T, Z, C.
 */
static const char *usual_axes(const struct stm_shape *shape, int leading)
{
    enum { FEW = 8 };
    if (leading == 3) return "TZC";
    if (leading == 2) return shape->size[1] <= FEW ? "TC" : "TZ";
    return leading == 1 ? "T" : "";
}

/* The axes before the rows, without the samples of a pixel; false when rows and columns are not this file's.
 */
static bool leading_axes(const struct stm_shape *shape, const struct stm_tiff_tags *tags, int *leading)
{
    const bool interleaved = tags->samples > 1 && !tags->planar, planar = tags->planar;
    const int x = shape->n - 1 - interleaved, y = x - 1;
    *leading = y - planar;
    return *leading >= 0 && shape->size[x] == (int)tags->width && shape->size[y] == (int)tags->height;
}

static bool read_shape(const struct stm_shape *shape, const struct stm_tiff_tags *tags, struct axes *axes)
{
    int leading, filled = 0;
    *axes = (struct axes){{1, 1, 1}, ""};
    if (!leading_axes(shape, tags, &leading) || leading > 3) return false;
    const char *names = shape->axes[0] ? shape->axes : usual_axes(shape, leading);
    for (int i = leading - 1; i >= 0; i--) {
        const char *known = strchr("CZT", names[i]);
        if (!known || strchr(axes->order, names[i])) return false;
        axes->size[known - "CZT"] = shape->size[i];
        axes->order[filled++] = names[i];
    }
    for (const char *rest = "CZT"; *rest; rest++)
        if (!strchr(axes->order, *rest)) axes->order[filled++] = *rest;
    return true;
}

/* --- all of them --- */

static int bits_of_max(const struct stm_tiff_tags *tags)
{
    int bits = 0;
    while (tags->max_sample >> bits)
        bits++;
    return tags->sample_format == 1 && bits <= tags->bits ? bits : 0;
}

static void read_tags(struct stm_image *image, const struct stm_tiff_image *it,
                      struct stm_vendor_axes *vendor)
{
    const struct stm_tiff_tags *tags = &it->tags;
    const struct stm_vendor_file file = {&it->pages, &image->input, it->plane[0]};
    struct stm_metadata *about = &image->metadata;
    about->declared_bits = bits_of_max(tags);
    if (tags->resolution_unit == 2 || tags->resolution_unit == 3)
        about->pixel_um =
            stm_metadata_resolution_um(tags->x_dots, tags->resolution_unit == 2 ? 25400 : 10000);
    stm_vendor_read(&file, about, vendor);
    stm_tiff_compression_name(tags->compression, image->info.compression, sizeof image->info.compression);
}

bool stm_tiff_describe(struct stm_image *image, const char *text, struct stm_error *err)
{
    struct stm_tiff_image *it = image->state;
    struct stm_vendor_axes vendor;
    struct stm_imagej ij;
    struct stm_shape shape;
    struct axes axes = {{1, 1, 1}, "CZT"};
    image->info.width = (int)it->tags.width;
    image->info.height = (int)it->tags.height;
    read_tags(image, it, &vendor);
    bool said = vendor.z * vendor.t > 0;
    if (said) axes.size[1] = vendor.z, axes.size[2] = vendor.t;
    if (stm_ome_is(text)) return stm_tiff_use_ome(image, text, err);
    if (stm_imagej_parse(&ij, text)) {
        read_imagej(image, it, &ij, &axes);
        said = ij.images > 1 || ij.channels > 1 || ij.slices > 1 || ij.frames > 1;
    } else if (stm_shape_parse(&shape, text)) {
        said = read_shape(&shape, &it->tags, &axes) && (it->planes == 1 || shape.axes[0] || shape.n > 3);
    } else {
        stm_metaxpress_parse(&image->metadata, text);
    }
    return said ? lay_out(image, it, &axes, err) : stm_tiff_guess(image, err);
}
