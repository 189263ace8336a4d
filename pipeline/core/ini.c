/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/ini.h"

#include "pipeline/core/file.h"
#include "pipeline/core/lines.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

/* inih asks for lines and hands back values; in between this knows which line it is. */
struct reading {
    const char *at, *end;
    int line;
    bool failed;
    struct stm_lines seen; /* "section]name" so far */
    stm_ini_entry *entry;
    void *context;
    struct stm_error *err;
};

static void fail_here(struct reading *r)
{
    r->failed = true;
    stm_fail_in(r->err, "line %d", r->line);
}

static bool check_line(struct reading *r, const char *text, size_t n)
{
    const char *const close = n && *text == '[' ? memchr(text, ']', n) : NULL;
    if (n > STM_INI_LINE)
        stm_fail(r->err, STM_BAD_INPUT, "the line has %zu bytes, the limit is %d", n, STM_INI_LINE);
    else if (close && close - text - 1 > STM_INI_SECTION)
        stm_fail(r->err, STM_BAD_INPUT, "the section's name has %d bytes, the limit is %d",
                 (int)(close - text - 1), STM_INI_SECTION);
    else if (r->line > STM_INI_LINES)
        stm_fail(r->err, STM_BAD_INPUT, "there are more than %d lines", STM_INI_LINES);
    else
        return true;
    fail_here(r);
    return false;
}

/* The next line, without the spaces before it: inih would take them as "goes on from the line above". */
static char *give_line(char *out, int size, void *stream)
{
    struct reading *const r = stream;
    if (r->failed || r->at >= r->end) return NULL;
    const char *const stop = memchr(r->at, '\n', (size_t)(r->end - r->at)), *const end = stop ? stop : r->end;
    const char *text = r->at;
    while (text < end && (*text == ' ' || *text == '\t'))
        text++;
    size_t n = (size_t)(end - text);
    while (n && (text[n - 1] == '\r' || text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    r->at = stop ? stop + 1 : r->end;
    r->line++;
    if (!check_line(r, text, n) || n + 2 > (size_t)size) return NULL;
    memcpy(out, text, n);
    memcpy(out + n, "\n", 2);
    return out;
}

static bool is_new(struct reading *r, const char *section, const char *name)
{
    const size_t n = r->seen.n;
    stm_lines_addf(&r->seen, "%s]%s", section, name);
    if (r->seen.failed) return stm_fail(r->err, STM_NO_MEMORY, "no memory for the file's %zu values", n);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(r->seen.line[i], r->seen.line[n]))
            return stm_fail(r->err, STM_BAD_INPUT, "'%s' is given twice in section [%s]", name, section);
    return true;
}

static int take_value(void *user, const char *section, const char *name, const char *value)
{
    struct reading *const r = user;
    if (r->failed) return 0;
    if (!name[0])
        stm_fail(r->err, STM_BAD_INPUT, "a value without a name");
    else if (is_new(r, section, name) && r->entry(r->context, section, name, value, r->line, r->err))
        return 1;
    fail_here(r);
    return 0;
}

bool stm_ini_parse(const char *text, size_t n, stm_ini_entry *entry, void *context, struct stm_error *err)
{
    struct reading r = {.at = text, .end = text + n, .entry = entry, .context = context, .err = err};
    if (n > STM_INI_BYTES)
        return stm_fail(err, STM_BAD_INPUT, "has %zu bytes, the limit for such a file is %d", n,
                        STM_INI_BYTES);
    if (memchr(text, '\0', n)) return stm_fail(err, STM_BAD_INPUT, "is not text: it holds a zero byte");
    if (n >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) r.at += 3;
    const int wrong = ini_parse_stream(give_line, &r, take_value, &r);
    stm_lines_free(&r.seen);
    if (r.failed || wrong == 0) return !r.failed;
    stm_fail(err, STM_BAD_INPUT, "this is neither [section] nor name = value; comments begin with ; or #");
    return stm_fail_in(err, "line %d", wrong);
}

bool stm_ini_read(const char *path, stm_ini_entry *entry, void *context, struct stm_error *err)
{
    char *text;
    size_t n;
    if (!stm_file_read_all(path, STM_INI_BYTES, &text, &n, err)) return false;
    const bool good = stm_ini_parse(text, n, entry, context, err) || stm_fail_file(err, path);
    free(text);
    return good;
}
