/* Reading JSON (RFC 8259) within limits. The only file that uses jansson. */
#ifndef STM_CORE_JSON_READ_H
#define STM_CORE_JSON_READ_H

#include "pipeline/core/error.h"

#include <stddef.h>
#include <stdint.h>

/* A value of a document. Belongs to the document; functions take NULL as "not there" and then say so.
 * Read-only: any number of threads may look. */
struct stm_json_value;

/* Reads a file of at most `limit` bytes whose outermost value is an object or an array. Names given twice in
 * one object are an error. Errors name line and column. Free the outermost value with stm_json_free. */
bool stm_json_read(struct stm_json_value **document, const char *path, size_t limit, struct stm_error *err);

/* The same for `n` bytes in memory. */
bool stm_json_parse(struct stm_json_value **document, const char *text, size_t n, struct stm_error *err);
void stm_json_free(struct stm_json_value **document); /* sets it to NULL; an empty one is fine */

/* The member called `key` of an object, NULL when there is none. */
const struct stm_json_value *stm_json_get(const struct stm_json_value *object, const char *key);

/* Members of an object or array, and the one at `index`, in the order of the file; *key (may be NULL) is its
 * name, "" in arrays. Walking an object costs the square of its members: for small ones. */
size_t stm_json_size(const struct stm_json_value *value);
const struct stm_json_value *stm_json_at(const struct stm_json_value *value, size_t index, const char **key);

/* What the value is; false when it is something else. */
bool stm_json_is_object(const struct stm_json_value *value);
bool stm_json_is_array(const struct stm_json_value *value);
bool stm_json_get_text(const struct stm_json_value *value, const char **text);
bool stm_json_get_number(const struct stm_json_value *value, double *number); /* integers too */
bool stm_json_get_integer(const struct stm_json_value *value, int64_t *number);
bool stm_json_get_bool(const struct stm_json_value *value, bool *truth);

#endif
