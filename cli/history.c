/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/store/history.h"
#include "cli/command.h"
#include "cli/store_option.h"
#include "pipeline/core/csv.h"
#include "pipeline/sinks/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--store", 0, "FILE",
     "the store; default: STROMA_STORE, or stroma/lab.sqlite in the user's data folder"},
    {"--measure", 'm', "NAME", "a column of wells.csv; default: Viability"},
    {"--batch", 'b', "TEXT", "only wells of this batch; the same as --meta batch=TEXT"},
    {"--meta", 0, "KEY=VALUE", "only wells of which this is known; may be repeated"},
    {"--assay", 'a', "NAME", "only runs of this method"},
    {"--since", 0, "DATE", "only runs from this day, month or year on: 2026-03-01, 2026-03, 2026"},
    {"--until", 0, "DATE", "only runs up to this day, month or year, inclusive"},
    {"--list", 0, NULL, "list the measures that the store has"},
    {"--csv", 0, NULL, "as CSV"},
    {"--json", 0, NULL, "as JSON"},
    {0},
};

enum { DECIMALS = 3 };

/* Which charts give an alarm at this run: "OUTSIDE EWMA CUSUM", behind `before` when there is any. */
static const char *signals(const struct stm_history_point *p, char text[64], const char *before)
{
    snprintf(text, 64, "%s%s%s%s", p->outside || p->ewma_alarm || p->cusum_alarm ? before : "",
             p->outside ? "OUTSIDE" : "", p->ewma_alarm ? (p->outside ? " EWMA" : "EWMA") : "",
             p->cusum_alarm ? (p->outside || p->ewma_alarm ? " CUSUM" : "CUSUM") : "");
    return text;
}

static void put_table(struct stm_string *out, const struct stm_history *h, const char *measure)
{
    stm_string_addf(out, "%-20s  %-16s %-12s %5s %10s %9s %10s %10s\n", "started", "plate", "batch", "wells",
                    "mean", "sd", "least", "most");
    for (size_t i = 0; i < h->n; i++) {
        const struct stm_history_point *const p = &h->point[i];
        char sd[340], mark[64];
        stm_string_addf(out, "%-20.20s  ", p->started);
        stm_string_add_utf8(out, p->title, strlen(p->title));
        for (size_t n = strlen(p->title); n < 16; n++)
            stm_string_add(out, " ");
        stm_string_add(out, " ");
        stm_string_add_utf8(out, p->batch, strlen(p->batch));
        for (size_t n = strlen(p->batch); n < 12; n++)
            stm_string_add(out, " ");
        stm_string_addf(out, " %5d %10.3f %9s %10.3f %10.3f%s\n", p->wells, p->mean,
                        stm_text_number(sd, sizeof sd, p->sd, DECIMALS), p->low, p->high,
                        signals(p, mark, "  "));
    }
    stm_string_addf(out, "%s: %zu runs", measure, h->n);
    if (h->n) stm_string_addf(out, ", mean of means %.3f", h->base.target);
    if (h->base.sigma > 0)
        stm_string_addf(out, ", sigma %.3f from moving ranges, limits of single runs %.3f to %.3f",
                        h->base.sigma, h->base.target - 3 * h->base.sigma,
                        h->base.target + 3 * h->base.sigma);
    stm_string_add(out, "\n");
}

static void put_csv(struct stm_string *out, const struct stm_history *h, const char *measure)
{
    static const char *const head[] = {"Run",      "Started",   "Plate",    "Batch",      "Directory",
                                       "Measure",  "Wells",     "Mean",     "SD",         "Least",
                                       "Most",     "Target",    "Low",      "High",       "EWMA",
                                       "EWMA_Low", "EWMA_High", "CUSUM_Up", "CUSUM_Down", "Signals"};
    enum { CELLS = sizeof head / sizeof *head, NUMBERS = 12, FIRST = 7, NUMBER = 340 };
    stm_csv_row(out, CELLS, head);
    for (size_t i = 0; i < h->n; i++) {
        const struct stm_history_point *const p = &h->point[i];
        const double target = h->base.target, wide = 3 * h->base.sigma,
                     values[NUMBERS] = {p->mean,
                                        p->sd,
                                        p->low,
                                        p->high,
                                        target,
                                        target - wide,
                                        target + wide,
                                        p->ewma,
                                        target - p->ewma_half,
                                        target + p->ewma_half,
                                        p->up,
                                        p->down};
        char number[NUMBERS][NUMBER], run[32], wells[32], mark[64];
        snprintf(run, sizeof run, "%lld", (long long)p->run);
        snprintf(wells, sizeof wells, "%d", p->wells);
        const char *cells[CELLS] = {run, p->started, p->title, p->batch, p->directory, measure, wells};
        for (int k = 0; k < NUMBERS; k++)
            cells[FIRST + k] = stm_text_number(number[k], NUMBER, values[k], DECIMALS);
        cells[CELLS - 1] = signals(p, mark, "");
        stm_csv_row(out, CELLS, cells);
    }
}

static void put_json(struct stm_string *out, const struct stm_history *h, const char *measure)
{
    struct stm_json json = {.out = out, .pretty = true};
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "measure", measure);
    stm_json_open(&json, "chart", '{');
    stm_json_number(&json, "target", h->base.target, DECIMALS);
    stm_json_number(&json, "sigma", h->base.sigma, DECIMALS);
    stm_json_number(&json, "low", h->base.target - 3 * h->base.sigma, DECIMALS);
    stm_json_number(&json, "high", h->base.target + 3 * h->base.sigma, DECIMALS);
    stm_json_number(&json, "ewma_lambda", STM_HISTORY_LAMBDA, 2);
    stm_json_number(&json, "ewma_width", STM_HISTORY_WIDTH, 2);
    stm_json_number(&json, "cusum_slack", STM_HISTORY_SLACK, 2);
    stm_json_number(&json, "cusum_limit", STM_HISTORY_LIMIT, 2);
    stm_json_close(&json, '}');
    stm_json_open(&json, "runs", '[');
    for (size_t i = 0; i < h->n; i++) {
        const struct stm_history_point *const p = &h->point[i];
        stm_json_open(&json, NULL, '{');
        stm_json_integer(&json, "run", p->run);
        stm_json_text(&json, "started", p->started);
        stm_json_text(&json, "plate", p->title);
        stm_json_text(&json, "batch", p->batch);
        stm_json_text(&json, "directory", p->directory);
        stm_json_integer(&json, "wells", p->wells);
        stm_json_number(&json, "mean", p->mean, DECIMALS);
        stm_json_number(&json, "sd", p->sd, DECIMALS);
        stm_json_number(&json, "least", p->low, DECIMALS);
        stm_json_number(&json, "most", p->high, DECIMALS);
        stm_json_bool(&json, "outside", p->outside);
        stm_json_number(&json, "ewma", p->ewma, DECIMALS);
        stm_json_number(&json, "ewma_low", h->base.target - p->ewma_half, DECIMALS);
        stm_json_number(&json, "ewma_high", h->base.target + p->ewma_half, DECIMALS);
        stm_json_bool(&json, "ewma_alarm", p->ewma_alarm);
        stm_json_number(&json, "cusum_up", p->up, DECIMALS);
        stm_json_number(&json, "cusum_down", p->down, DECIMALS);
        stm_json_bool(&json, "cusum_alarm", p->cusum_alarm);
        stm_json_close(&json, '}');
    }
    stm_json_close(&json, ']');
    stm_json_close(&json, '}');
    stm_string_add(out, "\n");
}

static bool print(struct stm_string *text, struct stm_error *err)
{
    const bool good = !text->failed || stm_fail(err, STM_NO_MEMORY, "no memory for the table");
    if (good && text->length) fwrite(text->text, 1, text->length, stdout);
    stm_string_free(text);
    return good;
}

static bool list(struct stm_store *store, struct stm_error *err)
{
    struct stm_lines names = {0};
    const bool good = stm_history_measures(&names, store, err);
    for (size_t i = 0; good && i < names.n; i++)
        printf("%s\n", names.line[i]);
    stm_lines_free(&names);
    return good;
}

/* --batch is a pair like any other. */
static bool trend(const struct stm_arguments *args, struct stm_store *store, struct stm_error *err)
{
    char batch[512];
    const char *pairs[STM_MAX_VALUES + 1], *const *given = NULL;
    const char *const measure = stm_option_value(args, "--measure"), *const wanted =
                                                                         stm_option_value(args, "--batch");
    struct stm_history_query query = {.measure = measure ? measure : "Viability",
                                      .assay = stm_option_value(args, "--assay"),
                                      .since = stm_option_value(args, "--since"),
                                      .until = stm_option_value(args, "--until"),
                                      .pairs = pairs,
                                      .n_pairs = stm_option_values(args, "--meta", &given)};
    struct stm_history h;
    struct stm_string text = {0};
    if (query.n_pairs) memcpy(pairs, given, (size_t)query.n_pairs * sizeof *pairs);
    snprintf(batch, sizeof batch, "batch=%s", wanted ? wanted : "");
    if (wanted) pairs[query.n_pairs++] = batch;
    const bool good = stm_history_read(&h, store, &query, err);
    if (good)
        (stm_option_given(args, "--json")  ? put_json
         : stm_option_given(args, "--csv") ? put_csv
                                           : put_table)(&text, &h, query.measure);
    stm_history_free(&h);
    return good && print(&text, err);
}

static int history(const struct stm_arguments *args, struct stm_error *err)
{
    char path[4096];
    struct stm_store *store;
    if (!stm_store_path(args, path, err) || !stm_store_open(&store, path, false, err)) return STM_EXIT_FAILED;
    const bool good = stm_option_given(args, "--list") ? list(store, err) : trend(args, store, err);
    stm_store_close(&store);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_history = {
    .name = "history",
    .operands = "",
    .summary = "shows how a measure went over the runs in the store, with control limits",
    .text =
        "Each run is one point, the mean of its wells that have a value. Three control charts look at the\n"
        "points: single values, EWMA, CUSUM. docs/store.md explains them.\n",
    .options = options,
    .min_operands = 0,
    .max_operands = 0,
    .run = history,
};
