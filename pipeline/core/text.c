/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program never calls setlocale, so strtod and printf use '.'; a linked host that did is not our output.
 */
bool stm_text_to_double(const char *text, double *value)
{
    char *end = NULL;
    errno = 0;
    const double v = strtod(text, &end);
    if (end == text || *end != '\0' || errno == ERANGE || !isfinite(v)) return false;
    *value = v;
    return true;
}

bool stm_text_to_long(const char *text, long *value)
{
    char *end = NULL;
    errno = 0;
    const long v = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno == ERANGE) return false;
    *value = v;
    return true;
}

/* The same digits as printf("%.*f"), five times faster, for values whose rounding is not in doubt: below 1e9
 * the product's error is under 1e-7. False for the others. */
static bool number_fast(char *out, size_t size, double value, int decimals)
{
    static const double scales[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    if (decimals < 0 || decimals > 6 || size < 16) return false;
    const double scaled = fabs(value) * scales[decimals];
    if (!(scaled < 1e9)) return false;
    const double fraction = scaled - (double)(unsigned)scaled;
    if (fabs(fraction - 0.5) < 1e-6) return false;
    unsigned n = (unsigned)scaled + (fraction > 0.5);
    char digits[16];
    int length = 0, k = 0;
    for (; n || length <= decimals; n /= 10)
        digits[length++] = (char)('0' + n % 10);
    if (value < 0) out[k++] = '-';
    while (length > 0) {
        if (length == decimals) out[k++] = '.';
        out[k++] = digits[--length];
    }
    out[k] = '\0';
    return true;
}

char *stm_text_number(char *out, size_t size, double value, int decimals)
{
    if (isnan(value)) {
        out[0] = '\0';
        return out;
    }
    if (!number_fast(out, size, value, decimals)) snprintf(out, size, "%.*f", decimals, value);
    if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1))
        memmove(out, out + 1, strlen(out)); /* no "-0" */
    return out;
}

bool stm_text_copy(char *out, size_t size, const char *text)
{
    const size_t n = strlen(text), keep = n < size ? n : size - 1;
    memcpy(out, text, keep);
    out[keep] = '\0';
    return keep == n;
}

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

int stm_text_casecmp(const char *a, const char *b)
{
    for (; *a && lower((unsigned char)*a) == lower((unsigned char)*b); a++, b++)
        ;
    return lower((unsigned char)*a) - lower((unsigned char)*b);
}

bool stm_text_ends_with(const char *text, const char *suffix)
{
    const size_t n = strlen(text), m = strlen(suffix);
    return n >= m && stm_text_casecmp(text + n - m, suffix) == 0;
}

/* Levenshtein distance of strings up to 63 bytes; longer ones count as far. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[64];
    const size_t n = strlen(a), m = strlen(b);
    if (n > 63 || m > 63) return 64;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (lower((unsigned char)a[i - 1]) != lower((unsigned char)b[j - 1]));
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

const char *stm_text_nearest(const char *name, const char *const *names, size_t n)
{
    const char *nearest = NULL;
    size_t best = strlen(name) / 3 + 2;
    for (size_t i = 0; i < n; i++) {
        const bool begins =
            strlen(name) >= 3 && !strncmp(name, names[i], strlen(name)); /* a name cut short */
        const size_t d = begins ? 1 : edit_distance(name, names[i]);
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

const char *stm_text_basename(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *stm_text_stem(char *out, size_t size, const char *path)
{
    stm_text_copy(out, size, stm_text_basename(path));
    char *const dot = strrchr(out, '.');
    if (dot && dot != out) *dot = '\0';
    return out;
}

static bool grow(struct stm_string *s, size_t more)
{
    if (s->failed || more > (size_t)-1 / 4 - s->length) return s->failed = true, false;
    if (s->length + more + 1 <= s->capacity) return true;
    const size_t capacity = 2 * (s->length + more + 64);
    char *const text = realloc(s->text, capacity);
    if (!text) return s->failed = true, false;
    s->text = text;
    s->capacity = capacity;
    return true;
}

void stm_string_add_n(struct stm_string *s, const char *text, size_t n)
{
    if (!grow(s, n)) return;
    if (n) memcpy(s->text + s->length, text, n);
    s->length += n;
    s->text[s->length] = '\0';
}

void stm_string_add(struct stm_string *s, const char *text)
{
    stm_string_add_n(s, text, strlen(text));
}

/* Bytes of the UTF-8 sequence at `p` (RFC 3629: no overlong forms, surrogates or values over U+10FFFF), 0
 * when it is none. */
static size_t sequence_length(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char lo, hi, next_lo, next_hi, length;
    } kinds[] = {
        {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (p[0] < kinds[i].lo || p[0] > kinds[i].hi || kinds[i].length > n) continue;
        if (kinds[i].length > 1 && (p[1] < kinds[i].next_lo || p[1] > kinds[i].next_hi)) return 0;
        for (size_t j = 2; j < kinds[i].length; j++)
            if ((p[j] & 0xc0) != 0x80) return 0;
        return kinds[i].length;
    }
    return 0;
}

void stm_string_add_utf8(struct stm_string *s, const char *text, size_t n)
{
    const unsigned char *const p = (const unsigned char *)text;
    size_t from = 0, at = 0;
    while (at < n) {
        const size_t length = sequence_length(p + at, n - at);
        at += length;
        if (length) continue;
        stm_string_add_n(s, text + from, at - from);
        stm_string_add(s, "\xef\xbf\xbd");
        from = ++at;
    }
    stm_string_add_n(s, text + from, at - from);
}

void stm_string_add_markup(struct stm_string *s, const char *text)
{
    static const char *const entities[] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};
    while (*text) {
        const size_t n = strcspn(text, "&<>\"");
        stm_string_add_utf8(s, text, n);
        text += n;
        if (*text) stm_string_add(s, entities[(unsigned char)*text++]);
    }
}

void stm_string_add_base64(struct stm_string *s, const void *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *const p = bytes;
    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const unsigned b =
            (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0u);
        const char four[] = {digits[b >> 18], digits[b >> 12 & 63], left > 1 ? digits[b >> 6 & 63] : '=',
                             left > 2 ? digits[b & 63] : '='};
        stm_string_add_n(s, four, 4);
    }
}

void stm_string_addf(struct stm_string *s, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    if (n > 0 && grow(s, (size_t)n)) {
        vsnprintf(s->text + s->length, (size_t)n + 1, format, again);
        s->length += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void stm_string_free(struct stm_string *s)
{
    free(s->text);
    *s = (struct stm_string){0};
}
