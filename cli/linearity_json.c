/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/linearity.h"

#include "pipeline/sinks/json.h"

#include <math.h>

static void put_number(struct stm_json *json, const char *key, double value, int digits)
{
    stm_json_number(json, key, value, stm_linearity_decimals(value, digits));
}

static void put_estimate(struct stm_json *json, const char *name, const char *comet, double fraction,
                         const struct stm_linearity_estimate *e, const char *unit)
{
    stm_json_open(json, NULL, '{');
    stm_json_text(json, "name", name);
    if (comet[0]) stm_json_text(json, "comet", comet);
    if (!isnan(fraction)) put_number(json, "dilution_fraction", fraction, 6);
    put_number(json, "value", e->value, 10);
    put_number(json, "low", e->interval.low, 6);
    put_number(json, "high", e->interval.high, 6);
    stm_json_text(json, "unit", unit);
    stm_json_close(json, '}');
}

static void put_samples(struct stm_json *json, const struct stm_linearity_result *r)
{
    stm_json_open(json, "samples", '[');
    for (int i = 0; i < r->method->n_samples; i++) {
        const struct stm_linearity_sample *const s = &r->method->sample[i];
        const double line = r->fit.b1 * s->x;
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "number", s->number);
        put_number(json, "target_dilution_fraction", s->target, 10);
        put_number(json, "dilution_fraction", s->x, 10);
        stm_json_integer(json, "observations", s->n);
        stm_json_integer(json, "missing", s->missing);
        put_number(json, "mean", r->point[i].mean, 10);
        put_number(json, "sd", r->point[i].sd, 10);
        put_number(json, "line", line, 10);
        put_number(json, "curve", line + stm_linearity_bend(&r->fit, s->x), 10);
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
}

static void put_departure(struct stm_json *json, const struct stm_linearity_departure *d)
{
    stm_json_open(json, "departure", '{');
    put_number(json, "f", d->f, 6);
    put_number(json, "p", d->p, 6);
    stm_json_integer(json, "freedom_of_bend", d->of_bend);
    stm_json_integer(json, "freedom_of_scatter", d->of_scatter);
    stm_json_close(json, '}');
}

static void put_method(struct stm_json *json, const struct stm_linearity_result *r)
{
    double fraction;
    stm_json_open(json, NULL, '{');
    stm_json_text(json, "name", r->method->name);
    stm_json_integer(json, "dilution_fractions", r->method->n_fractions);
    stm_json_integer(json, "observations", r->method->n_values);
    stm_json_integer(json, "missing", r->method->n_missing);
    stm_json_integer(json, "order", r->fit.curve.order);
    stm_json_open(json, "values", '[');
    for (int i = stm_linearity_next(r, -1, &fraction); i >= 0; i = stm_linearity_next(r, i, &fraction)) {
        const struct stm_linearity_measure *const m = stm_linearity_measure(i);
        put_estimate(json, m->name, m->comet, fraction, &r->estimate[i], m->unit);
    }
    stm_json_close(json, ']');
    put_departure(json, &r->departure);
    put_samples(json, r);
    stm_json_close(json, '}');
}

static void put_ratio(struct stm_json *json, const struct stm_linearity *a,
                      const struct stm_linearity_ratio *ratio)
{
    stm_json_open(json, NULL, '{');
    stm_json_text(json, "method", a->result[ratio->first].method->name);
    stm_json_text(json, "over", a->result[ratio->second].method->name);
    stm_json_open(json, "ratios", '[');
    for (int k = 0; k < STM_LINEARITY_RATIOS; k++)
        put_estimate(json, stm_linearity_measure(stm_linearity_ratio_index(k))->name, "", NAN,
                     &ratio->estimate[k], "1");
    stm_json_close(json, ']');
    stm_json_close(json, '}');
}

static void put_settings(struct stm_json *json, const struct stm_linearity_options *o)
{
    stm_json_open(json, "settings", '{');
    stm_json_text(json, "weights", stm_linearity_weights_name(o->weights));
    stm_json_integer(json, "bootstrap", o->draws);
    stm_json_integer(json, "seed", (int64_t)o->seed);
    stm_json_number(json, "confidence", o->confidence, 2);
    stm_json_close(json, '}');
}

void stm_linearity_json(struct stm_string *out, const struct stm_linearity_report *report)
{
    struct stm_json json = {.out = out, .pretty = true};
    const struct stm_linearity *const a = report->analysis;
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "program", "stroma " STM_VERSION);
    stm_json_text(&json, "standard", STM_LINEARITY_STANDARD);
    stm_json_text(&json, "file", report->file);
    stm_json_text(&json, "sha256", report->hash);
    stm_json_text(&json, "cell_type", report->data->cell_type);
    stm_json_text(&json, "concentration_type", report->data->concentration_type);
    stm_json_integer(&json, "ignored_rows", report->data->n_ignored);
    put_settings(&json, &a->options);
    stm_json_open(&json, "methods", '[');
    for (int i = 0; i < a->n_results; i++)
        put_method(&json, &a->result[i]);
    stm_json_close(&json, ']');
    stm_json_open(&json, "comparisons", '[');
    for (int i = 0; i < a->n_ratios; i++)
        put_ratio(&json, a, &a->ratio[i]);
    stm_json_close(&json, ']');
    stm_json_close(&json, '}');
    stm_string_add(out, "\n");
}
