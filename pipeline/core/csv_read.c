/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading tables: cells are unquoted in place, so a table costs its file and a few bytes a cell. */
#include "pipeline/core/csv.h"
#include "pipeline/core/file.h"

#include <stdlib.h>
#include <string.h>

/* Where the parser is; `to` is where the cell's text goes, never ahead of `at`. */
struct parser {
    struct stm_csv *csv;
    char *at, *to, *end;
    uint32_t line;
    char separator;
    struct stm_error *err;
};

static bool fail(const struct parser *p, const char *what)
{
    return stm_fail(p->err, STM_BAD_INPUT, "line %u: %s", (unsigned)p->line, what);
}

static bool no_memory(struct stm_error *err)
{
    return stm_fail(err, STM_NO_MEMORY, "no memory for the table");
}

static bool grow(uint32_t **list, size_t entries)
{
    uint32_t *const grown = realloc(*list, entries * sizeof **list);
    if (grown) *list = grown;
    return grown;
}

static bool add_cell(struct parser *p)
{
    struct stm_csv *const csv = p->csv;
    if (csv->n_cells == csv->cell_capacity) {
        const size_t more = csv->cell_capacity ? 2 * csv->cell_capacity : 256;
        if (!grow(&csv->cell, more)) return no_memory(p->err);
        csv->cell_capacity = more;
    }
    csv->cell[csv->n_cells++] = (uint32_t)(p->to - csv->data);
    return true;
}

static bool add_row(struct parser *p)
{
    struct stm_csv *const csv = p->csv;
    if (csv->rows + 2 > csv->row_capacity) {
        const size_t more = csv->row_capacity ? 2 * csv->row_capacity : 64;
        if (!grow(&csv->first, more) || !grow(&csv->line, more)) return no_memory(p->err);
        csv->row_capacity = more;
    }
    csv->first[csv->rows] = (uint32_t)csv->n_cells;
    csv->line[csv->rows++] = p->line;
    csv->first[csv->rows] = (uint32_t)csv->n_cells;
    return true;
}

/* Behind the line end at `at`: LF, CRLF or CR. */
static char *after_line(char *at)
{
    return at + (at[0] == '\r' && at[1] == '\n' ? 2 : 1);
}

static bool read_quoted(struct parser *p)
{
    const uint32_t begun = p->line;
    for (p->at++; p->at < p->end; *p->to++ = *p->at++) {
        if (*p->at == '\n') p->line++;
        if (*p->at != '"') continue;
        if (p->at[1] != '"') break;
        p->at++;
    }
    if (p->at >= p->end) {
        p->line = begun;
        return fail(p, "a quote is not closed");
    }
    p->at++;
    if (p->at < p->end && !strchr("\r\n", *p->at) && *p->at != p->separator)
        return fail(p, "text stands between a closing quote and the separator");
    return true;
}

static bool read_cell(struct parser *p)
{
    if (!add_cell(p)) return false;
    if (p->at < p->end && *p->at == '"') return read_quoted(p);
    while (p->at < p->end && *p->at != p->separator && *p->at != '\r' && *p->at != '\n')
        *p->to++ = *p->at++;
    return true;
}

/* Ends the cell with a NUL, which goes where the separator or line end was read from already. */
static char end_cell(struct parser *p)
{
    const char stopped = p->at < p->end ? *p->at : '\0';
    if (p->at < p->end) p->at = stopped == p->separator ? p->at + 1 : after_line(p->at);
    *p->to++ = '\0';
    return stopped;
}

static bool read_row(struct parser *p)
{
    if (!add_row(p)) return false;
    if (*p->at == '\r' || *p->at == '\n') {
        p->to = p->at = after_line(p->at);
        p->line++;
        return true;
    }
    char stopped;
    do {
        if (!read_cell(p)) return false;
        stopped = end_cell(p);
    } while (stopped == p->separator && stopped);
    p->csv->first[p->csv->rows] = (uint32_t)p->csv->n_cells;
    p->line++;
    return true;
}

/* The most frequent of the three in the first line, outside quotes; a comma when there is none. */
static char find_separator(const char *data)
{
    static const char separators[] = ",;\t";
    size_t count[3] = {0}, best = 0;
    bool quoted = false;
    for (; *data && (quoted || !strchr("\r\n", *data)); data++) {
        const char *const found = strchr(separators, *data);
        if (*data == '"') quoted = !quoted;
        if (found && !quoted) count[found - separators]++;
    }
    for (size_t i = 1; i < 3; i++)
        if (count[i] > count[best]) best = i;
    return separators[best];
}

static size_t put_utf8(char *to, uint32_t code)
{
    static const uint32_t limits[] = {0x80, 0x800, 0x10000};
    static const unsigned char marks[] = {0, 0xC0, 0xE0, 0xF0};
    size_t more = 0;
    while (more < 3 && code >= limits[more])
        more++;
    to[0] = (char)(marks[more] | code >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3F));
    return more + 1;
}

/* UTF-16 with its mark as UTF-8; lone surrogates and zeros become U+FFFD. NULL without memory. */
static char *from_utf16(const unsigned char *s, size_t n, size_t *length)
{
    const size_t high = s[0] == 0xFE ? 0 : 1; /* which byte of a pair is the high one */
    char *const out = malloc(n / 2 * 3 + 1);
    *length = 0;
    for (size_t i = 2; out && i + 1 < n; i += 2) {
        uint32_t code = (uint32_t)s[i + high] << 8 | s[i + 1 - high];
        if (code >> 10 == 0xD800 >> 10 && i + 3 < n && s[i + 2 + high] >> 2 == 0xDC00 >> 10) {
            i += 2;
            code = 0x10000 + ((code & 0x3FF) << 10 | (uint32_t)(s[i + high] & 3) << 8 | s[i + 1 - high]);
        }
        if (code == 0 || code >> 11 == 0xD800 >> 11) code = 0xFFFD;
        *length += put_utf8(out + *length, code);
    }
    if (out) out[*length] = '\0';
    return out;
}

/* The text behind its byte order mark, converted when it is UTF-16. */
static bool normalise(struct stm_csv *csv, size_t *n, struct stm_error *err)
{
    const unsigned char *const s = (const unsigned char *)csv->data;
    if (*n >= 2 && ((s[0] == 0xFF && s[1] == 0xFE) || (s[0] == 0xFE && s[1] == 0xFF))) {
        char *const text = from_utf16(s, *n, n);
        if (!text) return no_memory(err);
        free(csv->data);
        csv->data = text;
    } else if (*n >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3)) {
        *n -= 3;
        memmove(csv->data, csv->data + 3, *n + 1);
    }
    if (strlen(csv->data) == *n) return true;
    return stm_fail(err, STM_BAD_INPUT, "byte %zu is a zero; this is no text table", strlen(csv->data) + 1);
}

bool stm_csv_parse(struct stm_csv *csv, char *data, size_t n, char separator, struct stm_error *err)
{
    *csv = (struct stm_csv){.data = data};
    if (n >= UINT32_MAX / 2) return stm_fail(err, STM_BAD_INPUT, "a table of %zu bytes is too large", n);
    if (!normalise(csv, &n, err)) return false;
    struct parser p = {.csv = csv,
                       .at = csv->data,
                       .to = csv->data,
                       .end = csv->data + n,
                       .line = 1,
                       .separator = separator ? separator : find_separator(csv->data),
                       .err = err};
    while (p.at < p.end)
        if (!read_row(&p)) return false;
    return true;
}

bool stm_csv_read(struct stm_csv *csv, const char *path, size_t limit, char separator, struct stm_error *err)
{
    char *data;
    size_t n;
    *csv = (struct stm_csv){0};
    if (!stm_file_read_all(path, limit, &data, &n, err)) return false;
    return stm_csv_parse(csv, data, n, separator, err) || stm_fail_file(err, path);
}
