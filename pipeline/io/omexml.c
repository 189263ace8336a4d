/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/omexml.h"

#include "pipeline/core/text.h"
#include "pipeline/core/xml.h"
#include "pipeline/io/wellname.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 160, MAX_BLOCKS = 1 << 20 };

/* State of the walk. The image being read is in `now` until it turns out to be the wanted one. */
struct walk {
    struct stm_ome now, *found;
    const char *file_name;
    bool chosen, in_image, failed;
    bool block, block_here, block_named; /* inside TiffData; its UUID says this file; it has a UUID */
    int blocks;                          /* TiffData elements of this image, wherever they are */
    char own_uuid[NAME], uuid[NAME], image_id[NAME], chosen_id[NAME];
    size_t uuid_length;
    bool in_uuid;
    /* Second walk: where the chosen image is on a plate. */
    char plate[STM_METADATA_NAME];
    int row, col;
};

/* --- image elements --- */

static void begin_image(struct walk *w, const char *const *a)
{
    w->found->images++;
    w->in_image = !w->chosen;
    if (!w->in_image) return;
    stm_ome_free(&w->now);
    stm_metadata_begin(&w->now.about);
    w->now.samples = 1;
    w->blocks = 0;
    stm_text_copy(w->image_id, sizeof w->image_id, stm_xml_attribute(a, "ID", ""));
}

/* DimensionOrder without its X and Y; anything else than a permutation of C, Z and T is the usual order. */
static void set_order(char order[4], const char *text)
{
    stm_text_copy(order, 4, "CZT");
    if (strlen(text) != 5 || strncmp(text, "XY", 2) != 0) return;
    if (strchr(text + 2, 'C') && strchr(text + 2, 'Z') && strchr(text + 2, 'T'))
        stm_text_copy(order, 4, text + 2);
}

static void begin_pixels(struct walk *w, const char *const *a)
{
    struct stm_ome *now = &w->now;
    const double unit = stm_metadata_unit_um(stm_xml_attribute(a, "PhysicalSizeXUnit", "um"));
    now->width = stm_xml_int(a, "SizeX", 0);
    now->height = stm_xml_int(a, "SizeY", 0);
    now->c = stm_xml_int(a, "SizeC", 1);
    now->z = stm_xml_int(a, "SizeZ", 1);
    now->t = stm_xml_int(a, "SizeT", 1);
    now->about.declared_bits = stm_xml_int(a, "SignificantBits", 0);
    now->about.pixel_um = stm_metadata_plausible_um(stm_xml_number(a, "PhysicalSizeX") * unit);
    set_order(now->order, stm_xml_attribute(a, "DimensionOrder", ""));
}

static void begin_channel(struct walk *w, const char *const *a)
{
    struct stm_ome *now = &w->now;
    const char *name = stm_xml_attribute(a, "Name", "");
    if (now->channels == 0) now->samples = stm_xml_int(a, "SamplesPerPixel", 1);
    if (now->samples < 1) now->samples = 1;
    stm_metadata_name(&now->about, now->channels, *name ? name : stm_xml_attribute(a, "Fluor", ""));
    now->channels++;
}

static void begin_block(struct walk *w, const char *const *a)
{
    const int ifd = stm_xml_int(a, "IFD", -1), count = stm_xml_int(a, "PlaneCount", -1);
    struct stm_ome *now = &w->now;
    w->block = w->block_here = true;
    w->block_named = false;
    w->blocks++;
    if ((now->n_data & (now->n_data - 1)) == 0) { /* at powers of two */
        const size_t room = now->n_data ? 2 * (size_t)now->n_data : 1;
        void *more = realloc(now->data, room * sizeof *now->data);
        w->failed = w->failed || !more;
        if (!more) return;
        now->data = more;
    }
    now->data[now->n_data] = (struct stm_ome_data){stm_xml_int(a, "FirstC", 0), stm_xml_int(a, "FirstZ", 0),
                                                   stm_xml_int(a, "FirstT", 0), ifd < 0 ? 0 : ifd,
                                                   ifd < 0 || count >= 0 ? count : 1};
}

static void begin_uuid(struct walk *w, const char *const *a)
{
    const char *name = stm_text_basename(stm_xml_attribute(a, "FileName", ""));
    w->block_named = true;
    w->block_here = strcmp(name, w->file_name) == 0;
    w->in_uuid = true;
    w->uuid_length = 0;
    w->uuid[0] = 0;
}

static void on_begin(void *state, const char *element, const char *const *a)
{
    struct walk *w = state;
    if (w->failed) return;
    if (strcmp(element, "OME") == 0)
        stm_text_copy(w->own_uuid, sizeof w->own_uuid, stm_xml_attribute(a, "UUID", ""));
    else if (strcmp(element, "BinaryOnly") == 0)
        stm_text_copy(w->found->companion, sizeof w->found->companion,
                      stm_text_basename(stm_xml_attribute(a, "MetadataFile", "")));
    else if (strcmp(element, "Image") == 0)
        begin_image(w, a);
    else if (w->in_image && strcmp(element, "Pixels") == 0)
        begin_pixels(w, a);
    else if (w->in_image && strcmp(element, "Channel") == 0)
        begin_channel(w, a);
    else if (w->in_image && strcmp(element, "TiffData") == 0)
        begin_block(w, a);
    else if (w->in_image && w->block && strcmp(element, "UUID") == 0)
        begin_uuid(w, a);
}

static void on_text(void *state, const char *text, int n)
{
    struct walk *w = state;
    for (int i = 0; w->in_uuid && i < n && w->uuid_length + 1 < sizeof w->uuid; i++)
        if ((unsigned char)text[i] > ' ') w->uuid[w->uuid_length++] = text[i];
    w->uuid[w->uuid_length] = 0;
}

static void end_block(struct walk *w)
{
    const bool same_uuid = w->own_uuid[0] && strcmp(w->uuid, w->own_uuid) == 0;
    w->block = false;
    if (!w->block_named || w->block_here || same_uuid)
        w->now.n_data += w->now.n_data < MAX_BLOCKS;
    else
        w->now.elsewhere = true;
    w->block_named = false;
    w->uuid[0] = 0;
}

/* The wanted image is the first with pages in this file, or that does not say where its pages are. */
static void end_image(struct walk *w)
{
    w->in_image = false;
    if (w->chosen || (w->blocks > 0 && w->now.n_data == 0)) return;
    const int images = w->found->images;
    w->chosen = true;
    *w->found = w->now;
    w->found->images = images;
    memset(&w->now, 0, sizeof w->now);
    stm_text_copy(w->chosen_id, sizeof w->chosen_id, w->image_id);
}

static void on_end(void *state, const char *element)
{
    struct walk *w = state;
    if (w->failed) return;
    if (strcmp(element, "UUID") == 0) w->in_uuid = false;
    if (w->in_image && w->block && strcmp(element, "TiffData") == 0) end_block(w);
    if (w->in_image && strcmp(element, "Image") == 0) end_image(w);
}

/* --- plate --- */

static void on_plate(void *state, const char *element, const char *const *a)
{
    struct walk *w = state;
    struct stm_metadata *about = &w->found->about;
    if (strcmp(element, "Plate") == 0) {
        const char *name = stm_xml_attribute(a, "Name", "");
        stm_text_copy(w->plate, sizeof w->plate, *name ? name : stm_xml_attribute(a, "ID", ""));
    } else if (strcmp(element, "Well") == 0) {
        w->row = stm_xml_int(a, "Row", -1);
        w->col = stm_xml_int(a, "Column", -1);
    } else if (strcmp(element, "ImageRef") == 0 && w->plate[0] && w->row >= 0 && !about->well[0] &&
               strcmp(stm_xml_attribute(a, "ID", ""), w->chosen_id) == 0) {
        stm_wellname_text(about->well, w->row, w->col);
        if (strcmp(about->well, "-") == 0) about->well[0] = 0;
        stm_text_copy(about->plate, sizeof about->plate, w->plate);
    }
}

static void off_plate(void *state, const char *element)
{
    struct walk *w = state;
    if (strcmp(element, "Well") == 0) w->row = w->col = -1;
    if (strcmp(element, "Plate") == 0) w->plate[0] = 0;
}

/* --- document --- */

bool stm_ome_is(const char *text)
{
    while (*text && (unsigned char)*text <= ' ')
        text++;
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) text += 3;
    return *text == '<' && (strstr(text, "<OME") || strstr(text, ":OME ") || strstr(text, ":OME>"));
}

bool stm_ome_parse(struct stm_ome *ome, const char *text, size_t n, const char *file_name, char *why,
                   size_t why_size)
{
    static const struct stm_xml_handler images = {on_begin, on_text, on_end},
                                        plates = {on_plate, NULL, off_plate};
    struct walk *w = calloc(1, sizeof *w);
    *ome = (struct stm_ome){0};
    stm_metadata_begin(&ome->about);
    if (!w) return snprintf(why, why_size, "no memory") < 0;
    w->found = ome;
    w->file_name = file_name;
    w->row = w->col = -1;
    bool ok = stm_xml_parse(text, n, &images, w, why, why_size);
    if (ok && w->failed) ok = snprintf(why, why_size, "no memory") < 0;
    if (ok && w->chosen) ok = stm_xml_parse(text, n, &plates, w, why, why_size);
    stm_ome_free(&w->now);
    free(w);
    return ok;
}

void stm_ome_free(struct stm_ome *ome)
{
    free(ome->data);
    memset(ome, 0, sizeof *ome);
}
