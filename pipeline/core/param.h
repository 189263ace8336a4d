/* Parameter tables: one row a parameter, from which parsing, checks, help, docs and errors come. */
#ifndef STM_CORE_PARAM_H
#define STM_CORE_PARAM_H

#include "pipeline/core/error.h"

#include <stddef.h>

enum stm_kind { STM_KIND_REAL, STM_KIND_INT, STM_KIND_BOOL, STM_KIND_CHOICE, STM_KIND_TEXT };
enum { STM_PARAM_TEXT = 256 }; /* bytes of a text parameter */

/* A row describes one field of a plain struct. Tables end with a row whose name is NULL. */
struct stm_param {
    const char *name; /* lower_case, ends in its unit when it has one: sigma_um */
    const char *unit; /* "um", "um2", "px", "counts", "" */
    const char *help; /* one line */
    enum stm_kind kind;
    double lo, hi, value;       /* range and default; for choices value is the index */
    const char *const *choices; /* NULL-ended, for STM_KIND_CHOICE */
    const char *text;           /* default of STM_KIND_TEXT */
    size_t offset;
};

/* Rows; a field of the wrong type does not compile. */
#define STM_FIELD(T, field, type)                                                                            \
    (offsetof(struct T, field) + 0 * sizeof((type *)0 == &((struct T *)0)->field))
#define STM_REAL(T, field, unit, lo, hi, value, help)                                                        \
    {                                                                                                        \
#field, unit, help, STM_KIND_REAL, lo, hi, value, NULL, NULL, STM_FIELD(T, field, double)            \
    }
#define STM_INT(T, field, unit, lo, hi, value, help)                                                         \
    {                                                                                                        \
#field, unit, help, STM_KIND_INT, lo, hi, value, NULL, NULL, STM_FIELD(T, field, int)                \
    }
#define STM_BOOL(T, field, value, help)                                                                      \
    {                                                                                                        \
#field, "", help, STM_KIND_BOOL, 0, 1, value, NULL, NULL, STM_FIELD(T, field, bool)                  \
    }
#define STM_CHOICE(T, field, choices, value, help)                                                           \
    {                                                                                                        \
#field, "", help, STM_KIND_CHOICE, 0, 0, value, choices, NULL, STM_FIELD(T, field, int)              \
    }
#define STM_TEXT(T, field, text, help)                                                                       \
    {                                                                                                        \
#field, "", help, STM_KIND_TEXT, 0, 0, 0, NULL, text, offsetof(struct T, field)                      \
    } /* char field[STM_PARAM_TEXT] */

/* Fills `params` with the defaults of `rows`. */
void stm_param_defaults(const struct stm_param *rows, void *params);

/* Sets one parameter from text; errors name the range or the allowed words, and the nearest name. */
bool stm_param_set(const struct stm_param *rows, void *params, const char *name, const char *value,
                   struct stm_error *err);

/* The value as text that stm_param_set reads back to the same value. Returns `out`. */
char *stm_param_get(const struct stm_param *row, const void *params, char *out, size_t size);
bool stm_param_is_default(const struct stm_param *row, const void *params);

/* The row called `name`, or NULL. */
const struct stm_param *stm_param_find(const struct stm_param *rows, const char *name);

/* "0.1 to 50 um", "otsu | local", "yes | no": the allowed values for help and errors. Returns `out`. */
char *stm_param_range(const struct stm_param *row, char *out, size_t size);

#endif
