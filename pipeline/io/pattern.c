/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compiler of the pattern language; pattern_match.c runs what it makes. */
#include "pipeline/io/pattern.h"

#include "pipeline/core/text.h"

#include <string.h>

const struct stm_pattern_field stm_pattern_fields[] = {
    {"plate", STM_CAPTURE_PLATE, STM_SHAPE_ANY, "name of the plate: any text, as short as possible"},
    {"well", STM_CAPTURE_WELL, STM_SHAPE_WELL,
     "well, A1 to AF48, zeros and spaces around it allowed; {well:2} only with a two-digit column"},
    {"row", STM_CAPTURE_ROW, STM_SHAPE_ROW, "row of the well, as letters (A to AF) or as a number (1 to 32)"},
    {"col", STM_CAPTURE_COL, STM_SHAPE_COL, "column of the well, 1 to 48"},
    {"site", STM_CAPTURE_SITE, STM_SHAPE_DIGITS,
     "field of view: digits; {site:*} any text; several in one pattern are joined by -"},
    {"channel", STM_CAPTURE_CHANNEL, STM_SHAPE_WORD,
     "channel: text without _; {channel:w#} w and digits; {channel:*} any text, as short as possible"},
    {"role", STM_CAPTURE_CHANNEL, STM_SHAPE_ROLE,
     "channel, but only a word known as a stain or a kind of light: DAPI, PI, phase, …"},
    {"z", STM_CAPTURE_Z, STM_SHAPE_DIGITS, "focal plane: digits"},
    {"t", STM_CAPTURE_T, STM_SHAPE_DIGITS, "time point: digits"},
    {"time", STM_CAPTURE_TIME, STM_SHAPE_TIME,
     "time: {time} is {time:DDdHHhMMm}; the capitals Y N D H M are digits of year, month, day, hour, minute"},
    {"digits", STM_CAPTURE_NONE, STM_SHAPE_DIGITS, "one or more digits, not used"},
    {"word", STM_CAPTURE_NONE, STM_SHAPE_WORD, "text without _, not used"},
    {"skip", STM_CAPTURE_NONE, STM_SHAPE_SKIP, "any text or none, not used"},
    {"guid", STM_CAPTURE_NONE, STM_SHAPE_GUID, "8-4-4-4-12 hexadecimal digits, not used"},
    {NULL, STM_CAPTURE_NONE, STM_SHAPE_EXACT, NULL},
};

enum { MAX_DEPTH = 8 };

/* Where the compiler is. */
struct parser {
    struct stm_pattern *pattern;
    const char *at;
    int open[MAX_DEPTH], depth; /* brackets not yet closed */
    struct stm_error *err;
};

static bool fail(const struct parser *p, const char *what)
{
    return stm_fail(p->err, STM_USAGE, "pattern '%s': %s at byte %d", p->pattern->text, what,
                    (int)(p->at - p->pattern->text) + 1);
}

static struct stm_pattern_token *add(struct parser *p, enum stm_pattern_kind kind)
{
    if (p->pattern->n == STM_PATTERN_TOKENS) {
        stm_fail(p->err, STM_USAGE, "pattern '%s' has more than %d parts; leave some to {skip}",
                 p->pattern->text, STM_PATTERN_TOKENS);
        return NULL;
    }
    struct stm_pattern_token *const token = &p->pattern->token[p->pattern->n++];
    *token = (struct stm_pattern_token){.kind = (uint8_t)kind, .text = (uint16_t)(p->at - p->pattern->text)};
    return token;
}

static bool parse_open(struct parser *p)
{
    if (p->depth == MAX_DEPTH) return fail(p, "brackets nested too deep");
    if (!add(p, STM_TOKEN_OPEN)) return false;
    p->open[p->depth++] = p->pattern->n - 1;
    p->at++;
    return true;
}

static bool parse_close(struct parser *p)
{
    if (p->depth == 0) return fail(p, "a ] without its [");
    if (!add(p, STM_TOKEN_CLOSE)) return false;
    p->pattern->token[p->open[--p->depth]].close = (uint16_t)(p->pattern->n - 1);
    p->at++;
    return true;
}

static bool parse_literal(struct parser *p)
{
    if (*p->at == '\\') p->at++;
    if (!*p->at) return fail(p, "nothing after the last backslash");
    struct stm_pattern_token *const token = add(p, STM_TOKEN_LITERAL);
    if (!token) return false;
    do {
        p->at++;
        token->length++;
    } while (*p->at && !strchr("{}[]\\", *p->at));
    return true;
}

static const struct stm_pattern_field *find_field(const char *name, size_t n)
{
    const struct stm_pattern_field *f = stm_pattern_fields;
    while (f->name && (strlen(f->name) != n || memcmp(f->name, name, n) != 0))
        f++;
    return f->name ? f : NULL;
}

static bool unknown_field(const struct parser *p, size_t n)
{
    const char *names[sizeof stm_pattern_fields / sizeof *stm_pattern_fields];
    char name[32];
    size_t count = 0;
    for (; stm_pattern_fields[count].name; count++)
        names[count] = stm_pattern_fields[count].name;
    stm_text_copy(name, n + 1 < sizeof name ? n + 1 : sizeof name, p->at + 1);
    const char *const nearest = stm_text_nearest(name, names, count);
    return stm_fail(p->err, STM_USAGE,
                    "pattern '%s': there is no field {%s}%s%s%s; fields are plate, well, row, col, site, "
                    "channel, role, z, t, time, digits, word, skip and guid",
                    p->pattern->text, name, nearest ? " (did you mean {" : "", nearest ? nearest : "",
                    nearest ? "}?)" : "");
}

/* What stands between the colon and the closing brace: "w#", "*", "Ph", "2", "DDdHHhMMm". */
static bool set_argument(struct parser *p, struct stm_pattern_token *token, const char *text, size_t n)
{
    if (n == 0) return fail(p, "nothing after the colon of a field");
    token->text = (uint16_t)(text - p->pattern->text);
    token->length = (uint16_t)n;
    if (token->shape == STM_SHAPE_TIME) return true;
    if (token->shape == STM_SHAPE_WELL && n == 1 && *text == '2') {
        token->shape = STM_SHAPE_WELL2;
        token->length = 0;
        return true;
    }
    if (token->shape != STM_SHAPE_ANY && token->shape != STM_SHAPE_WORD && token->shape != STM_SHAPE_DIGITS)
        return fail(p, "this field takes nothing after a colon");
    const char last = text[n - 1];
    token->shape = last == '#' ? STM_SHAPE_DIGITS : last == '*' ? STM_SHAPE_ANY : STM_SHAPE_EXACT;
    if (token->shape != STM_SHAPE_EXACT) token->length--;
    return true;
}

static const char default_time[] = "DDdHHhMMm";

static bool parse_field(struct parser *p)
{
    const size_t name = strcspn(p->at + 1, ":{}[]"), all = strcspn(p->at + 1, "{}");
    if (p->at[1 + all] != '}') return fail(p, "a { without its }");
    const struct stm_pattern_field *const field = find_field(p->at + 1, name);
    if (!field) return unknown_field(p, name);
    struct stm_pattern_token *const token = add(p, STM_TOKEN_FIELD);
    if (!token) return false;
    token->shape = field->shape;
    token->capture = (uint8_t)field->capture;
    if (name < all && !set_argument(p, token, p->at + 2 + name, all - name - 1)) return false;
    token->greedy = token->shape == STM_SHAPE_DIGITS;
    p->at += all + 2;
    return true;
}

static bool parse(struct parser *p)
{
    while (*p->at) {
        const bool good = *p->at == '{'   ? parse_field(p)
                          : *p->at == '}' ? fail(p, "a } without its {")
                          : *p->at == '[' ? parse_open(p)
                          : *p->at == ']' ? parse_close(p)
                                          : parse_literal(p);
        if (!good) return false;
    }
    return p->depth == 0 || fail(p, "a [ without its ]");
}

/* Folders inside optional parts would make the number of folders vary; they are few enough to forbid. */
static bool count_folders(struct parser *p)
{
    int depth = 0;
    for (const char *c = p->pattern->text; *c; c++) {
        depth += (*c == '[') - (*c == ']');
        if (*c != '/') continue;
        p->at = c;
        if (depth > 0) return fail(p, "a / inside an optional part");
        p->pattern->folders++;
    }
    return true;
}

/* Names are matched without their extension, so a pattern's own is dropped: ".tif", ".ome.tif", ".*". */
static void drop_extension(char *text)
{
    static const char *const endings[] = {".tif", ".tiff", ".png", ".jpg", ".jpeg", ".ome", ".*"};
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
            if (stm_text_ends_with(text, endings[i])) text[strlen(text) - strlen(endings[i])] = '\0';
}

bool stm_pattern_has(const struct stm_pattern *pattern, enum stm_capture capture)
{
    for (int i = 0; i < pattern->n; i++)
        if (pattern->token[i].kind == STM_TOKEN_FIELD && pattern->token[i].capture == capture) return true;
    return false;
}

/* Time templates that were not written stand behind the pattern's text, so that tokens only hold offsets. */
static bool add_default_time(struct stm_pattern *pattern, struct stm_error *err)
{
    const size_t used = strlen(pattern->text) + 1;
    for (int i = 0; i < pattern->n; i++) {
        struct stm_pattern_token *const token = &pattern->token[i];
        if (token->shape != STM_SHAPE_TIME || token->length > 0) continue;
        if (used + sizeof default_time > sizeof pattern->text)
            return stm_fail(err, STM_USAGE, "pattern '%s' is too long", pattern->text);
        memcpy(pattern->text + used, default_time, sizeof default_time);
        token->text = (uint16_t)used;
        token->length = sizeof default_time - 1;
    }
    return true;
}

bool stm_pattern_compile(struct stm_pattern *pattern, const char *text, struct stm_error *err)
{
    memset(pattern, 0, sizeof *pattern);
    if (!stm_text_copy(pattern->text, sizeof pattern->text, text))
        return stm_fail(err, STM_USAGE, "a pattern of %zu bytes is too long; %d are the limit", strlen(text),
                        STM_PATTERN_TEXT - 1);
    drop_extension(pattern->text);
    struct parser p = {.pattern = pattern, .at = pattern->text, .err = err};
    if (!parse(&p) || !count_folders(&p) || !add_default_time(pattern, err)) return false;
    if (stm_pattern_has(pattern, STM_CAPTURE_ROW) != stm_pattern_has(pattern, STM_CAPTURE_COL))
        return stm_fail(err, STM_USAGE, "pattern '%s' needs both {row} and {col}, or {well}", pattern->text);
    if (!stm_pattern_has(pattern, STM_CAPTURE_WELL) && !stm_pattern_has(pattern, STM_CAPTURE_ROW) &&
        !stm_pattern_has(pattern, STM_CAPTURE_SITE))
        return stm_fail(err, STM_USAGE, "pattern '%s' names neither {well} nor {row}{col} nor {site}",
                        pattern->text);
    return true;
}
