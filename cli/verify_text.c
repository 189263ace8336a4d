/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words and numbers that the outputs of `stroma verify` have in common. */
#include "cli/verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void stm_verify_subject(struct stm_string *out, const struct stm_claims_row *row)
{
    const struct {
        const char *before, *text;
    } parts[] = {{"batch ", row->batch}, {"vial ", row->vial}, {"plate ", row->plate}, {"well ", row->well}};
    bool begun = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].text[0]) {
            stm_string_addf(out, "%s%s", begun ? ", " : "", parts[i].before);
            stm_string_add_utf8(out, parts[i].text, strlen(parts[i].text));
            begun = true;
        }
    if (!begun) stm_string_add(out, "all wells");
}

char *stm_verify_overridden(char *text, size_t size, int objects)
{
    text[0] = '\0';
    if (objects)
        snprintf(
            text, size,
            "%d object%s overridden: a reviewer gave %s another class than measured; the numbers here are "
            "those after overrides, pictures and report show what was measured",
            objects, objects == 1 ? "" : "s", objects == 1 ? "it" : "them");
    return text;
}

char *stm_verify_number(char *text, size_t size, enum stm_quantity quantity, double value)
{
    stm_text_number(text, size, value, stm_quantity_kinds[quantity].decimals);
    if (isinf(value)) stm_text_copy(text, size, "unlimited");
    if (!text[0]) stm_text_copy(text, size, "-");
    return text;
}

char *stm_verify_limits(char *text, size_t size, const struct stm_claim *claim)
{
    char low[64], high[64];
    const char *const unit = stm_quantity_kinds[claim->quantity].unit;
    stm_verify_number(low, sizeof low, claim->quantity, claim->low);
    stm_verify_number(high, sizeof high, claim->quantity, claim->high);
    if (isnan(claim->high))
        snprintf(text, size, "at least %s %s", low, unit);
    else if (isnan(claim->low))
        snprintf(text, size, "at most %s %s", high, unit);
    else
        snprintf(text, size, "%s to %s %s", low, high, unit);
    return text;
}

char *stm_verify_probability(char *text, size_t size, double p)
{
    if (isnan(p))
        stm_text_copy(text, size, "-");
    else if (p < 0.0001)
        stm_text_copy(text, size, "< 0.0001");
    else if (p > 0.9999)
        stm_text_copy(text, size, "> 0.9999");
    else
        stm_text_number(text, size, p, 4);
    return text;
}

bool stm_verify_guard(char *text, size_t size, const struct stm_finding *f)
{
    const enum stm_quantity q = f->claim->quantity;
    const char *const unit = stm_quantity_kinds[q].unit;
    char low[64], high[64];
    stm_verify_number(low, sizeof low, q, f->accept_low);
    stm_verify_number(high, sizeof high, q, f->accept_high);
    if (!isnan(f->accept_low) && !isnan(f->accept_high) && f->accept_low <= f->accept_high)
        snprintf(text, size, "from %s to %s %s", low, high, unit);
    else if (isnan(f->claim->high) && !isnan(f->accept_low))
        snprintf(text, size, "%s %s or more", low, unit);
    else if (isnan(f->claim->low) && !isnan(f->accept_high))
        snprintf(text, size, "%s %s or less", high, unit);
    else
        return false;
    return true;
}

static void judge_marker(char *text, size_t size, const struct stm_isct_item *item, const char *entered)
{
    double percent;
    if (!stm_text_to_double(entered, &percent) || percent < 0 || percent > 100)
        snprintf(text, size, "entered: %.80s; not a percentage, not judged", entered);
    else
        snprintf(text, size, "entered: %g %%, %s", percent,
                 (item->kind == STM_ISCT_POSITIVE ? percent >= item->limit : percent <= item->limit)
                     ? "meets the limit"
                     : "does not meet the limit");
}

/* Adherence is what an assay of adherent cells sees; everything else is another laboratory's. */
char *stm_verify_isct(char *text, size_t size, const struct stm_verify_report *report,
                      const struct stm_verified *v, int item)
{
    const struct stm_isct_item *const i = &stm_isct_items[item];
    const char *const entered = v->row->isct[item];
    const char *const assay = report->n_results ? report->results[0].assay : "";
    if (entered[0] && (i->kind == STM_ISCT_POSITIVE || i->kind == STM_ISCT_NEGATIVE))
        judge_marker(text, size, i, entered);
    else if (entered[0])
        snprintf(text, size, "entered: %.120s", entered);
    else if (i->kind == STM_ISCT_IMAGED && !strcmp(assay, "adherent"))
        snprintf(text, size, "imaged: %d fields of adherent cells", v->used);
    else if (i->kind == STM_ISCT_IMAGED)
        stm_text_copy(text, size, "not shown by these images: they are not of a growing culture");
    else
        stm_text_copy(text, size, "not imaged, enter from report");
    return text;
}

/* Appends a value unless it is there already. */
static void add_distinct(char *values, size_t size, const char *value)
{
    const size_t n = strlen(values), length = strlen(value);
    for (const char *p = values; (p = strstr(p, value)); p++)
        if ((p == values || p[-1] == ' ') && (!p[length] || p[length] == ';')) return;
    if (value[0] && n + length + 3 < size) snprintf(values + n, size - n, "%s%s", n ? "; " : "", value);
}

bool stm_verify_ledger(const struct stm_verified *v, size_t *column, char name[64], char *values, size_t size)
{
    static const char *const own[] = {"Plate", "Well", "Batch", "Vial"};
    const struct stm_csv *const first = v->n_wells ? &v->well[0].results->wells_csv : NULL;
    for (; first && *column < stm_csv_columns(first, 0); ++*column) {
        const char *const heading = stm_csv_cell(first, 0, *column);
        bool skip = strncmp(heading, "Metadata_", 9) != 0;
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            skip |= !skip && !strcmp(heading + 9, own[i]);
        if (skip) continue;
        stm_text_copy(name, 64, heading + 9);
        values[0] = '\0';
        for (int w = 0; w < v->n_wells; w++)
            add_distinct(values, size, stm_results_sample(v->well[w].results, v->well[w].well, name));
        ++*column;
        if (values[0]) return true;
        --*column;
    }
    return false;
}

static char *format_text(const char *format, const char *a, const char *b, const char *c)
{
    const size_t size = strlen(format) + strlen(a) + strlen(b) + strlen(c) + 1;
    char *const text = malloc(size);
    if (text) snprintf(text, size, "%s%s%s%s", a, format, b, c);
    return text;
}

/* The file that a field's picture is in, NULL when it was not written. */
static char *picture_of(const struct stm_verify_well *w, const struct stm_result_field *f)
{
    char stem[2 * STM_NAME];
    stm_text_stem(stem, sizeof stem, f->stem);
    char *const path = format_text("/overlays/", w->results->directory, stem, ".png");
    if (path && f->stem[0] && access(path, R_OK) == 0) return path;
    free(path);
    return NULL;
}

int stm_verify_pictures(const struct stm_verified *v, char **paths, char **titles, int most)
{
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int w = 0; w < v->n_wells; w++)
            for (size_t i = 0; i < v->well[w].well->n && n < most; i++) {
                const struct stm_result_field *const f =
                    &v->well[w].results->field[v->well[w].well->first + i];
                const bool look = f->verdict != STM_VERDICT_OK;
                if (look != (pass == 0) || (pass && i)) continue; /* of good wells the first field will do */
                paths[n] = picture_of(&v->well[w], f);
                if (!paths[n]) continue;
                titles[n] =
                    format_text(", field ", v->well[w].well->well, f->site, look ? " (needs a look)" : "");
                if (titles[n])
                    n++;
                else
                    free(paths[n]);
            }
    return n;
}
