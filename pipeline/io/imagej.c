/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/imagej.h"

#include "pipeline/core/text.h"
#include "pipeline/io/metadata.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void set_count(int *out, const char *value)
{
    long n;
    if (stm_text_to_long(value, &n) && n >= 1 && n <= 1 << 30) *out = (int)n;
}

static void set_key(struct stm_imagej *it, const char *key, const char *value)
{
    if (strcmp(key, "images") == 0) set_count(&it->images, value);
    if (strcmp(key, "channels") == 0) set_count(&it->channels, value);
    if (strcmp(key, "slices") == 0) set_count(&it->slices, value);
    if (strcmp(key, "frames") == 0) set_count(&it->frames, value);
    if (strcmp(key, "unit") == 0) it->unit_um = stm_metadata_unit_um(value);
}

bool stm_imagej_parse(struct stm_imagej *it, const char *text)
{
    *it = (struct stm_imagej){.unit_um = (double)NAN};
    if (strncmp(text, "ImageJ=", 7) != 0) return false;
    for (const char *line = text; *line;) {
        char key[96];
        const size_t n = strcspn(line, "\r\n");
        snprintf(key, sizeof key, "%.*s", (int)(n < sizeof key ? n : sizeof key - 1), line);
        char *value = strchr(key, '=');
        if (value) {
            *value++ = 0;
            set_key(it, key, value);
        }
        line += n + strspn(line + n, "\r\n");
    }
    return true;
}
