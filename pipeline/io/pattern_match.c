/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matcher of the pattern language. A table says, from the last token to the first, from which bytes on
 * the rest can still match; then one walk forward takes what each token wants among what is left possible.
 * There is no backtracking, so no name can make it slow. */
#include "pipeline/io/pattern.h"

#include "pipeline/core/text.h"
#include "pipeline/io/wellname.h"
#include "pipeline/role.h"

#include <limits.h>
#include <string.h>

typedef uint8_t reach[STM_PATTERN_SUBJECT + 1];

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return c != '_' && c != '/';
}

static bool is_any(char c)
{
    return c != '/';
}

int stm_pattern_number(const char *text, size_t n)
{
    long value = 0;
    for (size_t i = 0; i < n && value <= INT_MAX; i++)
        value = 10 * value + (text[i] - '0');
    return value > INT_MAX ? INT_MAX : (int)value;
}

/* Days from 2000-03-01 to the date in the proleptic Gregorian calendar, year >= 2000. Months are counted from
 * March, so that the leap day ends a year: 153 days in any five months from March or August on. */
static int days_since_2000(int year, int month, int day)
{
    const int y = year - 2000 - (month < 3), m = month < 3 ? month + 9 : month - 3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 + (y < 0 ? -1 : 0);
}

int stm_pattern_minutes(const char *form, const char *text, size_t n)
{
    static const char letters[] = "YNDHM";
    int part[5] = {0};
    bool seen[5] = {false};
    for (size_t i = 0; i < n; i++) {
        const char *const letter = strchr(letters, form[i]);
        if (!letter && lower(form[i]) != lower(text[i])) return -1;
        if (!letter) continue;
        if (!is_digit(text[i])) return -1;
        part[letter - letters] = 10 * part[letter - letters] + (text[i] - '0');
        seen[letter - letters] = true;
        if (part[letter - letters] > 9999) return -1;
    }
    if (part[3] > 23 || part[4] > 59) return -1;
    const int clock = 60 * part[3] + part[4];
    if (!seen[0]) return 1440 * part[2] + clock;
    const int year = part[0] < 100 ? part[0] + 2000 : part[0];
    if (year < 2000 || year > 2999 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31) return -1;
    return 1440 * (days_since_2000(year, part[1], part[2]) + 60) + clock;
}

static bool accepts_well(const char *s, int n)
{
    int row, col;
    return stm_wellname_parse(s, (size_t)n, &row, &col);
}

static bool accepts_well2(const char *s, int n)
{
    return n >= 3 && is_digit(s[n - 1]) && is_digit(s[n - 2]) && !is_digit(s[n - 3]) && accepts_well(s, n);
}

static bool accepts_row(const char *s, int n)
{
    int row;
    return stm_wellname_parse_row(s, (size_t)n, &row);
}

static bool accepts_col(const char *s, int n)
{
    for (int i = 0; i < n; i++)
        if (!is_digit(s[i])) return false;
    const int col = stm_pattern_number(s, (size_t)n);
    return col >= 1 && col <= STM_WELL_COLUMNS;
}

static bool accepts_role(const char *s, int n)
{
    char word[64];
    for (int i = 0; i < n; i++)
        if (!is_digit(s[i]) && (lower(s[i]) < 'a' || lower(s[i]) > 'z')) return false;
    memcpy(word, s, (size_t)n);
    word[n] = '\0';
    return stm_role_of(word) != STM_ROLES;
}

static bool accepts_guid(const char *s, int n)
{
    for (int i = 0; i < n; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = is_digit(s[i]) || (lower(s[i]) >= 'a' && lower(s[i]) <= 'f');
        if (dash ? s[i] != '-' : !hex) return false;
    }
    return true;
}

/* Run shapes have a class of bytes and a least length; bounded ones a range of lengths and a check. */
static const struct shape {
    bool (*in)(char c);
    bool (*accepts)(const char *s, int n);
    int least, most;
} shapes[] = {
    [STM_SHAPE_EXACT] = {NULL, NULL, 0, 0},          [STM_SHAPE_DIGITS] = {is_digit, NULL, 1, 0},
    [STM_SHAPE_WORD] = {is_word, NULL, 1, 0},        [STM_SHAPE_ANY] = {is_any, NULL, 1, 0},
    [STM_SHAPE_SKIP] = {is_any, NULL, 0, 0},         [STM_SHAPE_WELL] = {NULL, accepts_well, 2, 8},
    [STM_SHAPE_WELL2] = {NULL, accepts_well2, 3, 8}, [STM_SHAPE_ROW] = {NULL, accepts_row, 1, 2},
    [STM_SHAPE_COL] = {NULL, accepts_col, 1, 3},     [STM_SHAPE_ROLE] = {NULL, accepts_role, 2, 32},
    [STM_SHAPE_GUID] = {NULL, accepts_guid, 36, 36}, [STM_SHAPE_TIME] = {NULL, NULL, 0, 0},
};

/* One match: the pattern, the subject of n bytes, and row i = where tokens i… can still match to the end. */
struct match {
    const struct stm_pattern *pattern;
    const char *s;
    int n;
    reach *can;
};

static bool begins_at(const struct match *m, const struct stm_pattern_token *t, int j)
{
    if (j + t->length > m->n) return false;
    for (int i = 0; i < t->length; i++)
        if (lower(m->s[j + i]) != lower(m->pattern->text[t->text + i])) return false;
    return true;
}

/* Where a bounded token that begins at byte j may end so that the rest matches: the longest, or -1. */
static int bounded_end(const struct match *m, const struct stm_pattern_token *t, const reach next, int j)
{
    if (t->shape == STM_SHAPE_TIME) {
        const bool fits = j + t->length <= m->n && next[j + t->length];
        return fits && stm_pattern_minutes(m->pattern->text + t->text, m->s + j, t->length) >= 0
                   ? j + t->length
                   : -1;
    }
    const struct shape *const shape = &shapes[t->shape];
    if (!begins_at(m, t, j)) return -1;
    const int from = j + t->length;
    if (!shape->accepts) return next[from] ? from : -1;
    for (int n = shape->most; n >= shape->least; n--)
        if (from + n <= m->n && next[from + n] && shape->accepts(m->s + from, n)) return from + n;
    return -1;
}

/* The same for a run: the longest or the shortest. */
static int run_end(const struct match *m, const struct stm_pattern_token *t, const reach next, int j)
{
    const struct shape *const shape = &shapes[t->shape];
    int end = -1;
    if (!begins_at(m, t, j)) return -1;
    const int from = j + t->length;
    for (int k = from; k <= m->n; k++) {
        if (k > from && !shape->in(m->s[k - 1])) break;
        if (k < from + shape->least || !next[k]) continue;
        end = k;
        if (!t->greedy) break;
    }
    return end;
}

static void fill_run(const struct match *m, const struct stm_pattern_token *t, const reach next, uint8_t *row)
{
    const struct shape *const shape = &shapes[t->shape];
    reach run; /* a run of one byte or more that begins here can lead to the end */
    run[m->n] = 0;
    for (int j = m->n - 1; j >= 0; j--)
        run[j] = shape->in(m->s[j]) && (next[j + 1] || run[j + 1]);
    for (int j = 0; j <= m->n; j++) {
        const int from = j + t->length;
        row[j] = begins_at(m, t, j) && (run[from] || (shape->least == 0 && next[from]));
    }
}

static void fill(const struct match *m, int i)
{
    const struct stm_pattern_token *const t = &m->pattern->token[i];
    const uint8_t *const next = m->can[i + 1], *const past = m->can[t->close + 1];
    if (t->kind == STM_TOKEN_FIELD && shapes[t->shape].in) {
        fill_run(m, t, next, m->can[i]);
        return;
    }
    for (int j = 0; j <= m->n; j++)
        m->can[i][j] = t->kind == STM_TOKEN_OPEN    ? next[j] || past[j]
                       : t->kind == STM_TOKEN_CLOSE ? next[j]
                                                    : bounded_end(m, t, next, j) >= 0;
}

static bool nowhere(const struct match *m, int i)
{
    return !memchr(m->can[i], 1, (size_t)m->n + 1);
}

/* Fills the table; false as soon as nothing can match. Inside an optional part an empty row is no verdict. */
static bool fill_all(const struct match *m)
{
    int depth = 0;
    memset(m->can[m->pattern->n], 0, (size_t)m->n + 1);
    m->can[m->pattern->n][m->n] = 1;
    for (int i = m->pattern->n - 1; i >= 0; i--) {
        const int kind = m->pattern->token[i].kind;
        fill(m, i);
        depth += (kind == STM_TOKEN_CLOSE) - (kind == STM_TOKEN_OPEN);
        if (depth == 0 && nowhere(m, i)) return false;
    }
    return m->can[0][0];
}

static void walk(const struct match *m, struct stm_pattern_span *span)
{
    int j = 0;
    for (int i = 0; i < m->pattern->n; i++) {
        const struct stm_pattern_token *const t = &m->pattern->token[i];
        const uint8_t *const next = m->can[i + 1];
        if (t->kind == STM_TOKEN_OPEN && m->can[t->close + 1][j]) i = t->close;
        if (t->kind == STM_TOKEN_OPEN || t->kind == STM_TOKEN_CLOSE) continue;
        const bool run = t->kind == STM_TOKEN_FIELD && shapes[t->shape].in;
        const int end = run ? run_end(m, t, next, j) : bounded_end(m, t, next, j);
        span[i] = (struct stm_pattern_span){j, end};
        j = end;
    }
}

bool stm_pattern_match(const struct stm_pattern *pattern, const char *subject,
                       struct stm_pattern_span span[STM_PATTERN_TOKENS])
{
    reach can[STM_PATTERN_TOKENS + 1];
    const size_t n = strlen(subject);
    if (n >= STM_PATTERN_SUBJECT) return false;
    const struct match m = {pattern, subject, (int)n, can};
    if (!fill_all(&m)) return false;
    for (int i = 0; i < pattern->n; i++)
        span[i] = (struct stm_pattern_span){-1, -1};
    walk(&m, span);
    return true;
}
