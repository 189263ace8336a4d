/* The pattern language for file names: literals, {fields} and [optional parts]. One matcher serves the
 * built-in conventions and what users give as --pattern. docs/plates.md describes the language. */
#ifndef STM_PATTERN_H
#define STM_PATTERN_H

#include "pipeline/core/error.h"

#include <stddef.h>
#include <stdint.h>

enum {
    STM_PATTERN_TEXT = 256,    /* bytes of a pattern, with its NUL */
    STM_PATTERN_TOKENS = 64,   /* literals, fields and brackets of a pattern */
    STM_PATTERN_SUBJECT = 1024 /* bytes of a name that is matched, with its NUL */
};

/* What a field's text is used for. */
enum stm_capture {
    STM_CAPTURE_NONE,
    STM_CAPTURE_PLATE,
    STM_CAPTURE_WELL,
    STM_CAPTURE_ROW,
    STM_CAPTURE_COL,
    STM_CAPTURE_SITE,
    STM_CAPTURE_CHANNEL,
    STM_CAPTURE_Z,
    STM_CAPTURE_T,
    STM_CAPTURE_TIME
};

/* What {name} may be written as, for the documentation and for error messages. Ends with a NULL name. */
struct stm_pattern_field {
    const char *name;
    enum stm_capture capture;
    uint8_t shape; /* how its text looks when nothing follows the name */
    const char *help;
};
extern const struct stm_pattern_field stm_pattern_fields[];

struct stm_pattern_token {
    uint8_t kind, shape, capture;
    uint8_t greedy;        /* takes as much as it can */
    uint16_t text, length; /* literal, or what the field's text begins with, or the time template */
    uint16_t close;        /* of an opening bracket: index of the closing one */
};

/* A compiled pattern. Plain data; read-only once compiled, so any number of threads may match with it. */
struct stm_pattern {
    char text[STM_PATTERN_TEXT];
    struct stm_pattern_token token[STM_PATTERN_TOKENS];
    int n;
    int folders; /* how many folder names it looks at, before the file's name */
};

/* Bytes [begin, end) of the subject that a token took; begin < 0 when it took no part. */
struct stm_pattern_span {
    int begin, end;
};

/* Compiles `text`. Errors say which part is wrong and what is allowed. */
bool stm_pattern_compile(struct stm_pattern *pattern, const char *text, struct stm_error *err);

/* Matches the whole of `subject` (ASCII case ignored) and fills one span per token. Time and memory grow with
 * the product of name and pattern length, whatever they contain. False when it does not match, or when the
 * subject is STM_PATTERN_SUBJECT bytes or longer. */
bool stm_pattern_match(const struct stm_pattern *pattern, const char *subject,
                       struct stm_pattern_span span[STM_PATTERN_TOKENS]);

/* True when some field of the pattern is used for `capture`. */
bool stm_pattern_has(const struct stm_pattern *pattern, enum stm_capture capture);

/* The number that `n` digits stand for, INT_MAX at most; minutes that `text` says in the form of a time
 * template (since 2000-01-01 when the template has a year), -1 when it is no such time. */
int stm_pattern_number(const char *text, size_t n);
int stm_pattern_minutes(const char *form, const char *text, size_t n);

/* How a field's text looks: shared by the compiler and the matcher. */
enum stm_pattern_kind { STM_TOKEN_LITERAL, STM_TOKEN_FIELD, STM_TOKEN_OPEN, STM_TOKEN_CLOSE };
enum stm_pattern_shape {
    STM_SHAPE_EXACT,  /* nothing beyond what it begins with */
    STM_SHAPE_DIGITS, /* the run shapes: one or more bytes of a class */
    STM_SHAPE_WORD,
    STM_SHAPE_ANY,
    STM_SHAPE_SKIP,
    STM_SHAPE_WELL, /* the bounded shapes: checked as a whole */
    STM_SHAPE_WELL2,
    STM_SHAPE_ROW,
    STM_SHAPE_COL,
    STM_SHAPE_ROLE,
    STM_SHAPE_GUID,
    STM_SHAPE_TIME
};

#endif
