/* Text without locale: numbers in and out, bounded copies, names compared, growing strings. */
#ifndef STM_CORE_TEXT_H
#define STM_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whole-string parses with '.' as the decimal point; false when anything is left over or out of range. */
bool stm_text_to_double(const char *text, double *value);
bool stm_text_to_long(const char *text, long *value);

/* `value` with `decimals` digits after the point ('.' always), "" for NaN. Returns `out`. */
char *stm_text_number(char *out, size_t size, double value, int decimals);

/* Copies what fits; true when everything did. */
bool stm_text_copy(char *out, size_t size, const char *text);

/* ASCII case-insensitive comparison, independent of the locale. */
int stm_text_casecmp(const char *a, const char *b);
bool stm_text_ends_with(const char *text, const char *suffix);

/* The entry of names[0..n) closest to `name` (begins with it, or edit distance at most a third of its
 * length + 1), or NULL. */
const char *stm_text_nearest(const char *name, const char *const *names, size_t n);

/* Last path component; the same without its last extension into `out`. */
const char *stm_text_basename(const char *path);
char *stm_text_stem(char *out, size_t size, const char *path);

/* A string that grows. `failed` is set, and stays set, once memory ran out; then text may be cut. */
struct stm_string {
    char *text;
    size_t length, capacity;
    bool failed;
};
void stm_string_add(struct stm_string *s, const char *text);
void stm_string_add_n(struct stm_string *s, const char *text, size_t n);
/* The same where the bytes may come from a file name: what is not UTF-8 becomes U+FFFD. */
void stm_string_add_utf8(struct stm_string *s, const char *text, size_t n);
/* The same between tags or quotes of HTML and XML: & < > " become entities. */
void stm_string_add_markup(struct stm_string *s, const char *text);
/* Bytes as base64 (RFC 4648), without line ends. */
void stm_string_add_base64(struct stm_string *s, const void *bytes, size_t n);
void stm_string_addf(struct stm_string *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void stm_string_free(struct stm_string *s);

#endif
