/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/json_read.h"

#include "pipeline/core/file.h"

#include <jansson.h>
#include <stdlib.h>

/* The header's type is jansson's under another name. */
static const json_t *in(const struct stm_json_value *value)
{
    return (const json_t *)value;
}

static const struct stm_json_value *out(const json_t *value)
{
    return (const struct stm_json_value *)value;
}

bool stm_json_parse(struct stm_json_value **document, const char *text, size_t n, struct stm_error *err)
{
    json_error_t error;
    json_t *const value = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    *document = (struct stm_json_value *)value;
    if (value) return true;
    if (json_error_code(&error) == json_error_out_of_memory)
        return stm_fail(err, STM_NO_MEMORY, "no memory to read JSON of %zu bytes", n);
    return stm_fail(err, STM_BAD_INPUT, "is not valid JSON at line %d, column %d: %s", error.line,
                    error.column, error.text);
}

bool stm_json_read(struct stm_json_value **document, const char *path, size_t limit, struct stm_error *err)
{
    char *text;
    size_t n;
    *document = NULL;
    if (!stm_file_read_all(path, limit, &text, &n, err)) return false;
    const bool good = stm_json_parse(document, text, n, err) || stm_fail_file(err, path);
    free(text);
    return good;
}

void stm_json_free(struct stm_json_value **document)
{
    json_decref((json_t *)*document);
    *document = NULL;
}

const struct stm_json_value *stm_json_get(const struct stm_json_value *object, const char *key)
{
    return out(json_object_get(in(object), key));
}

size_t stm_json_size(const struct stm_json_value *value)
{
    return json_is_array(in(value)) ? json_array_size(in(value)) : json_object_size(in(value));
}

const struct stm_json_value *stm_json_at(const struct stm_json_value *value, size_t index, const char **key)
{
    if (key) *key = "";
    if (!json_is_object(in(value))) return out(json_array_get(in(value), index));
    json_t *const object = (json_t *)value; /* jansson's iterators are not const; they change nothing */
    void *at = json_object_iter(object);
    while (at && index-- > 0)
        at = json_object_iter_next(object, at);
    if (!at) return NULL;
    if (key) *key = json_object_iter_key(at);
    return out(json_object_iter_value(at));
}

bool stm_json_is_object(const struct stm_json_value *value)
{
    return json_is_object(in(value));
}

bool stm_json_is_array(const struct stm_json_value *value)
{
    return json_is_array(in(value));
}

bool stm_json_get_text(const struct stm_json_value *value, const char **text)
{
    if (!json_is_string(in(value))) return false;
    *text = json_string_value(in(value));
    return true;
}

bool stm_json_get_number(const struct stm_json_value *value, double *number)
{
    if (!json_is_number(in(value))) return false;
    *number = json_number_value(in(value));
    return true;
}

bool stm_json_get_integer(const struct stm_json_value *value, int64_t *number)
{
    if (!json_is_integer(in(value))) return false;
    *number = json_integer_value(in(value));
    return true;
}

bool stm_json_get_bool(const struct stm_json_value *value, bool *truth)
{
    if (!json_is_boolean(in(value))) return false;
    *truth = json_is_true(in(value));
    return true;
}
