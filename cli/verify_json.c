/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/verify.h"

#include "pipeline/sinks/json.h"

#include <math.h>

static void put(struct stm_json *json, const char *key, double value, int decimals)
{
    stm_json_number(json, key, isinf(value) ? NAN : value, decimals);
}

static void put_claim(struct stm_json *json, const struct stm_claim *c)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[c->quantity];
    stm_json_text(json, "quantity", kind->name);
    stm_json_text(json, "title", kind->title);
    stm_json_text(json, "unit", kind->unit);
    put(json, "claimed", c->claimed, kind->decimals);
    put(json, "limit_low", c->low, kind->decimals);
    put(json, "limit_high", c->high, kind->decimals);
    stm_json_text(json, "basis", c->basis);
}

static void put_evidence(struct stm_json *json, const struct stm_finding *f)
{
    const struct stm_evidence *const e = &f->evidence;
    stm_json_open(json, "evidence", '{');
    stm_json_text(json, "unit_kind", f->by_wells ? "wells" : "fields");
    stm_json_integer(json, "units", e->units);
    put(json, "cells", e->cells, 0);
    put(json, "design_effect", e->design, 3);
    put(json, "design_effect_used", e->careful, 3);
    put(json, "degrees_of_freedom", e->freedom, 2);
    put(json, "effective_cells", e->effective, 1);
    stm_json_close(json, '}');
}

static void put_budget(struct stm_json *json, const struct stm_budget *b)
{
    stm_json_open(json, "budget", '{');
    stm_json_open(json, "components", '[');
    for (int i = 0; i < b->n; i++) {
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "name", b->row[i].name);
        stm_json_text(json, "source", b->row[i].how);
        stm_json_text(json, "type", (char[]){b->row[i].type, '\0'});
        put(json, "standard_percent", 100 * b->row[i].standard, 3);
        put(json, "degrees_of_freedom", b->row[i].freedom, 1);
        put(json, "share_of_variance", stm_budget_share(b, i), 4);
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
    put(json, "combined_percent", 100 * b->combined, 3);
    put(json, "degrees_of_freedom", b->freedom, 1);
    put(json, "coverage_factor", b->coverage, 3);
    put(json, "expanded_percent", 100 * b->expanded, 3);
    stm_json_close(json, '}');
}

static void put_finding(struct stm_json *json, const struct stm_finding *f)
{
    const int d = stm_quantity_kinds[f->claim->quantity].decimals;
    stm_json_open(json, NULL, '{');
    put_claim(json, f->claim);
    stm_json_text(json, "verdict", stm_decision_name(f->decision));
    stm_json_text(json, "reason", f->reason);
    put(json, "value", f->value, d);
    put(json, "low", f->low, d);
    put(json, "high", f->high, d);
    put(json, "one_sided_low", f->lower, d);
    put(json, "one_sided_high", f->upper, d);
    put(json, "p_below", f->below, 4);
    put(json, "p_above", f->above, 4);
    put(json, "guarded_low", f->accept_low, d);
    put(json, "guarded_high", f->accept_high, d);
    put(json, "more_cells", f->more_cells, 0);
    put(json, "more_units", f->more_units < 0 ? (double)NAN : f->more_units, 0);
    put(json, "if_ambiguous_live", f->if_live, d);
    put(json, "if_ambiguous_dead", f->if_dead, d);
    put(json, "with_rejected", f->with_rejected, d);
    stm_json_text(json, "verdict_with_rejected",
                  isnan(f->with_rejected) ? NULL : stm_decision_name(f->decision_with_rejected));
    put_evidence(json, f);
    put_budget(json, &f->budget);
    stm_json_close(json, '}');
}

static void put_isct(struct stm_json *json, const struct stm_verify_report *report,
                     const struct stm_verified *v)
{
    char text[256];
    stm_json_open(json, "isct", '[');
    for (int i = 0; i < STM_ISCT_ITEMS; i++) {
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "name", stm_isct_items[i].name);
        stm_json_text(json, "criterion", stm_isct_items[i].what);
        stm_json_text(json, "status", stm_verify_isct(text, sizeof text, report, v, i));
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
}

static void put_excluded(struct stm_json *json, const struct stm_verified *v)
{
    stm_json_open(json, "excluded", '[');
    for (int w = 0; w < v->n_wells; w++)
        for (size_t i = 0; i < v->well[w].well->n; i++) {
            const struct stm_result_field *const f = &v->well[w].results->field[v->well[w].well->first + i];
            if (f->verdict <= STM_VERDICT_WARN) continue;
            stm_json_open(json, NULL, '{');
            stm_json_text(json, "plate", v->well[w].well->plate);
            stm_json_text(json, "well", v->well[w].well->well);
            stm_json_text(json, "site", f->site);
            stm_json_text(json, "status", stm_verdict_name(f->verdict));
            stm_json_text(json, "reason", f->reason);
            stm_json_close(json, '}');
        }
    stm_json_close(json, ']');
}

static void put_ledger(struct stm_json *json, const struct stm_verified *v)
{
    char name[64], values[256];
    stm_json_open(json, "sample", '{');
    for (size_t column = 0; stm_verify_ledger(v, &column, name, values, sizeof values);)
        stm_json_text(json, name, values);
    stm_json_close(json, '}');
}

static void put_row(struct stm_json *json, const struct stm_verify_report *report,
                    const struct stm_verified *v)
{
    static const char *const keys[STM_TALLIES] = {"total", "live", "dead", "ambiguous", "debris"};
    stm_json_open(json, NULL, '{');
    stm_json_integer(json, "line", v->row->line);
    stm_json_text(json, "batch", v->row->batch);
    stm_json_text(json, "vial", v->row->vial);
    stm_json_text(json, "plate", v->row->plate);
    stm_json_text(json, "well", v->row->well);
    stm_json_integer(json, "wells", v->n_wells);
    stm_json_integer(json, "fields_used", v->used);
    stm_json_integer(json, "fields_rejected", v->rejected);
    stm_json_integer(json, "fields_failed", v->failed);
    for (int t = 0; t < STM_TALLIES; t++)
        put(json, keys[t], v->tally[t], 0);
    put(json, "debris_per_cell", v->debris_per_cell, 3);
    stm_json_integer(json, "overridden_objects", v->overridden);
    put(json, "depth_um", v->depth_um, 2);
    put(json, "dilution", v->dilution, 4);
    put_ledger(json, v);
    put_excluded(json, v);
    stm_json_open(json, "claims", '[');
    for (int i = 0; i < v->n; i++)
        put_finding(json, &v->finding[i]);
    stm_json_close(json, ']');
    put_isct(json, report, v);
    stm_json_close(json, '}');
}

static void put_results(struct stm_json *json, const struct stm_results *r)
{
    stm_json_open(json, NULL, '{');
    stm_json_text(json, "directory", r->directory);
    stm_json_text(json, "title", r->title);
    stm_json_text(json, "version", r->version);
    stm_json_text(json, "assay", r->assay);
    stm_json_text(json, "protocol_sha256", r->protocol_hash);
    stm_json_text(json, "inputs_sha256", r->inputs_hash);
    stm_json_text(json, "wells_csv_sha256", r->wells_hash);
    stm_json_text(json, "images_csv_sha256", r->images_hash);
    stm_json_text(json, "run_json_sha256", r->run_hash);
    stm_json_integer(json, "override_entry", r->override_entry); /* 0: the tables are the run's own */
    stm_json_integer(json, "overridden_objects", r->overridden);
    stm_json_close(json, '}');
}

void stm_verify_json(struct stm_string *out, const struct stm_verify_report *report)
{
    struct stm_json json = {.out = out, .pretty = true};
    const struct stm_verify *const verify = report->verify;
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "program", "stroma " STM_VERSION);
    stm_json_text(&json, "claims_file", report->claims_file);
    stm_json_text(&json, "claims_sha256", report->claims->sha256);
    if (report->claims->profiles->n)
        stm_json_text(&json, "profiles_sha256", report->claims->profiles->sha256);
    put(&json, "confidence", verify->options.confidence, 4);
    stm_json_integer(&json, "supported", verify->count[STM_SUPPORTS]);
    stm_json_integer(&json, "contradicted", verify->count[STM_CONTRADICTS]);
    stm_json_integer(&json, "insufficient", verify->count[STM_INSUFFICIENT]);
    stm_json_open(&json, "results", '[');
    for (int i = 0; i < report->n_results; i++)
        put_results(&json, &report->results[i]);
    stm_json_close(&json, ']');
    stm_json_open(&json, "rows", '[');
    for (int i = 0; i < verify->n; i++)
        put_row(&json, report, &verify->row[i]);
    stm_json_close(&json, ']');
    stm_json_close(&json, '}');
    stm_string_add(out, "\n");
}
