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

static void put_table(struct stm_string *out, const struct stm_history *h, const char *measure)
{
    const struct stm_individuals *const c = &h->chart;
    stm_string_addf(out, "%-20s  %-16s %-12s %5s %10s %9s %10s %10s\n", "started", "plate", "batch", "wells",
                    "mean", "sd", "least", "most");
    for (size_t i = 0; i < h->n; i++) {
        const struct stm_history_point *const p = &h->point[i];
        char sd[340];
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
                        p->outside ? "  OUTSIDE" : "");
    }
    stm_string_addf(out, "%s: %zu runs", measure, h->n);
    if (h->n) stm_string_addf(out, ", mean of means %.3f", c->mean);
    if (h->n > 1)
        stm_string_addf(out, ", limits of individuals %.3f to %.3f (mean -+ 3 * mean moving range / 1.128)",
                        c->low, c->high);
    stm_string_add(out, "\n");
}

static void put_csv(struct stm_string *out, const struct stm_history *h, const char *measure)
{
    static const char *const head[] = {"Run",     "Started",   "Plate",    "Batch",     "Directory",
                                       "Measure", "Wells",     "Mean",     "SD",        "Least",
                                       "Most",    "ChartMean", "ChartLow", "ChartHigh", "Outside"};
    enum { CELLS = sizeof head / sizeof *head, NUMBER = 340 };
    stm_csv_row(out, CELLS, head);
    for (size_t i = 0; i < h->n; i++) {
        const struct stm_history_point *const p = &h->point[i];
        const double values[] = {p->mean, p->sd, p->low, p->high, h->chart.mean, h->chart.low, h->chart.high};
        char number[9][NUMBER];
        snprintf(number[7], NUMBER, "%lld", (long long)p->run);
        snprintf(number[8], NUMBER, "%d", p->wells);
        for (int k = 0; k < 7; k++)
            stm_text_number(number[k], NUMBER, values[k], DECIMALS);
        const char *const cells[CELLS] = {
            number[7], p->started, p->title,  p->batch,  p->directory,
            measure,   number[8],  number[0], number[1], number[2],
            number[3], number[4],  number[5], number[6], p->outside ? "1" : "0"};
        stm_csv_row(out, CELLS, cells);
    }
}

static void put_json(struct stm_string *out, const struct stm_history *h, const char *measure)
{
    struct stm_json json = {.out = out, .pretty = true};
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "measure", measure);
    stm_json_open(&json, "chart", '{');
    stm_json_text(&json, "kind", "individuals");
    stm_json_number(&json, "mean", h->chart.mean, DECIMALS);
    stm_json_number(&json, "low", h->chart.low, DECIMALS);
    stm_json_number(&json, "high", h->chart.high, DECIMALS);
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
    .text = "Each run is one point, the mean of its wells that have a value. Limits are those of a chart of\n"
            "individual values. docs/store.md explains them.\n",
    .options = options,
    .min_operands = 0,
    .max_operands = 0,
    .run = history,
};
