/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/override.h"

#include "pipeline/audit/table.h"
#include "pipeline/audit/tree.h"
#include "pipeline/core/text.h"

#include <string.h>

enum { KEYS = 5, VALUE = 512 };

/* The keys of a spec, and the column (or two) that a value may stand in. */
static const struct {
    const char *name, *column, *other;
} keys[KEYS] = {
    {"plate", "Metadata_Plate", NULL},    {"well", "Metadata_Well", NULL},  {"site", "Metadata_Site", NULL},
    {"image", "ImageNumber", "FileName"}, {"object", "ObjectNumber", NULL},
};

struct spec {
    char value[KEYS][VALUE];
    bool given[KEYS];
};

static bool take(struct spec *s, const char *part, size_t n, struct stm_error *err)
{
    const char *const equals = memchr(part, '=', n);
    for (int k = 0; equals && k < KEYS; k++) {
        const size_t length = n - (size_t)(equals + 1 - part);
        if (strlen(keys[k].name) != (size_t)(equals - part) ||
            memcmp(keys[k].name, part, strlen(keys[k].name)))
            continue;
        if (length >= VALUE) break;
        memcpy(s->value[k], equals + 1, length);
        s->value[k][length] = '\0';
        s->given[k] = true;
        return true;
    }
    return stm_fail(
        err, STM_USAGE,
        "an object is given as well=B03,image=FILE,object=17 (keys: plate, well, site, image, object), "
        "not '%.*s'",
        (int)n, part);
}

static bool parse(struct spec *s, const char *text, struct stm_error *err)
{
    memset(s, 0, sizeof *s);
    for (;;) {
        const size_t n = strcspn(text, ",");
        if (!take(s, text, n, err)) return false;
        if (!text[n]) break;
        text += n + 1;
    }
    return s->given[KEYS - 1] ||
           stm_fail(err, STM_USAGE, "which object of the image? object=NUMBER is missing");
}

static bool fits(const struct stm_table *t, const struct spec *s)
{
    char text[VALUE];
    struct stm_error ignored;
    for (int k = 0; k < KEYS; k++) {
        if (!s->given[k]) continue;
        const bool first =
            stm_table_text_of(t, keys[k].column, text, sizeof text, &ignored) && !strcmp(text, s->value[k]);
        const bool second = !first && keys[k].other &&
                            stm_table_text_of(t, keys[k].other, text, sizeof text, &ignored) &&
                            !strcmp(text, s->value[k]);
        if (!first && !second) return false;
    }
    return true;
}

static bool read_object(const struct stm_table *t, struct stm_override_object *o, struct stm_error *err)
{
    o->image = (long)stm_table_number(t, stm_table_find(t, "ImageNumber"));
    o->object = (long)stm_table_number(t, stm_table_find(t, "ObjectNumber"));
    return stm_table_text_of(t, "Metadata_Plate", o->plate, sizeof o->plate, err) &&
           stm_table_text_of(t, "Metadata_Well", o->well, sizeof o->well, err) &&
           stm_table_text_of(t, "Metadata_Site", o->site, sizeof o->site, err) &&
           stm_table_text_of(t, "Class", o->class, sizeof o->class, err);
}

bool stm_override_find(const char *directory, const char *text, struct stm_override_object *object,
                       struct stm_error *err)
{
    char path[STM_PATH];
    struct spec spec;
    struct stm_table *t;
    bool row = true;
    size_t found = 0;
    if (!parse(&spec, text, err) || !stm_tree_path(path, directory, "objects.csv", err) ||
        !stm_table_open(&t, path, err))
        return false;
    bool good = true;
    while (good && (good = stm_table_next(t, &row, err)) && row)
        if (fits(t, &spec) && found++ == 0) good = read_object(t, object, err);
    stm_table_close(&t);
    if (!good || found == 1) return good;
    if (!found) return stm_fail(err, STM_USAGE, "no object fits '%s'", text);
    return stm_fail(err, STM_USAGE, "%zu objects fit '%s': give well, site or image as well", found, text);
}
