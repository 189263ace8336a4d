/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/json_meta.h"

#include "pipeline/core/text.h"
#include "pipeline/io/input.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIDECAR = 1 << 20 }; /* bytes */

static int bounded(const json_t *value)
{
    const json_int_t n = json_integer_value(value);
    return n >= 1 && n <= 1 << 30 ? (int)n : 0;
}

/* --- tifffile
 * -------------------------------------------------------------------------------------------------- */

static bool take_shape(struct stm_shape *shape, const json_t *root)
{
    const json_t *sizes = json_object_get(root, "shape");
    const size_t n = json_array_size(sizes);
    const char *axes = json_string_value(json_object_get(root, "axes"));
    if (n < 2 || n > STM_SHAPE_AXES) return false;
    shape->n = (int)n;
    for (size_t i = 0; i < n; i++)
        if ((shape->size[i] = bounded(json_array_get(sizes, i))) == 0) return false;
    if (axes && strlen(axes) == n) stm_text_copy(shape->axes, sizeof shape->axes, axes);
    return true;
}

bool stm_shape_parse(struct stm_shape *shape, const char *text)
{
    *shape = (struct stm_shape){0};
    if (text[0] != '{' || !strstr(text, "\"shape\"")) return false;
    json_t *root = json_loads(text, 0, NULL);
    const bool ok = take_shape(shape, root);
    json_decref(root);
    return ok;
}

/* --- Micro-Manager
 * --------------------------------------------------------------------------------------------- */

/* Numbers may be written as text. */
static double number_of(const json_t *value)
{
    double number = (double)NAN;
    if (json_is_string(value))
        return stm_text_to_double(json_string_value(value), &number) ? number : (double)NAN;
    return json_is_number(value) ? json_number_value(value) : number;
}

void stm_micromanager_parse(struct stm_metadata *about, const char *text, size_t n)
{
    json_t *root = json_loadb(text, n, JSON_DISABLE_EOF_CHECK, NULL);
    const double um = stm_metadata_plausible_um(number_of(json_object_get(root, "PixelSizeUm")));
    const double bits = number_of(json_object_get(root, "BitDepth"));
    const char *channel = json_string_value(json_object_get(root, "Channel"));
    if (um > 0) about->pixel_um = um;
    if (bits >= 1 && bits <= 16) about->declared_bits = (int)bits;
    if (channel && about->names == 0) stm_metadata_name(about, 0, channel);
    json_decref(root);
}

/* --- sidecar
 * --------------------------------------------------------------------------------------------------- */

static bool take_sidecar(struct stm_metadata *about, const json_t *root, char *why, size_t why_size)
{
    const json_t *channels = json_object_get(root, "channels"),
                 *size = json_object_get(root, "spatial_calibration");
    const size_t n = json_array_size(channels);
    if (n == 0 && !json_is_number(size)) return false; /* another program's file */
    about->pixel_um = json_is_number(size) ? stm_metadata_plausible_um(json_number_value(size)) : (double)NAN;
    if (json_is_number(size) && isnan(about->pixel_um))
        snprintf(why, why_size, "a spatial_calibration of %g micrometres a pixel is not plausible",
                 json_number_value(size));
    for (size_t i = 0; i < n && i < STM_METADATA_NAMES; i++) {
        const char *name = json_string_value(json_array_get(channels, i));
        stm_metadata_name(about, (int)i, name ? name : "");
    }
    return true;
}

static bool parse_sidecar(struct stm_metadata *about, const char *text, size_t n, char *why, size_t why_size)
{
    json_error_t error;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    const bool ok = root && take_sidecar(about, root, why, why_size);
    if (!root) snprintf(why, why_size, "line %d: %.80s", error.line, error.text);
    json_decref(root);
    return ok;
}

static bool load(struct stm_metadata *about, const struct stm_input *input, char *why, size_t why_size)
{
    if (input->size > MAX_SIDECAR) return false;
    char *text = malloc((size_t)input->size);
    const size_t n = text ? stm_input_some(input, 0, text, (size_t)input->size) : 0;
    const bool ok = n == input->size && parse_sidecar(about, text, n, why, why_size);
    free(text);
    return ok;
}

bool stm_sidecar_read(struct stm_metadata *about, const char *path, char *why, size_t why_size)
{
    struct stm_input input;
    struct stm_error ignored;
    const char *dot = strrchr(stm_text_basename(path), '.');
    const size_t stem = dot ? (size_t)(dot - path) : strlen(path);
    char *name = malloc(stem + sizeof ".json");
    bool ok = false;
    stm_metadata_begin(about);
    why[0] = 0;
    if (!name) return false;
    memcpy(name, path, stem);
    memcpy(name + stem, ".json", sizeof ".json");
    if (stm_input_open(&input, name, &ignored)) {
        ok = load(about, &input, why, why_size);
        stm_input_close(&input);
    }
    free(name);
    return ok;
}
