/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pages of a TIFF file are: channels, z planes or time points; and their pixel size. Of several
 * sources the later one wins: resolution tags, private tags, ImageDescription. */
#include "pipeline/core/text.h"
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

/* --- planes without a page of their own
 * -------------------------------------------------------------------------- */

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

/* --- laying out
 * -------------------------------------------------------------------------------------------------- */

static int components_of(const struct stm_image *image, const struct stm_tiff_tags *tags)
{
    if (image->palette) return image->info.colour ? 3 : 1;
    if (image->info.colour) return 3;
    return tags->samples - (tags->alpha >= 0 && tags->samples > 1);
}

static bool guess(struct stm_image *image, struct stm_tiff_image *it, struct stm_error *err)
{
    const int size[3] = {1, 1, it->planes};
    if (!stm_layout_in_order(&image->layout, it->plane, size, "CZT", components_of(image, &it->tags), err))
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
    const int components = components_of(image, &it->tags);
    if (planes == it->planes)
        return stm_layout_in_order(&image->layout, it->plane, axes->size, axes->order, components, err);
    if (planes <= STM_TIFF_MAX_PAGES && planes > 1 && is_stack(image, it, (int)planes)) {
        it->stack = true;
        it->stack_step = plane_bytes(&it->tags);
        return stm_layout_in_order(&image->layout, NULL, axes->size, axes->order, components, err);
    }
    stm_remark(image, "its description says %d x %d x %d planes (channels, z, time), it has %d",
               axes->size[0], axes->size[1], axes->size[2], it->planes);
    return guess(image, it, err);
}

/* --- ImageJ
 * ------------------------------------------------------------------------------------------------------ */

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

/* --- tifffile
 * ---------------------------------------------------------------------------------------------------- */

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

/* --- OME-XML
 * ----------------------------------------------------------------------------------------------------- */

struct places {
    struct stm_place *place;
    int n, room, missing;
};

static bool same_kind(const struct stm_tiff_image *it, int page)
{
    const struct stm_tiff_ifd *a = it->pages.page + it->plane[0], *b = it->pages.page + page;
    return a->width == b->width && a->height == b->height && a->samples == b->samples && a->bits == b->bits;
}

/* FirstC counts channels; where a page has several channels, or a writer counts samples, that is more than
 * pages. */
static int group_of(const struct stm_ome *ome, int c, int groups)
{
    const int per_group = ome->c / groups;
    return ome->samples == 1 || c >= groups ? c / per_group : c;
}

/* Planes of one block, in the order of the axes from its first one on. */
static void add_block(struct places *places, const struct stm_tiff_image *it, const struct stm_ome *ome,
                      const int size[3], struct stm_ome_data block)
{
    int at[3] = {group_of(ome, block.c, size[0]), block.z, block.t};
    const int count = block.count < 0 ? it->pages.n - block.ifd : block.count;
    for (int i = 0; i < count; i++) {
        const int page = block.ifd + i;
        if (at[0] >= size[0] || at[1] >= size[1] || at[2] >= size[2]) break;
        if (page >= it->pages.n) {
            places->missing += count - i;
            break;
        }
        if (places->n < places->room && same_kind(it, page))
            places->place[places->n++] = (struct stm_place){at[0], at[1], at[2], page};
        for (int k = 0; k < 3; k++) {
            const int axis = (int)(strchr("CZT", ome->order[k]) - "CZT");
            if (++at[axis] < size[axis] || k == 2) break;
            at[axis] = 0;
        }
    }
}

/* Names of the channels that are in this file, in order. */
static void take_names(struct stm_metadata *about, const struct stm_ome *ome, const struct places *places,
                       int components)
{
    bool used[STM_METADATA_NAMES] = {0};
    int next = 0;
    about->names = 0;
    if (ome->samples > 1) return;
    for (int i = 0; i < places->n; i++)
        if (places->place[i].c < STM_METADATA_NAMES) used[places->place[i].c] = true;
    for (int c = 0; c < STM_METADATA_NAMES; c++)
        for (int k = 0; used[c] && k < components; k++, next++)
            if (c * components + k < ome->about.names)
                stm_metadata_name(about, next, ome->about.name[c * components + k]);
}

static bool place_ome(struct stm_image *image, struct stm_tiff_image *it, const struct stm_ome *ome,
                      struct stm_error *err)
{
    const int components = components_of(image, &it->tags);
    const int size[3] = {ome->c / components, ome->z, ome->t};
    const struct stm_ome_data all = {0, 0, 0, 0, -1};
    struct places places = {.room = 2 * it->pages.n};
    places.place = malloc(sizeof *places.place * (size_t)places.room);
    if (!places.place) return stm_fail(err, STM_NO_MEMORY, "no memory for %d planes", places.room);
    if (ome->n_data == 0) add_block(&places, it, ome, size, all);
    for (int i = 0; i < ome->n_data; i++)
        add_block(&places, it, ome, size, ome->data[i]);
    const double planes = (double)size[0] * size[1] * size[2];
    if (places.missing)
        stm_remark(image, "%d planes of its OME-XML are missing from the file", places.missing);
    if (ome->elsewhere && places.n < planes)
        stm_remark(image, "this file holds %d of the %.0f planes of its set", places.n, planes);
    take_names(&image->metadata, ome, &places, components);
    const bool ok = places.n ? stm_layout_places(&image->layout, places.place, places.n, components, err)
                             : guess(image, it, err);
    free(places.place);
    return ok;
}

static bool fits(const struct stm_image *image, const struct stm_tiff_image *it, const struct stm_ome *ome)
{
    const int components = components_of(image, &it->tags);
    return ome->width == image->info.width && ome->height == image->info.height && ome->c >= components &&
           ome->c % components == 0 && ome->z >= 1 && ome->t >= 1;
}

static bool use_ome(struct stm_image *image, struct stm_tiff_image *it, const struct stm_ome *ome,
                    struct stm_error *err)
{
    struct stm_metadata *about = &image->metadata;
    const double um = ome->about.pixel_um;
    if (um > 0) about->pixel_um = um;
    if (ome->about.declared_bits > 0) about->declared_bits = ome->about.declared_bits;
    memcpy(about->plate, ome->about.plate, sizeof about->plate);
    memcpy(about->well, ome->about.well, sizeof about->well);
    if (ome->images > 1) stm_remark(image, "it holds %d images; the first one is read", ome->images);
    if (fits(image, it, ome)) {
        if (ome->samples == 1 && ome->channels == 3 && !image->palette) image->info.colour = false;
        return place_ome(image, it, ome, err);
    }
    if (ome->companion[0])
        stm_remark(image, "its OME-XML is in %.80s, which is not read", ome->companion);
    else
        stm_remark(image, "its OME-XML describes %d x %d pixels with %d channels: not this file's",
                   ome->width, ome->height, ome->c);
    return guess(image, it, err);
}

static bool read_ome(struct stm_image *image, struct stm_tiff_image *it, const char *text,
                     struct stm_error *err)
{
    struct stm_ome ome;
    char why[128];
    const bool well_formed =
        stm_ome_parse(&ome, text, strlen(text), stm_text_basename(image->path), why, sizeof why);
    if (!well_formed) stm_remark(image, "its OME-XML is damaged (%s) and ignored", why);
    const bool ok = well_formed ? use_ome(image, it, &ome, err) : guess(image, it, err);
    stm_ome_free(&ome);
    return ok;
}

/* --- all of them
 * ------------------------------------------------------------------------------------------------- */

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
    if (stm_ome_is(text)) return read_ome(image, it, text, err);
    if (stm_imagej_parse(&ij, text)) {
        read_imagej(image, it, &ij, &axes);
        said = ij.images > 1 || ij.channels > 1 || ij.slices > 1 || ij.frames > 1;
    } else if (stm_shape_parse(&shape, text)) {
        said = read_shape(&shape, &it->tags, &axes) && (it->planes == 1 || shape.axes[0] || shape.n > 3);
    } else {
        stm_metaxpress_parse(&image->metadata, text);
    }
    return said ? lay_out(image, it, &axes, err) : guess(image, it, err);
}
