/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/verify.h"

#include "pipeline/io/wellname.h"
#include "pipeline/stats/planning.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_UNITS = 100000 }; /* a plan for more is none */

/* What is made of cells that are neither clearly live nor clearly dead. */
enum doubt { LEFT_OUT, IF_LIVE, IF_DEAD };

/* Numbers of units side by side. */
struct units {
    double *part, *whole;
    int n;
};

static bool same_well(const char *claimed, const char *well)
{
    int row[2], col[2];
    if (!claimed[0]) return true;
    if (!strcmp(claimed, well)) return true;
    return stm_wellname_parse(claimed, strlen(claimed), &row[0], &col[0]) &&
           stm_wellname_parse(well, strlen(well), &row[1], &col[1]) && row[0] == row[1] && col[0] == col[1];
}

static bool speaks_of(const struct stm_claims_row *row, const struct stm_results *r,
                      const struct stm_result_well *w)
{
    return (!row->batch[0] || !strcmp(row->batch, stm_results_sample(r, w, "Batch"))) &&
           (!row->vial[0] || !strcmp(row->vial, stm_results_sample(r, w, "Vial"))) &&
           (!row->plate[0] || !strcmp(row->plate, w->plate)) && same_well(row->well, w->well);
}

static bool gather(struct stm_verified *v, const struct stm_results *results, int n_results,
                   struct stm_error *err)
{
    size_t wells = 0;
    for (int i = 0; i < n_results; i++)
        wells += results[i].n_wells;
    v->well = calloc(wells + 1, sizeof *v->well);
    if (!v->well) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu wells", wells);
    for (int i = 0; i < n_results; i++)
        for (size_t w = 0; w < results[i].n_wells; w++)
            if (speaks_of(v->row, &results[i], &results[i].well[w]))
                v->well[v->n_wells++] = (struct stm_verify_well){&results[i], &results[i].well[w]};
    return true;
}

static const struct stm_result_field *field_of(const struct stm_verify_well *w, size_t i)
{
    return &w->results->field[w->well->first + i];
}

static double zero_if_none(double x)
{
    return isnan(x) ? 0 : x;
}

static void add_up(struct stm_verified *v)
{
    for (int w = 0; w < v->n_wells; w++)
        v->overridden += v->well[w].well->overridden;
    for (int w = 0; w < v->n_wells; w++)
        for (size_t i = 0; i < v->well[w].well->n; i++) {
            const struct stm_result_field *const f = field_of(&v->well[w], i);
            v->fields++;
            v->rejected += f->verdict == STM_VERDICT_REJECTED;
            v->failed += f->verdict == STM_VERDICT_FAILED;
            if (f->verdict > STM_VERDICT_WARN) continue;
            v->used++;
            for (int t = 0; t < STM_TALLIES; t++)
                v->tally[t] += zero_if_none(f->tally[t]);
        }
    const struct stm_results *const r = v->n_wells ? v->well[0].results : NULL;
    v->depth_um = !isnan(v->row->depth_um) ? v->row->depth_um : r ? r->depth_um : NAN;
    v->dilution = !isnan(v->row->dilution) ? v->row->dilution : r ? r->dilution : NAN;
    if (isnan(v->dilution)) v->dilution = 1;
    v->debris_per_cell =
        v->tally[STM_TALLY_TOTAL] > 0 ? v->tally[STM_TALLY_DEBRIS] / v->tally[STM_TALLY_TOTAL] : NAN;
}

static double cells_of(const struct stm_result_field *f, const struct stm_quantity_kind *kind,
                       enum doubt doubt)
{
    const double unclear = zero_if_none(f->tally[STM_TALLY_AMBIGUOUS]);
    if (!kind->viable) return f->tally[STM_TALLY_TOTAL];
    return f->tally[STM_TALLY_LIVE] + (doubt == IF_LIVE ? unclear : 0);
}

/* mL of the suspension as it was before it was diluted, cm2, or the part of the product that was seen. */
static double size_of(const struct stm_verified *v, const struct stm_result_field *f, enum stm_basis basis)
{
    if (basis == STM_BASIS_AREA) return f->area_mm2 / 100;
    const double chamber =
        isnan(v->row->depth_um) && !isnan(f->volume_ml) ? f->volume_ml : f->area_mm2 * v->depth_um * 1e-6;
    const double volume = !isnan(v->row->volume_measured_ml) ? v->row->volume_measured_ml : v->row->volume_ml;
    return chamber / v->dilution / (basis == STM_BASIS_PRODUCT ? volume : 1);
}

static void parts_of(const struct stm_verified *v, const struct stm_result_field *f, enum stm_quantity q,
                     enum doubt doubt, double *part, double *whole)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[q];
    const double unclear = doubt == LEFT_OUT ? 0 : zero_if_none(f->tally[STM_TALLY_AMBIGUOUS]);
    if (q == STM_DEBRIS) {
        *part = f->tally[STM_TALLY_DEBRIS];
        *whole = f->tally[STM_TALLY_DEBRIS] + f->tally[STM_TALLY_TOTAL];
    } else if (kind->basis == STM_BASIS_CELLS) {
        *part = cells_of(f, kind, doubt);
        *whole = f->tally[STM_TALLY_LIVE] + f->tally[STM_TALLY_DEAD] + unclear;
    } else {
        *part = cells_of(f, kind, doubt);
        *whole = size_of(v, f, kind->basis);
    }
}

static bool counts(const struct stm_result_field *f, bool with_rejected)
{
    return f->verdict <= (with_rejected ? STM_VERDICT_REJECTED : STM_VERDICT_WARN);
}

/* Wells that have a field in use. */
static int count_wells(const struct stm_verified *v, bool with_rejected)
{
    int wells = 0;
    for (int w = 0; w < v->n_wells; w++) {
        bool any = false;
        for (size_t i = 0; i < v->well[w].well->n; i++)
            any |= counts(field_of(&v->well[w], i), with_rejected);
        wells += any;
    }
    return wells;
}

/* One entry a well, or a field when there is only one well. */
static struct units list_units(const struct stm_verified *v, enum stm_quantity q, enum doubt doubt,
                               bool with_rejected, bool by_wells, double *room)
{
    struct units u = {room, room + v->fields, 0};
    for (int w = 0; w < v->n_wells; w++) {
        bool begun = false;
        for (size_t i = 0; i < v->well[w].well->n; i++) {
            const struct stm_result_field *const f = field_of(&v->well[w], i);
            double part, whole;
            if (!counts(f, with_rejected)) continue;
            parts_of(v, f, q, doubt, &part, &whole);
            if (!by_wells || !begun) u.part[u.n] = u.whole[u.n] = 0, u.n++;
            begun = true;
            u.part[u.n - 1] += part;
            u.whole[u.n - 1] += whole;
        }
    }
    return u;
}

static struct stm_evidence look(const struct stm_verified *v, enum stm_quantity q, enum doubt doubt,
                                bool with_rejected, double systematic, double confidence, double *room)
{
    const bool by_wells = count_wells(v, with_rejected) > 1;
    const struct units u = list_units(v, q, doubt, with_rejected, by_wells, room);
    if (stm_quantity_kinds[q].basis == STM_BASIS_CELLS)
        return stm_evidence_share(u.part, u.whole, u.n, systematic, confidence);
    return stm_evidence_rate(u.part, u.whole, u.n, systematic, confidence);
}

/* The volume that somebody measured and entered: as well known as its standard uncertainty says. */
static struct stm_evidence entered(const struct stm_verified *v, double systematic)
{
    return (struct stm_evidence){.kind = STM_EVIDENCE_RATE,
                                 .value = v->row->volume_measured_ml,
                                 .careful = 1,
                                 .design = 1,
                                 .systematic = systematic,
                                 .effective = INFINITY};
}

static bool cannot(struct stm_finding *f, const char *why)
{
    stm_text_copy(f->reason, sizeof f->reason, why);
    return false;
}

/* Whether there is anything to judge; otherwise the reason says what is missing. */
static bool measurable(const struct stm_verified *v, enum stm_quantity q, struct stm_finding *f)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[q];
    const enum stm_tally needed = q == STM_DEBRIS ? STM_TALLY_DEBRIS : STM_TALLY_TOTAL;
    bool classes = false, counted = false, size = true;
    if (kind->basis == STM_BASIS_ENTERED) return true;
    if (!v->n_wells) return cannot(f, "the results have no such well or batch");
    if (!v->used) return cannot(f, "no field of view can be used");
    for (int w = 0; w < v->n_wells; w++) {
        classes |= v->well[w].results->has_classes;
        for (size_t i = 0; i < v->well[w].well->n; i++) {
            const struct stm_result_field *const field = field_of(&v->well[w], i);
            if (!counts(field, false)) continue;
            counted |= !isnan(field->tally[needed]);
            size &= kind->basis == STM_BASIS_CELLS || size_of(v, field, kind->basis) > 0;
        }
    }
    if (!kind->viable && !counted) return cannot(f, "the results do not count them");
    if (kind->viable && !classes) return cannot(f, "the images were not sorted into live and dead");
    if (kind->basis == STM_BASIS_PRODUCT && isnan(v->row->volume_ml) && isnan(v->row->volume_measured_ml))
        return cannot(f, "the volume of the product is not known: add the column Volume_mL");
    if (size) return true;
    if (kind->basis == STM_BASIS_AREA)
        return cannot(f, "the pixel size is not known: run again with --pixel-size");
    return cannot(
        f, "the counted volume is not known: it needs a pixel size, and the chamber's depth (Depth_um)");
}

static double viability_of(const struct stm_verified *v)
{
    const double decided = v->tally[STM_TALLY_LIVE] + v->tally[STM_TALLY_DEAD];
    return decided > 0 ? v->tally[STM_TALLY_LIVE] / decided : NAN;
}

static double systematic_of(const struct stm_verify *verify, const struct stm_verified *v,
                            enum stm_quantity q)
{
    struct stm_budget b = {0};
    stm_uncertainty_add(&b, &verify->uncertainty, q, viability_of(v), v->dilution);
    stm_budget_close(&b);
    return b.combined;
}

/* Type A from the fields, type B from everything else. */
static void fill_budget(const struct stm_verify *verify, const struct stm_verified *v, struct stm_finding *f)
{
    const struct stm_evidence *const e = &f->evidence;
    const double one = e->kind == STM_EVIDENCE_SHARE ? e->value * (1 - e->value) : 1;
    if (e->cells > 0) {
        stm_budget_add(&f->budget, "cells counted", "chance: independent cells", 'A', sqrt(one / e->cells),
                       INFINITY);
        stm_budget_add(&f->budget, f->by_wells ? "differences between wells" : "differences between fields",
                       "what exceeds chance, from this measurement", 'A',
                       sqrt(one / e->cells * (e->careful - 1)), e->freedom);
    }
    stm_uncertainty_add(&f->budget, &verify->uncertainty, f->claim->quantity, viability_of(v), v->dilution);
    stm_budget_close(&f->budget);
}

/* The 95 % interval, whatever the confidence of the verdict. */
static void fill_interval(struct stm_finding *f, double scale)
{
    struct stm_evidence e = f->evidence;
    if (e.units) stm_evidence_settle(&e, 0.975);
    f->low = scale * stm_evidence_lower(&e, 0.975);
    f->high = scale * stm_evidence_upper(&e, 0.975);
}

static void plan(struct stm_finding *f, double low, double high, double confidence)
{
    f->more_units = f->decision == STM_INSUFFICIENT
                        ? stm_planning_units(&f->evidence, low, high, confidence, MOST_UNITS)
                        : 0;
    f->more_cells = f->decision != STM_INSUFFICIENT ? 0
                    : f->more_units > 0 ? ceil(f->more_units * f->evidence.cells / f->evidence.units)
                                        : NAN;
}

static void say(struct stm_finding *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct stm_finding *f, const char *format, ...)
{
    char sentence[STM_REASON];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    const size_t n = strlen(f->reason);
    if (n + strlen(sentence) + 3 < sizeof f->reason)
        snprintf(f->reason + n, sizeof f->reason - n, "%s%s", n ? "; " : "", sentence);
}

/* Ambiguous cells decide nothing: a verdict stands only if it stands however they are counted. */
static void weigh_doubt(struct stm_finding *f, const struct stm_verified *v, double systematic, double low,
                        double high, double confidence, double *room)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[f->claim->quantity];
    f->if_live = f->if_dead = NAN;
    if (!kind->viable || !(v->tally[STM_TALLY_AMBIGUOUS] > 0)) return;
    const struct stm_evidence live =
                                  look(v, f->claim->quantity, IF_LIVE, false, systematic, confidence, room),
                              dead =
                                  look(v, f->claim->quantity, IF_DEAD, false, systematic, confidence, room);
    f->if_live = kind->scale * live.value;
    f->if_dead = kind->scale * dead.value;
    if (f->decision == stm_decide(&live, low, high, confidence) &&
        f->decision == stm_decide(&dead, low, high, confidence))
        return;
    if (f->decision != STM_INSUFFICIENT)
        say(f, "%.0f ambiguous cells could change the verdict (%s without them)",
            v->tally[STM_TALLY_AMBIGUOUS], stm_decision_name(f->decision));
    f->decision = STM_INSUFFICIENT;
}

/* What was left out must not be what made the verdict. */
static void weigh_rejected(struct stm_finding *f, const struct stm_verified *v, double systematic, double low,
                           double high, double confidence, double *room)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[f->claim->quantity];
    f->with_rejected = NAN;
    f->decision_with_rejected = f->decision;
    if (!v->rejected) return;
    const struct stm_evidence all = look(v, f->claim->quantity, LEFT_OUT, true, systematic, confidence, room);
    f->with_rejected = kind->scale * all.value;
    f->decision_with_rejected = stm_decide(&all, low, high, confidence);
    if (f->decision_with_rejected != f->decision)
        say(f, "with the %d rejected fields it would be %s", v->rejected,
            stm_decision_name(f->decision_with_rejected));
}

static void explain(struct stm_finding *f)
{
    const char *const unit = f->by_wells ? "well" : "field";
    if (f->decision != STM_INSUFFICIENT || f->claim->quantity == STM_VOLUME) return;
    if (f->evidence.units < 2) say(f, "a single %s says nothing about how much they differ", unit);
    if (f->more_units < 0)
        say(f,
            "no number of cells decides: the value is within the uncertainty that more cells do not reduce");
    else if (f->more_units > 0)
        say(f, "about %.0f more cells (%d more %s%s like these) would decide", f->more_cells, f->more_units,
            unit, f->more_units == 1 ? "" : "s");
}

static void judge(const struct stm_verify *verify, struct stm_verified *v, struct stm_finding *f,
                  double *room)
{
    const enum stm_quantity q = f->claim->quantity;
    const double scale = stm_quantity_kinds[q].scale, confidence = verify->options.confidence;
    const double low = isnan(f->claim->low) ? -INFINITY : f->claim->low / scale,
                 high = isnan(f->claim->high) ? INFINITY : f->claim->high / scale;
    const double systematic = systematic_of(verify, v, q);
    f->by_wells = count_wells(v, false) > 1;
    f->evidence =
        q == STM_VOLUME ? entered(v, systematic) : look(v, q, LEFT_OUT, false, systematic, confidence, room);
    const struct stm_judgement j = stm_judge(&f->evidence, low, high, confidence);
    f->decision = j.decision;
    f->value = scale * f->evidence.value;
    f->lower = scale * j.lower;
    f->upper = scale * j.upper;
    f->below = j.below;
    f->above = j.above;
    f->accept_low = scale * j.accept_low;
    f->accept_high = scale * j.accept_high;
    fill_interval(f, scale);
    fill_budget(verify, v, f);
    weigh_doubt(f, v, systematic, low, high, confidence, room);
    plan(f, low, high, confidence);
    if (q != STM_VOLUME) weigh_rejected(f, v, systematic, low, high, confidence, room);
    explain(f);
}

static bool verify_row(const struct stm_verify *verify, struct stm_verified *v,
                       const struct stm_results *results, int n_results, struct stm_error *err)
{
    if (!gather(v, results, n_results, err)) return false;
    add_up(v);
    double *const room = calloc((size_t)v->fields + 1, 2 * sizeof *room);
    if (!room) return stm_fail(err, STM_NO_MEMORY, "no memory for %d fields", v->fields);
    for (v->n = 0; v->n < v->row->n; v->n++) {
        struct stm_finding *const f = &v->finding[v->n];
        *f = (struct stm_finding){
            .claim = &v->row->claim[v->n], .decision = STM_INSUFFICIENT, .more_units = -1};
        f->value = f->low = f->high = f->lower = f->upper = f->below = f->above = f->accept_low =
            f->accept_high = NAN;
        f->if_live = f->if_dead = f->with_rejected = f->more_cells = NAN;
        f->decision_with_rejected = STM_INSUFFICIENT;
        if (measurable(v, f->claim->quantity, f)) judge(verify, v, f, room);
    }
    free(room);
    return true;
}

/* One assay, and no run twice: the same cells would count as new evidence. */
static bool belong_together(const struct stm_results *results, int n, struct stm_error *err)
{
    for (int i = 1; i < n; i++)
        if (strcmp(results[0].assay, results[i].assay))
            return stm_fail(err, STM_USAGE,
                            "%.60s is of assay %s, %.60s of %s: hold them against claims one by one",
                            results[0].directory, results[0].assay, results[i].directory, results[i].assay);
    for (int i = 1; i < n; i++)
        for (int k = 0; k < i; k++)
            if (!strcmp(results[i].run_hash, results[k].run_hash))
                return stm_fail(err, STM_USAGE, "%.60s and %.60s are the same run; once is enough",
                                results[k].directory, results[i].directory);
    return true;
}

bool stm_verify_run(struct stm_verify *verify, const struct stm_claims *claims,
                    const struct stm_results *results, int n_results,
                    const struct stm_verify_options *options, struct stm_error *err)
{
    double dilution = NAN;
    verify->options = *options;
    if (!belong_together(results, n_results, err)) return false;
    for (int i = 0; i < claims->n && isnan(dilution); i++)
        dilution = claims->row[i].dilution;
    if (isnan(dilution) && n_results) dilution = results[0].dilution;
    stm_uncertainty_default(&verify->uncertainty, n_results ? results[0].assay : "", dilution);
    if (n_results) stm_uncertainty_protocol(&verify->uncertainty, &results[0]);
    if (options->uncertainty && !stm_uncertainty_read(&verify->uncertainty, options->uncertainty, err))
        return false;
    verify->row = calloc((size_t)claims->n + 1, sizeof *verify->row);
    if (!verify->row) return stm_fail(err, STM_NO_MEMORY, "no memory for %d claims", claims->n);
    for (verify->n = 0; verify->n < claims->n;) {
        struct stm_verified *const v = &verify->row[verify->n++];
        v->row = &claims->row[verify->n - 1];
        if (!verify_row(verify, v, results, n_results, err)) return false;
        for (int i = 0; i < v->n; i++)
            verify->count[v->finding[i].decision]++;
    }
    return true;
}

void stm_verify_free(struct stm_verify *verify)
{
    for (int i = 0; i < verify->n; i++)
        free(verify->row[i].well);
    free(verify->row);
    memset(verify, 0, sizeof *verify);
}
