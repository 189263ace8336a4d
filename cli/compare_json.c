/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/compare.h"

#include "pipeline/sinks/json.h"

#include <math.h>
#include <string.h>

static void put(struct stm_json *json, const char *key, double value)
{
    char text[64];
    double rounded;
    stm_compare_number(text, sizeof text, value, 7);
    const char *const point = strchr(text, '.');
    const int decimals = point ? (int)strlen(point + 1) : 0;
    stm_json_number(json, key, stm_text_to_double(text, &rounded) ? rounded : NAN, decimals);
}

static void put_interval(struct stm_json *json, const char *key, double low, double high)
{
    stm_json_open(json, key, '[');
    put(json, NULL, low);
    put(json, NULL, high);
    stm_json_close(json, ']');
}

static void put_pairs(struct stm_json *json, const struct stm_compared *i)
{
    stm_json_open(json, "pairs", '{');
    stm_json_integer(json, "n", i->pairs);
    put(json, "bias", i->units.bias);
    put_interval(json, "limits_of_agreement", i->units.low, i->units.high);
    put(json, "bias_percent", i->percent.bias);
    put_interval(json, "limits_of_agreement_percent", i->percent.low, i->percent.high);
    put(json, "trend", i->units.trend);
    put(json, "trend_p", i->units.trend_p);
    put(json, "deming_slope", i->line.slope);
    put_interval(json, "deming_slope_interval", i->line.slope_of.low, i->line.slope_of.high);
    put(json, "deming_intercept", i->line.intercept);
    put_interval(json, "deming_intercept_interval", i->line.intercept_of.low, i->line.intercept_of.high);
    stm_json_close(json, '}');
}

static void put_item(struct stm_json *json, const struct stm_compared *i)
{
    static const char *const sides[] = {"first", "second"};
    stm_json_open(json, NULL, '{');
    stm_json_text(json, "measure", i->measure);
    stm_json_bool(json, "moved", i->moved);
    for (int s = 0; s < 2; s++) {
        stm_json_open(json, sides[s], '{');
        stm_json_integer(json, "n", i->n[s]);
        put(json, "mean", i->mean[s]);
        put(json, "sd", i->sd[s]);
        put(json, "repeatability", i->repeatability[s]);
        stm_json_close(json, '}');
    }
    put(json, "difference", i->difference);
    put_interval(json, "interval", i->low, i->high);
    put(json, "difference_percent", i->relative);
    put(json, "sigmas", i->sigmas);
    put(json, "p", i->p);
    put(json, "p_holm", i->adjusted);
    if (i->pairs) put_pairs(json, i);
    stm_json_close(json, '}');
}

void stm_compare_json(struct stm_string *out, const struct stm_compare *c)
{
    struct stm_json json = {.out = out, .pretty = true};
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "program", "stroma " STM_VERSION);
    stm_json_number(&json, "confidence", c->confidence, 4);
    stm_json_bool(&json, "paired", c->paired);
    stm_json_open(&json, "sides", '[');
    for (int s = 0; s < 2; s++) {
        stm_json_open(&json, NULL, '{');
        stm_json_text(&json, "title", c->side[s]->title);
        stm_json_text(&json, "kind", c->side[s]->kind);
        stm_json_integer(&json, "samples", c->side[s]->n_samples);
        stm_json_text(&json, "unit", c->side[s]->unit);
        stm_json_integer(&json, "overridden_objects", c->side[s]->overridden);
        stm_json_text(&json, "sha256", c->side[s]->sha256);
        stm_json_close(&json, '}');
    }
    stm_json_close(&json, ']');
    stm_json_open(&json, "measures", '[');
    for (int i = 0; i < c->n; i++)
        put_item(&json, &c->item[i]);
    stm_json_close(&json, ']');
    stm_json_close(&json, '}');
    stm_string_add(out, "\n");
}
