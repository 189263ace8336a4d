/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/param.h"

#include "pipeline/core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *field(const struct stm_param *row, void *params)
{
    return (char *)params + row->offset;
}

static const void *cfield(const struct stm_param *row, const void *params)
{
    return (const char *)params + row->offset;
}

static void set_number(const struct stm_param *row, void *params, double value)
{
    void *const at = field(row, params);
    if (row->kind == STM_KIND_REAL)
        *(double *)at = value;
    else if (row->kind == STM_KIND_BOOL)
        *(bool *)at = value != 0;
    else
        *(int *)at = (int)value;
}

static double get_number(const struct stm_param *row, const void *params)
{
    const void *const at = cfield(row, params);
    if (row->kind == STM_KIND_REAL) return *(const double *)at;
    if (row->kind == STM_KIND_BOOL) return *(const bool *)at;
    return *(const int *)at;
}

void stm_param_defaults(const struct stm_param *rows, void *params)
{
    for (const struct stm_param *row = rows; row && row->name; row++) {
        if (row->kind == STM_KIND_TEXT)
            stm_text_copy(field(row, params), STM_PARAM_TEXT, row->text);
        else
            set_number(row, params, row->value);
    }
}

const struct stm_param *stm_param_find(const struct stm_param *rows, const char *name)
{
    for (const struct stm_param *row = rows; row && row->name; row++)
        if (!strcmp(row->name, name)) return row;
    return NULL;
}

char *stm_param_range(const struct stm_param *row, char *out, size_t size)
{
    struct stm_string s = {0};
    char lo[32], hi[32];
    switch (row->kind) {
    case STM_KIND_REAL:
    case STM_KIND_INT:
        snprintf(lo, sizeof lo, "%.10g", row->lo);
        snprintf(hi, sizeof hi, "%.10g", row->hi);
        stm_string_addf(&s, "%s to %s%s%s", lo, hi, *row->unit ? " " : "", row->unit);
        break;
    case STM_KIND_BOOL:
        stm_string_add(&s, "yes | no");
        break;
    case STM_KIND_TEXT:
        stm_string_addf(&s, "text of up to %d bytes", STM_PARAM_TEXT - 1);
        break;
    case STM_KIND_CHOICE:
        for (int i = 0; row->choices[i]; i++)
            stm_string_addf(&s, "%s%s", i ? " | " : "", row->choices[i]);
        break;
    }
    stm_text_copy(out, size, s.text ? s.text : "");
    stm_string_free(&s);
    return out;
}

static bool unknown_name(const struct stm_param *rows, const char *name, struct stm_error *err)
{
    const char *names[64];
    size_t n = 0;
    for (const struct stm_param *row = rows; row && row->name && n < 64; row++)
        names[n++] = row->name;
    const char *const near = stm_text_nearest(name, names, n);
    return stm_fail(err, STM_USAGE, "there is no parameter '%s'%s%s%s", name, near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
}

/* false when `value` is not one of the words or numbers this row allows */
static bool parse(const struct stm_param *row, const char *value, double *number)
{
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    if (row->kind == STM_KIND_REAL || row->kind == STM_KIND_INT)
        return stm_text_to_double(value, number) && *number >= row->lo && *number <= row->hi &&
               (row->kind == STM_KIND_REAL || *number == floor(*number));
    if (row->kind == STM_KIND_BOOL) {
        for (int i = 0; i < 4; i++)
            if (!stm_text_casecmp(value, yes[i]) || !stm_text_casecmp(value, no[i]))
                return *number = !stm_text_casecmp(value, yes[i]), true;
        return false;
    }
    for (int i = 0; row->choices[i]; i++)
        if (!strcmp(row->choices[i], value)) return *number = i, true;
    return false;
}

bool stm_param_set(const struct stm_param *rows, void *params, const char *name, const char *value,
                   struct stm_error *err)
{
    const struct stm_param *const row = stm_param_find(rows, name);
    char range[256];
    double number;
    if (!row) return unknown_name(rows, name, err);
    if (row->kind == STM_KIND_TEXT) {
        if (stm_text_copy(field(row, params), STM_PARAM_TEXT, value)) return true;
        return stm_fail(err, STM_USAGE, "%s: the value is longer than %d bytes", name, STM_PARAM_TEXT - 1);
    }
    if (!parse(row, value, &number))
        return stm_fail(err, STM_USAGE, "%s = '%s' is not allowed; it takes %s", name, value,
                        stm_param_range(row, range, sizeof range));
    set_number(row, params, number);
    return true;
}

char *stm_param_get(const struct stm_param *row, const void *params, char *out, size_t size)
{
    const double v = row->kind == STM_KIND_TEXT ? 0 : get_number(row, params);
    switch (row->kind) {
    case STM_KIND_TEXT:
        stm_text_copy(out, size, cfield(row, params));
        break;
    case STM_KIND_BOOL:
        stm_text_copy(out, size, v != 0 ? "yes" : "no");
        break;
    case STM_KIND_CHOICE:
        stm_text_copy(out, size, row->choices[(int)v]);
        break;
    default:
        for (int digits = 6; digits <= 17;
             digits++) { /* the shortest text that reads back to the same value */
            snprintf(out, size, "%.*g", digits, v);
            if (strtod(out, NULL) == v) break;
        }
    }
    return out;
}

bool stm_param_is_default(const struct stm_param *row, const void *params)
{
    if (row->kind == STM_KIND_TEXT) return !strcmp(cfield(row, params), row->text);
    return get_number(row, params) == row->value;
}
