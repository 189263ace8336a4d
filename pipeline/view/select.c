/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/view/select.h"

#include "pipeline/io/wellname.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *text;
    enum stm_select_op op;
} operators[] = {{"!=", STM_SELECT_IS_NOT}, {"<=", STM_SELECT_AT_MOST}, {">=", STM_SELECT_AT_LEAST},
                 {"=", STM_SELECT_IS},      {"<", STM_SELECT_LESS},     {">", STM_SELECT_MORE}};

static const char *const short_names[][2] = {{"plate", "Metadata_Plate"}, {"well", "Metadata_Well"},
                                             {"site", "Metadata_Site"},   {"image", "ImageNumber"},
                                             {"object", "ObjectNumber"},  {"class", "Class"},
                                             {"counted", "Counted"},      {"file", "FileName"}};
enum { SHORT_NAMES = sizeof short_names / sizeof *short_names, MOST_COLUMNS = 4096 };

/* Copies up to a space outside of quotes, without the quotes; returns what is left. */
static const char *take_value(const char *p, char *out, size_t size, bool *fits)
{
    size_t n = 0;
    char quote = 0;
    for (; *p && (quote || *p != ' '); p++) {
        if (*p == quote)
            quote = 0;
        else if (!quote && (*p == '\'' || *p == '"'))
            quote = *p;
        else if (n + 1 < size)
            out[n++] = *p;
        else
            *fits = false;
    }
    out[n] = '\0';
    *fits = *fits && !quote;
    return p;
}

static bool parse_term(struct stm_select_term *term, const char **text, struct stm_error *err)
{
    const char *const begin = *text;
    const size_t n = strcspn(begin, "=!<> ");
    bool fits = n > 0 && n < sizeof term->name;
    snprintf(term->name, sizeof term->name, "%.*s", (int)(fits ? n : 0), begin);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const size_t length = strlen(operators[i].text);
        if (strncmp(begin + n, operators[i].text, length)) continue;
        term->op = operators[i].op;
        *text = take_value(begin + n + length, term->value, sizeof term->value, &fits);
        if (fits) return true;
        break;
    }
    return stm_fail(
        err, STM_USAGE,
        "the selection '%.100s' is not understood: terms are NAME=VALUE (or != < <= > >=), with spaces "
        "between them",
        begin);
}

bool stm_select_parse(struct stm_select *select, const char *text, struct stm_error *err)
{
    select->n = 0;
    for (const char *p = text; *(p += strspn(p, " "));) {
        if (select->n == STM_SELECT_TERMS)
            return stm_fail(err, STM_USAGE, "a selection has at most %d terms", STM_SELECT_TERMS);
        if (!parse_term(&select->term[select->n++], &p, err)) return false;
    }
    return true;
}

static const char *full_name(const char *name)
{
    for (int i = 0; i < SHORT_NAMES; i++)
        if (!stm_text_casecmp(name, short_names[i][0])) return short_names[i][1];
    return name;
}

static bool unknown(const char *name, const struct stm_csv *header, struct stm_error *err)
{
    const char *names[MOST_COLUMNS];
    size_t n = 0;
    for (int i = 0; i < SHORT_NAMES; i++)
        names[n++] = short_names[i][0];
    for (size_t c = 0; c < stm_csv_columns(header, 0) && n < MOST_COLUMNS; c++)
        names[n++] = stm_csv_cell(header, 0, c);
    const char *const near = stm_text_nearest(name, names, n);
    return stm_fail(err, STM_USAGE, "objects.csv has no column '%.60s'%s%.60s%s", name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

bool stm_select_bind(struct stm_select *select, const struct stm_csv *header, struct stm_error *err)
{
    for (int i = 0; i < select->n; i++) {
        struct stm_select_term *const term = &select->term[i];
        term->column = stm_csv_find(header, 0, full_name(term->name));
        if (term->column < 0) return unknown(term->name, header, err);
    }
    return true;
}

/* -1, 0, 1; *ordered says whether less and more mean anything. */
static int compare(const char *name, const char *cell, const char *value, bool *ordered)
{
    double a, b;
    int row[2], col[2];
    *ordered = stm_text_to_double(cell, &a) && stm_text_to_double(value, &b);
    if (*ordered) return (a > b) - (a < b);
    if (!stm_text_casecmp(full_name(name), "Metadata_Well") &&
        stm_wellname_parse(cell, strlen(cell), &row[0], &col[0]) &&
        stm_wellname_parse(value, strlen(value), &row[1], &col[1]))
        return row[0] != row[1] || col[0] != col[1];
    if (!stm_text_casecmp(name, "class") && !stm_text_casecmp(value, "none")) value = "";
    return stm_text_casecmp(cell, value);
}

static bool holds(enum stm_select_op op, int order, bool ordered)
{
    switch (op) {
    case STM_SELECT_IS:
    case STM_SELECT_IS_NOT:
        return order == 0;
    case STM_SELECT_LESS:
        return ordered && order < 0;
    case STM_SELECT_AT_MOST:
        return ordered && order <= 0;
    case STM_SELECT_MORE:
        return ordered && order > 0;
    case STM_SELECT_AT_LEAST:
        return ordered && order >= 0;
    }
    return false;
}

/* Any of the values between commas; with != none of them. */
static bool term_holds(const struct stm_select_term *term, const char *cell)
{
    bool any = false, ordered;
    char value[STM_SELECT_TEXT];
    for (const char *p = term->value;; p++) {
        const size_t n = strcspn(p, ",");
        snprintf(value, sizeof value, "%.*s", (int)n, p);
        const int order = compare(term->name, cell, value, &ordered);
        any |= holds(term->op, order, ordered);
        p += n;
        if (!*p) return term->op == STM_SELECT_IS_NOT ? !any : any;
    }
}

bool stm_select_match(const struct stm_select *select, const struct stm_csv *table, size_t row)
{
    for (int i = 0; i < select->n; i++)
        if (!term_holds(&select->term[i], stm_csv_cell(table, row, (size_t)select->term[i].column)))
            return false;
    return true;
}
