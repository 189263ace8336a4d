/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/json_meta.h"

#include "pipeline/core/json_read.h"
#include "pipeline/core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SIDECAR = 1 << 20 }; /* bytes */

/* --- tifffile --- */

static bool take_shape(struct stm_shape *shape, const struct stm_json_value *root)
{
    const struct stm_json_value *sizes = stm_json_get(root, "shape");
    const size_t n = stm_json_is_array(sizes) ? stm_json_size(sizes) : 0;
    const char *axes;
    int64_t size;
    if (n < 2 || n > STM_SHAPE_AXES) return false;
    shape->n = (int)n;
    for (size_t i = 0; i < n; i++) {
        if (!stm_json_get_integer(stm_json_at(sizes, i, NULL), &size) || size < 1 || size > 1 << 30)
            return false;
        shape->size[i] = (int)size;
    }
    if (stm_json_get_text(stm_json_get(root, "axes"), &axes) && strlen(axes) == n)
        stm_text_copy(shape->axes, sizeof shape->axes, axes);
    return true;
}

bool stm_shape_parse(struct stm_shape *shape, const char *text)
{
    struct stm_json_value *root;
    struct stm_error ignored;
    *shape = (struct stm_shape){0};
    if (text[0] != '{' || !strstr(text, "\"shape\"")) return false;
    if (!stm_json_parse(&root, text, strlen(text), &ignored)) return false;
    const bool ok = take_shape(shape, root);
    stm_json_free(&root);
    return ok;
}

/* --- Micro-Manager --- */

/* Numbers may be written as text. */
static double number_of(const struct stm_json_value *value)
{
    const char *text;
    double number = (double)NAN;
    if (stm_json_get_text(value, &text)) return stm_text_to_double(text, &number) ? number : (double)NAN;
    return stm_json_get_number(value, &number) ? number : (double)NAN;
}

void stm_micromanager_parse(struct stm_metadata *about, const char *text, size_t n)
{
    struct stm_json_value *root;
    struct stm_error ignored;
    const char *channel;
    while (n > 0 && text[n - 1] == 0)
        n--;
    if (!stm_json_parse(&root, text, n, &ignored)) return;
    const double um = stm_metadata_plausible_um(number_of(stm_json_get(root, "PixelSizeUm")));
    const double bits = number_of(stm_json_get(root, "BitDepth"));
    if (um > 0) about->pixel_um = um;
    if (bits >= 1 && bits <= 16) about->declared_bits = (int)bits;
    if (stm_json_get_text(stm_json_get(root, "Channel"), &channel) && about->names == 0)
        stm_metadata_name(about, 0, channel);
    stm_json_free(&root);
}

/* --- sidecar --- */

static void take_size(struct stm_metadata *about, double um, char *why, size_t why_size)
{
    about->pixel_um = stm_metadata_plausible_um(um);
    if (isnan(about->pixel_um))
        snprintf(why, why_size, "a spatial_calibration of %g micrometres a pixel is not plausible", um);
}

static bool take_sidecar(struct stm_metadata *about, const struct stm_json_value *root, char *why,
                         size_t why_size)
{
    const struct stm_json_value *channels = stm_json_get(root, "channels");
    const size_t n = stm_json_is_array(channels) ? stm_json_size(channels) : 0;
    double um;
    const bool size = stm_json_get_number(stm_json_get(root, "spatial_calibration"), &um);
    if (size) take_size(about, um, why, why_size);
    for (size_t i = 0; i < n && i < STM_METADATA_NAMES; i++) {
        const char *name = "";
        stm_json_get_text(stm_json_at(channels, i, NULL), &name);
        stm_metadata_name(about, (int)i, name);
    }
    return size || n > 0; /* else it is another program's file */
}

/* <folder>/<stem>.json, to be freed. */
static char *sidecar_path(const char *path)
{
    const char *dot = strrchr(stm_text_basename(path), '.');
    const size_t stem = dot ? (size_t)(dot - path) : strlen(path);
    char *name = malloc(stem + sizeof ".json");
    if (!name) return NULL;
    memcpy(name, path, stem);
    memcpy(name + stem, ".json", sizeof ".json");
    return name;
}

bool stm_sidecar_read(struct stm_metadata *about, const char *path, char *why, size_t why_size)
{
    struct stm_json_value *root = NULL;
    struct stm_error err = {0};
    char *name = sidecar_path(path);
    bool ok = false;
    stm_metadata_begin(about);
    why[0] = 0;
    if (name && access(name, F_OK) == 0) {
        if (stm_json_read(&root, name, MAX_SIDECAR, &err))
            ok = take_sidecar(about, root, why, why_size);
        else
            snprintf(why, why_size, "%.*s", (int)why_size - 1, err.message);
    }
    stm_json_free(&root);
    free(name);
    return ok;
}
