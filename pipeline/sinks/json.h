/* JSON as text (RFC 8259), safe inside a script element too. */
#ifndef STM_SINKS_JSON_H
#define STM_SINKS_JSON_H

#include "pipeline/core/text.h"

#include <stdint.h>

/* What is being written to the end of `out`; start from {.out = &text}. In arrays keys are NULL. */
struct stm_json {
    struct stm_string *out;
    bool pretty; /* one entry a line, indented */
    int depth;
    bool begun; /* the innermost object or array has an entry already */
};

void stm_json_open(struct stm_json *json, const char *key, char bracket);                 /* '{' or '[' */
void stm_json_close(struct stm_json *json, char bracket);                                 /* '}' or ']' */
void stm_json_text(struct stm_json *json, const char *key, const char *text);             /* NULL = null */
void stm_json_number(struct stm_json *json, const char *key, double value, int decimals); /* NaN = null */
void stm_json_integer(struct stm_json *json, const char *key, int64_t value);
void stm_json_bool(struct stm_json *json, const char *key, bool value);

/* The parts of `text` between newlines, as an array of texts. */
void stm_json_lines(struct stm_json *json, const char *key, const char *text);

/* One string literal with its quotes. "<", ">", "&" and what JavaScript takes for a line end are escaped, so
 * that it neither ends a script element nor a line; what is not UTF-8 becomes U+FFFD. */
void stm_json_quote(struct stm_string *out, const char *text);

#endif
