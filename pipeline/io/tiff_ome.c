/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages of an OME-TIFF are which planes. */
#include "pipeline/core/file.h"
#include "pipeline/core/text.h"
#include "pipeline/io/omexml.h"
#include "pipeline/io/tiff_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COMPANION = 64 << 20 }; /* bytes of an OME-XML document in a file of its own */

struct places {
    struct stm_place *place;
    int n, room, missing;
    int looked; /* pages of all blocks: hostile blocks may name the same ones again and again */
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
        if (++places->looked > 4 * places->room) break;
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
    const int components = stm_tiff_components(image, &it->tags);
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
                             : stm_tiff_guess(image, err);
    free(places.place);
    return ok;
}

static bool fits(const struct stm_image *image, const struct stm_tiff_image *it, const struct stm_ome *ome)
{
    const int components = stm_tiff_components(image, &it->tags);
    return ome->width == image->info.width && ome->height == image->info.height && ome->c >= components &&
           ome->c % components == 0 && ome->z >= 1 && ome->t >= 1;
}

/* What holds for the whole file, whether its pages are understood or not. */
static void take_about(struct stm_image *image, const struct stm_ome *ome)
{
    struct stm_metadata *about = &image->metadata;
    if (ome->about.pixel_um > 0) about->pixel_um = ome->about.pixel_um;
    if (ome->about.declared_bits > 0) about->declared_bits = ome->about.declared_bits;
    memcpy(about->plate, ome->about.plate, sizeof about->plate);
    memcpy(about->well, ome->about.well, sizeof about->well);
    if (ome->images > 1) stm_remark(image, "it holds %d images; the first one is read", ome->images);
}

static bool use(struct stm_image *image, struct stm_tiff_image *it, const struct stm_ome *ome,
                struct stm_error *err)
{
    take_about(image, ome);
    if (fits(image, it, ome)) {
        if (ome->samples == 1 && ome->channels == 3 && !image->palette) image->info.colour = false;
        return place_ome(image, it, ome, err);
    }
    stm_remark(image, "its OME-XML describes %d x %d pixels with %d channels: not this file's", ome->width,
               ome->height, ome->c);
    return stm_tiff_guess(image, err);
}

/* The document of a set of files may be in a file of its own beside them: <BinaryOnly MetadataFile=>. */
static bool parse_companion(struct stm_ome *ome, const char *image_path, char *why, size_t why_size)
{
    const char *name = stm_text_basename(image_path);
    struct stm_error err = {0};
    char path[4096], *text, companion[sizeof ome->companion];
    size_t n;
    memcpy(companion, ome->companion, sizeof companion);
    snprintf(why, why_size, "%.100s is not readable", companion);
    stm_ome_free(ome);
    if (snprintf(path, sizeof path, "%.*s%s", (int)(name - image_path), image_path, companion) >=
        (int)sizeof path)
        return false;
    if (!stm_file_read_all(path, MAX_COMPANION, &text, &n, &err)) return false;
    const bool ok = stm_ome_parse(ome, text, n, name, why, why_size);
    free(text);
    return ok;
}

bool stm_tiff_use_ome(struct stm_image *image, const char *text, struct stm_error *err)
{
    struct stm_ome ome;
    char why[160];
    bool good = stm_ome_parse(&ome, text, strlen(text), stm_text_basename(image->path), why, sizeof why);
    if (good && ome.companion[0] && ome.images == 0)
        good = parse_companion(&ome, image->path, why, sizeof why);
    if (!good) stm_remark(image, "its OME-XML is ignored: %s", why);
    const bool ok = good ? use(image, image->state, &ome, err) : stm_tiff_guess(image, err);
    stm_ome_free(&ome);
    return ok;
}
