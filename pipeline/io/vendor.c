/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/vendor.h"

#include "pipeline/core/text.h"
#include "pipeline/core/xml.h"
#include "pipeline/io/json_meta.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEXT = 1 << 20 }; /* bytes of a private tag that are looked at */

/* Unsigned number of `size` bytes at `at`; 0 beyond the end of the file. */
static uint64_t number_at(const struct stm_vendor_file *file, uint64_t at, int size)
{
    uint8_t bytes[8] = {0};
    if (stm_input_some(file->input, at, bytes, (size_t)size) < (size_t)size) return 0;
    return stm_tiff_number(file->pages, bytes, size);
}

static double double_at(const struct stm_vendor_file *file, uint64_t at)
{
    const uint64_t bits = number_at(file, at, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double rational_at(const struct stm_vendor_file *file, uint64_t at)
{
    const double below = (double)number_at(file, at + 4, 4);
    return below > 0 ? (double)number_at(file, at, 4) / below : (double)NAN;
}

/* Text preceded by its length. */
static void text_at(const struct stm_vendor_file *file, uint64_t at, char *out, size_t size)
{
    const uint64_t length = number_at(file, at, 4);
    const size_t n = length < size ? (size_t)length : size - 1;
    out[stm_input_some(file->input, at + 4, out, n)] = 0;
}

static void set_pixel(struct stm_metadata *about, double um)
{
    const double plausible = stm_metadata_plausible_um(um);
    if (plausible > 0) about->pixel_um = plausible;
}

/* --- MetaMorph: UIC1 (33628) is pairs of a number and a value or its place; UIC2 (33629) has a record for
 * each plane of a stack --- */

static void read_uic1(const struct stm_vendor_file *file, struct stm_tiff_entry e, struct stm_metadata *about,
                      struct stm_vendor_axes *axes)
{
    enum { CALIBRATED = 3, X_CALIBRATION = 4, UNITS = 6, NAME = 7, MOST = 256 };
    double x = (double)NAN;
    char units[32] = "", name[STM_METADATA_NAME] = "";
    bool calibrated = false;
    (void)axes;
    for (uint64_t i = 0; i < e.count && i < MOST; i++) {
        const uint64_t id = number_at(file, e.value + 8 * i, 4),
                       value = number_at(file, e.value + 8 * i + 4, 4);
        if (id == CALIBRATED) calibrated = value != 0;
        if (id == X_CALIBRATION) x = rational_at(file, value);
        if (id == UNITS) text_at(file, value, units, sizeof units);
        if (id == NAME) text_at(file, value, name, sizeof name);
    }
    if (calibrated) set_pixel(about, x * stm_metadata_unit_um(units));
    if (name[0] && about->names == 0) stm_metadata_name(about, 0, name);
}

/* Records of six LONGs: z distance as a rational, then dates. Planes at different heights are a z stack. */
static void read_uic2(const struct stm_vendor_file *file, struct stm_tiff_entry e, struct stm_metadata *about,
                      struct stm_vendor_axes *axes)
{
    const int planes = e.count <= STM_TIFF_MAX_PAGES ? (int)e.count : 0;
    (void)about;
    if (planes < 2) return;
    const bool z = number_at(file, e.value + 24, 4) != 0;
    *axes = (struct stm_vendor_axes){.z = z ? planes : 1, .t = z ? 1 : planes, .stack = true};
}

/* --- NIS-Elements: 65326 is micrometres a pixel --- */

static void read_nis(const struct stm_vendor_file *file, struct stm_tiff_entry e, struct stm_metadata *about,
                     struct stm_vendor_axes *axes)
{
    enum { BYTE = 1, RATIONAL = 5, UNDEFINED = 7, DOUBLE = 12 };
    const bool bare = (e.type == BYTE || e.type == UNDEFINED) && e.count == sizeof(double);
    (void)axes;
    if (e.type == DOUBLE || bare) set_pixel(about, double_at(file, e.value));
    if (e.type == RATIONAL) set_pixel(about, rational_at(file, e.value));
}

/* --- Zeiss LSM: 34412 begins with a magic number and a record of sizes --- */

static void read_lsm(const struct stm_vendor_file *file, struct stm_tiff_entry e, struct stm_metadata *about,
                     struct stm_vendor_axes *axes)
{
    enum { MAGIC_13 = 0x00300494c, MAGIC_20 = 0x00400494c, Z = 16, T = 24, VOXEL_X = 40 };
    const uint64_t magic = number_at(file, e.value, 4), z = number_at(file, e.value + Z, 4),
                   t = number_at(file, e.value + T, 4);
    if (magic != MAGIC_13 && magic != MAGIC_20) return;
    set_pixel(about, double_at(file, e.value + VOXEL_X) * 1e6);
    if (z >= 1 && t >= 1 && z <= STM_TIFF_MAX_PAGES && t <= STM_TIFF_MAX_PAGES)
        *axes = (struct stm_vendor_axes){.z = (int)z, .t = (int)t};
}

/* --- Micro-Manager: 51123 is JSON about the plane --- */

static void read_micromanager(const struct stm_vendor_file *file, struct stm_tiff_entry e,
                              struct stm_metadata *about, struct stm_vendor_axes *axes)
{
    (void)axes;
    if (e.count > MAX_TEXT) return;
    char *text = malloc((size_t)e.count + 1);
    if (text)
        stm_micromanager_parse(about, text, stm_input_some(file->input, e.value, text, (size_t)e.count));
    free(text);
}

/* --- all of them --- */

static const struct {
    uint16_t tag;
    void (*read)(const struct stm_vendor_file *, struct stm_tiff_entry, struct stm_metadata *,
                 struct stm_vendor_axes *);
} tags[] = {
    {33628, read_uic1}, {33629, read_uic2}, {34412, read_lsm}, {51123, read_micromanager}, {65326, read_nis}};

void stm_vendor_read(const struct stm_vendor_file *file, struct stm_metadata *about,
                     struct stm_vendor_axes *axes)
{
    struct stm_tiff_entry entry;
    *axes = (struct stm_vendor_axes){0};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (stm_tiff_pages_find(file->pages, file->input, file->page, tags[i].tag, &entry))
            tags[i].read(file, entry, about, axes);
}

/* --- MetaXpress --- */

struct properties {
    double x;
    int camera_bits;
    char units[32], illumination[STM_METADATA_NAME], name[STM_METADATA_NAME];
};

static void on_property(void *state, const char *element, const char *const *attributes)
{
    struct properties *p = state;
    const char *id = stm_xml_attribute(attributes, "id", ""),
               *value = stm_xml_attribute(attributes, "value", "");
    if (strcmp(element, "prop") != 0) return;
    if (strcmp(id, "spatial-calibration-x") == 0) p->x = stm_xml_number(attributes, "value");
    if (strcmp(id, "spatial-calibration-units") == 0) stm_text_copy(p->units, sizeof p->units, value);
    if (strcmp(id, "camera-bit-depth") == 0) p->camera_bits = stm_xml_int(attributes, "value", 0);
    if (strcmp(id, "_IllumSetting_") == 0) stm_text_copy(p->illumination, sizeof p->illumination, value);
    if (strcmp(id, "image-name") == 0) stm_text_copy(p->name, sizeof p->name, value);
}

bool stm_metaxpress_parse(struct stm_metadata *about, const char *text)
{
    static const struct stm_xml_handler handler = {on_property, NULL, NULL};
    struct properties p = {.x = (double)NAN};
    char why[80];
    if (strncmp(text, "<MetaData>", 10) != 0) return false;
    stm_xml_parse(text, strlen(text), &handler, &p, why, sizeof why);
    set_pixel(about, p.x * stm_metadata_unit_um(p.units));
    if (p.camera_bits >= 1 && p.camera_bits < 16) about->declared_bits = p.camera_bits;
    const char *name = p.illumination[0] ? p.illumination : p.name;
    if (name[0] && about->names == 0) stm_metadata_name(about, 0, name);
    return true;
}
