/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Bytes of `text` that need no escape. */
static size_t plain_length(const char *text)
{
    size_t n = 0;
    for (; (unsigned char)text[n] >= 0x20; n++)
        if (strchr("\"\\<>&\x7f", text[n]) || !strncmp(text + n, "\xe2\x80\xa8", 3) ||
            !strncmp(text + n, "\xe2\x80\xa9", 3))
            break;
    return n;
}

void stm_json_quote(struct stm_string *out, const char *text)
{
    stm_string_add_n(out, "\"", 1);
    for (;;) {
        const size_t n = plain_length(text);
        stm_string_add_utf8(out, text, n);
        text += n;
        if (!*text) break;
        const bool line_end = *text == '\xe2'; /* U+2028 or U+2029 */
        stm_string_addf(out, "\\u%04x",
                        line_end ? 0x2000u | (text[2] & 0x3fu) : (unsigned)(unsigned char)*text);
        text += line_end ? 3 : 1;
    }
    stm_string_add_n(out, "\"", 1);
}

static void indent(const struct stm_json *json)
{
    if (!json->pretty) return;
    stm_string_add(json->out, "\n");
    for (int i = 0; i < json->depth; i++)
        stm_string_add(json->out, "  ");
}

/* Comma, line, key: what stands before a value. */
static void begin(struct stm_json *json, const char *key)
{
    if (json->begun) stm_string_add(json->out, ",");
    if (json->depth) indent(json);
    json->begun = true;
    if (!key) return;
    stm_json_quote(json->out, key);
    stm_string_add(json->out, json->pretty ? ": " : ":");
}

void stm_json_open(struct stm_json *json, const char *key, char bracket)
{
    begin(json, key);
    stm_string_add_n(json->out, &bracket, 1);
    json->depth++;
    json->begun = false;
}

void stm_json_close(struct stm_json *json, char bracket)
{
    json->depth--;
    if (json->begun) indent(json);
    stm_string_add_n(json->out, &bracket, 1);
    json->begun = true;
}

void stm_json_text(struct stm_json *json, const char *key, const char *text)
{
    begin(json, key);
    if (text)
        stm_json_quote(json->out, text);
    else
        stm_string_add(json->out, "null");
}

void stm_json_number(struct stm_json *json, const char *key, double value, int decimals)
{
    char text[340];
    begin(json, key);
    stm_string_add(json->out, isfinite(value) ? stm_text_number(text, sizeof text, value, decimals) : "null");
}

void stm_json_integer(struct stm_json *json, const char *key, int64_t value)
{
    begin(json, key);
    stm_string_addf(json->out, "%" PRId64, value);
}

void stm_json_bool(struct stm_json *json, const char *key, bool value)
{
    begin(json, key);
    stm_string_add(json->out, value ? "true" : "false");
}

void stm_json_lines(struct stm_json *json, const char *key, const char *text)
{
    stm_json_open(json, key, '[');
    for (size_t n; text && *text; text += n + (text[n] == '\n')) {
        struct stm_string line = {0};
        n = strcspn(text, "\n");
        stm_string_add_n(&line, text, n);
        json->out->failed |= line.failed;
        if (n && !line.failed) stm_json_text(json, NULL, line.text);
        stm_string_free(&line);
    }
    stm_json_close(json, ']');
}
