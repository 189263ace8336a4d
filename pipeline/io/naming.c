/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/naming.h"

#include <stdio.h>
#include <string.h>

/* Length of the UTF-8 sequence at `s` (`n` bytes left), 0 when it is none or a control character: shortest
 * forms only, no surrogates, up to U+10FFFF. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    static const struct {
        unsigned char first_lo, first_hi, second_lo, second_hi, length;
    } forms[] = {{0xC2, 0xC2, 0xA0, 0xBF, 2}, /* U+0080 to U+009F are control characters */
                 {0xC3, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
                 {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                 {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    if (s[0] < 0x80) return s[0] >= 0x20 && s[0] != 0x7F;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (s[0] < forms[i].first_lo || s[0] > forms[i].first_hi || n < forms[i].length) continue;
        bool good = s[1] >= forms[i].second_lo && s[1] <= forms[i].second_hi;
        for (size_t k = 2; k < forms[i].length; k++)
            good = good && (s[k] & 0xC0) == 0x80;
        return good ? forms[i].length : 0;
    }
    return 0;
}

/* Moves a cut so that it does not fall inside a sequence. */
static size_t cut_before(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static size_t cut_after(const char *text, size_t at, size_t n)
{
    while (at < n && ((unsigned char)text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

void stm_naming_text(char *out, size_t size, const char *text, size_t n)
{
    char clean[4096];
    size_t used = 0;
    for (size_t i = 0; i < n && used + 4 < sizeof clean;) {
        const size_t k = utf8_length((const unsigned char *)text + i, n - i);
        memcpy(clean + used, k ? text + i : "?", k ? k : 1);
        used += k ? k : 1;
        i += k ? k : 1;
    }
    clean[used] = '\0';
    if (stm_text_copy(out, size, clean)) return;
    const size_t head = cut_before(clean, (size - 4) / 2);
    const size_t tail = cut_after(clean, used - (size - 4) / 2, used);
    snprintf(out, size, "%.*s...%s", (int)head, clean, clean + tail);
}

const struct stm_naming *stm_naming_find(const char *name)
{
    for (const struct stm_naming *n = stm_namings; n->name; n++)
        if (!stm_text_casecmp(n->name, name)) return n;
    return NULL;
}

bool stm_namer_make(struct stm_namer *namer, const struct stm_naming *naming, struct stm_error *err)
{
    for (namer->n = 0; naming->patterns[namer->n]; namer->n++)
        if (!stm_pattern_compile(&namer->pattern[namer->n], naming->patterns[namer->n], err)) return false;
    return true;
}

bool stm_namer_make_pattern(struct stm_namer *namer, const char *pattern, struct stm_error *err)
{
    namer->n = 1;
    return stm_pattern_compile(&namer->pattern[0], pattern, err);
}

/* The last `folders` + 1 parts of `path` without the extension; false when there are fewer or they are long.
 */
static bool subject_of(const char *path, int folders, char out[STM_PATTERN_SUBJECT])
{
    const char *start = stm_text_basename(path);
    while (folders-- > 0) {
        if (start == path) return false;
        for (start--; start > path && start[-1] != '/'; start--)
            ;
    }
    if (!stm_text_copy(out, STM_PATTERN_SUBJECT, start)) return false;
    char *const base = strrchr(out, '/') ? strrchr(out, '/') + 1 : out, *const dot = strrchr(base, '.');
    if (dot && dot != base) *dot = '\0';
    if (stm_text_ends_with(base, ".ome") && strlen(base) > 4) base[strlen(base) - 4] = '\0';
    return true;
}

/* Appends a part to a text field, after `glue` when there is one already. */
static void append(char *out, size_t size, const char *glue, const char *text, size_t n)
{
    const size_t used = strlen(out), room = size - used, gap = used ? strlen(glue) : 0;
    if (room <= gap + 8) return;
    if (gap) stm_text_copy(out + used, room, glue);
    stm_naming_text(out + used + gap, room - gap, text, n);
}

static bool all_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return n > 0;
}

/* Sites are numbers to most imagers: "0010" and "10" are one site. */
static void take_site(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    size_t zeros = 0, first = strcspn(text, "0123456789");
    if (all_digits(text, n))
        while (zeros + 1 < n && text[zeros] == '0')
            zeros++;
    append(name->site, sizeof name->site, "-", text + zeros, n - zeros);
    if (name->site_number >= 0 || first >= n) return;
    size_t digits = 0;
    while (first + digits < n && all_digits(text + first + digits, 1))
        digits++;
    name->site_number = stm_pattern_number(text + first, digits);
}

static void take_time(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    char flat[sizeof name->time_text];
    name->timepoint = stm_pattern_minutes(form, text, n);
    stm_naming_text(flat, sizeof flat, text, n);
    for (char *c = flat; *c; c++)
        if (*c == '/') *c = '-';
    memcpy(name->time_text, flat, sizeof flat);
}

static void take_well(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    stm_wellname_parse(text, n, &name->row, &name->col);
    append(name->well_raw, sizeof name->well_raw, "", text, n);
}

static void take_row(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    stm_wellname_parse_row(text, n, &name->row);
    append(name->well_raw, sizeof name->well_raw, "", text, n);
}

static void take_col(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    name->col = stm_pattern_number(text, n) - 1;
    append(name->well_raw, sizeof name->well_raw, ",", text, n);
}

static void take_plate(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    append(name->plate, sizeof name->plate, "_", text, n);
}

static void take_channel(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    append(name->channel, sizeof name->channel, "-", text, n);
}

static void take_z(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    name->z = stm_pattern_number(text, n);
}

static void take_t(struct stm_filename *name, const char *form, const char *text, size_t n)
{
    (void)form;
    name->timepoint = stm_pattern_number(text, n);
}

/* What is done with a field's text; `form` is the template of a time. */
static void (*const take[])(struct stm_filename *name, const char *form, const char *text, size_t n) = {
    [STM_CAPTURE_NONE] = NULL,
    [STM_CAPTURE_PLATE] = take_plate,
    [STM_CAPTURE_WELL] = take_well,
    [STM_CAPTURE_ROW] = take_row,
    [STM_CAPTURE_COL] = take_col,
    [STM_CAPTURE_SITE] = take_site,
    [STM_CAPTURE_CHANNEL] = take_channel,
    [STM_CAPTURE_Z] = take_z,
    [STM_CAPTURE_T] = take_t,
    [STM_CAPTURE_TIME] = take_time,
};

static void clear(struct stm_filename *name)
{
    *name = (struct stm_filename){.row = -1, .col = -1, .site_number = -1, .z = -1, .timepoint = -1};
}

static bool read_with(const struct stm_pattern *pattern, const char *path, struct stm_filename *name)
{
    char subject[STM_PATTERN_SUBJECT];
    struct stm_pattern_span span[STM_PATTERN_TOKENS];
    if (!subject_of(path, pattern->folders, subject)) return false;
    if (!stm_pattern_match(pattern, subject, span)) return false;
    clear(name);
    name->folders = pattern->folders;
    for (int i = 0; i < pattern->n; i++) {
        const struct stm_pattern_token *const token = &pattern->token[i];
        if (token->kind != STM_TOKEN_FIELD || span[i].begin < 0 || !take[token->capture]) continue;
        take[token->capture](name, pattern->text + token->text, subject + span[i].begin,
                             (size_t)(span[i].end - span[i].begin));
    }
    stm_wellname_text(name->well, name->row, name->col);
    return true;
}

bool stm_namer_read(const struct stm_namer *namer, const char *path, struct stm_filename *name)
{
    for (int i = 0; i < namer->n; i++)
        if (read_with(&namer->pattern[i], path, name)) return true;
    return false;
}

void stm_namer_read_plain(const char *path, struct stm_filename *name)
{
    char stem[4096];
    clear(name);
    stm_text_stem(stem, sizeof stem, path);
    stm_naming_text(name->site, sizeof name->site, stem, strlen(stem));
    stm_wellname_text(name->well, -1, -1);
}

void stm_naming_markdown(struct stm_string *out)
{
    stm_string_add(out, "| convention | files of | example |\n|---|---|---|\n");
    for (const struct stm_naming *n = stm_namings; n->name; n++)
        stm_string_addf(out, "| `%s`%s | %s | `%s` |\n", n->name, n->weak ? " *" : "", n->summary,
                        n->example);
    stm_string_add(
        out,
        "\n\\* only when every file follows it\n\n| convention | patterns, tried in order |\n|---|---|\n");
    for (const struct stm_naming *n = stm_namings; n->name; n++) {
        stm_string_addf(out, "| `%s` | ", n->name);
        for (int i = 0; n->patterns[i]; i++)
            stm_string_addf(out, "%s`%s`", i ? "<br>" : "", n->patterns[i]);
        stm_string_add(out, " |\n");
    }
    stm_string_add(out, "\n| field | what it takes |\n|---|---|\n");
    for (const struct stm_pattern_field *f = stm_pattern_fields; f->name; f++)
        stm_string_addf(out, "| `{%s}` | %s |\n", f->name, f->help);
}
