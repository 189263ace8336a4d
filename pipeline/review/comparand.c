/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/comparand.h"

#include "pipeline/core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int stm_comparand_measure(struct stm_comparand *c, const char *name)
{
    for (int i = 0; i < c->n_measures; i++)
        if (!strcmp(c->measure[i], name)) return i;
    if (c->n_measures == STM_COMPARAND_MEASURES) return -1;
    stm_text_copy(c->measure[c->n_measures], STM_COMPARAND_NAME, name);
    return c->n_measures++;
}

struct stm_comparand_sample *stm_comparand_add(struct stm_comparand *c, const char *key,
                                               struct stm_error *err)
{
    if (c->n_samples == STM_COMPARAND_SAMPLES)
        return stm_fail(err, STM_BAD_INPUT, "there are more than %d samples", STM_COMPARAND_SAMPLES), NULL;
    if (c->n_samples == c->capacity) {
        const int more = c->capacity ? 2 * c->capacity : 64;
        struct stm_comparand_sample *const grown = realloc(c->sample, (size_t)more * sizeof *grown);
        if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for %d samples", more), NULL;
        c->sample = grown;
        c->capacity = more;
    }
    struct stm_comparand_sample *const s = &c->sample[c->n_samples++];
    stm_text_copy(s->key, sizeof s->key, key);
    for (int i = 0; i < STM_COMPARAND_MEASURES; i++)
        s->value[i] = NAN;
    return s;
}

static bool begins(const char *name, const char *with)
{
    return !strncmp(name, with, strlen(with));
}

/* Columns that say how, not what: identity, files, intervals, what else could have been. */
static bool is_result(const char *name)
{
    static const char *const heads[] = {"Metadata_", "FileName_",     "Plane_",      "BitDepth_",
                                        "Scale_",    "Offset_",       "Sites_",      "Dispersion",
                                        "Segment_",  "Illumination_", "Uncertainty", "Chamber_"};
    static const char *const tails[] = {
        "_Low",      "_High",    "_WithRejected", "_DesignEffect", "_IfAmbiguousLive", "_IfAmbiguousDead",
        "Threshold", "_PerSite", "_per_mL"};
    static const char *const words[] = {"ImageNumber", "Status",       "Reason",     "Width",
                                        "Height",      "PixelSize_um", "ObjectCount"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (begins(name, heads[i])) return false;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (stm_text_ends_with(name, tails[i])) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(name, words[i])) return false;
    return true;
}

static void take_columns(struct stm_comparand *c, struct stm_comparand_sample *s, const struct stm_csv *csv,
                         size_t row)
{
    for (size_t i = 0; i < stm_csv_columns(csv, 0); i++) {
        const char *const name = stm_csv_cell(csv, 0, i);
        double value;
        if (!is_result(name) || !stm_text_to_double(stm_csv_cell(csv, row, i), &value)) continue;
        const int m = stm_comparand_measure(c, name);
        if (m >= 0) s->value[m] = value;
    }
}

/* Cells per mL of the undiluted suspension, from the fields in use. */
static void take_concentrations(struct stm_comparand *c, struct stm_comparand_sample *s,
                                const struct stm_results *r, const struct stm_comparand_rules *rules,
                                size_t first, size_t n)
{
    static const struct {
        const char *name;
        enum stm_tally tally;
    } rates[] = {{"Total_per_mL", STM_TALLY_TOTAL},
                 {"Viable_per_mL", STM_TALLY_LIVE},
                 {"Dead_per_mL", STM_TALLY_DEAD}};
    const double depth = isnan(rules->depth_um) ? r->depth_um : rules->depth_um;
    const double known = isnan(rules->dilution) ? r->dilution : rules->dilution,
                 dilution = isnan(known) ? 1 : known;
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        double cells = 0, ml = 0;
        for (size_t i = first; i < first + n; i++) {
            const struct stm_result_field *const f = &r->field[i];
            if (f->verdict > STM_VERDICT_WARN) continue;
            cells += f->tally[rates[k].tally];
            ml += isnan(rules->depth_um) && !isnan(f->volume_ml) ? f->volume_ml : f->area_mm2 * depth * 1e-6;
        }
        const int m = ml > 0 && !isnan(cells) ? stm_comparand_measure(c, rates[k].name) : -1;
        if (m >= 0) s->value[m] = cells / ml * dilution;
    }
}

static bool take_well(struct stm_comparand *c, const struct stm_results *r, const struct stm_result_well *w,
                      const struct stm_comparand_rules *rules, const char *key, struct stm_error *err)
{
    if (w->verdict > STM_VERDICT_WARN) return true;
    struct stm_comparand_sample *const s = stm_comparand_add(c, key, err);
    if (!s) return false;
    take_columns(c, s, &r->wells_csv, w->row);
    take_concentrations(c, s, r, rules, w->first, w->n);
    return true;
}

/* Rows of images.csv stand in the order of the fields, below the heading. */
static bool take_fields(struct stm_comparand *c, const struct stm_results *r, const struct stm_result_well *w,
                        const struct stm_comparand_rules *rules, const char *key, struct stm_error *err)
{
    for (size_t i = w->first; i < w->first + w->n; i++) {
        if (r->field[i].verdict > STM_VERDICT_WARN) continue;
        struct stm_comparand_sample *const s = stm_comparand_add(c, key, err);
        if (!s) return false;
        take_columns(c, s, &r->images_csv, i + 1);
        take_concentrations(c, s, r, rules, i, 1);
    }
    return true;
}

bool stm_comparand_results(struct stm_comparand *c, const struct stm_results *r,
                           const struct stm_comparand_rules *rules, struct stm_error *err)
{
    c->kind = "stroma";
    c->unit = rules->fields ? "fields" : "wells";
    if (!c->title[0]) stm_text_copy(c->title, sizeof c->title, rules->value ? rules->value : r->title);
    memcpy(c->sha256, r->run_hash, sizeof c->sha256);
    for (size_t i = 0; i < r->n_wells; i++) {
        const struct stm_result_well *const w = &r->well[i];
        const char *const key = rules->key ? stm_results_sample(r, w, rules->key) : w->well;
        if (rules->by && strcmp(stm_results_sample(r, w, rules->by), rules->value)) continue;
        c->overridden += w->overridden;
        if (!(rules->fields ? take_fields : take_well)(c, r, w, rules, key, err)) return false;
    }
    return true;
}

void stm_comparand_free(struct stm_comparand *c)
{
    free(c->sample);
    *c = (struct stm_comparand){0};
}
