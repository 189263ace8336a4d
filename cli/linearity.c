/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/linearity.h"

#include "cli/command.h"
#include "pipeline/core/file.h"
#include "pipeline/review/series.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--output", 'o', "DIR", "where linearity.csv, linearity.json and linearity.html go"},
    {"--weights", 'w', "x|1|x2", "what the variance is proportional to, x the dilution fraction; default: x"},
    {"--order", 0, "N", "order of the curve; default: one less than the dilution fractions"},
    {"--bootstrap", 'b', "N", "draws of the bootstrap, 50 to 10000; default: 1000"},
    {"--seed", 0, "N", "seed of the bootstrap; default: 1"},
    {"--results", 'r', "DIR", "take the counts from this results directory of `stroma run`; may be repeated"},
    {"--depth", 0, "UM", "depth of the chamber, where the protocol does not say (with --results)"},
    {"--dilution", 0, "X", "dilution for counting, where the protocol does not say (with --results)"},
    {"--json", 0, NULL, "print linearity.json instead of the table"},
    {0},
};

static const char *const weights_names[] = {
    [STM_LINEARITY_X] = "x", [STM_LINEARITY_1] = "1", [STM_LINEARITY_X2] = "x2"};
enum { WEIGHTS = sizeof weights_names / sizeof *weights_names };

const char *stm_linearity_weights_name(enum stm_linearity_weights weights)
{
    return weights_names[weights];
}

static bool read_weights(const struct stm_arguments *args, enum stm_linearity_weights *weights,
                         struct stm_error *err)
{
    const char *const name = stm_option_value(args, "--weights");
    for (int i = 0; i < WEIGHTS; i++)
        if (!name || !strcmp(name, weights_names[i])) {
            *weights = (enum stm_linearity_weights)i;
            return true;
        }
    return stm_fail(err, STM_USAGE, "--weights takes x, 1 or x2, not '%s'", name);
}

static bool read_options(const struct stm_arguments *args, struct stm_linearity_options *o,
                         struct stm_error *err)
{
    long order, draws, seed;
    if (!read_weights(args, &o->weights, err) ||
        !stm_option_long(args, "--order", 1, STM_LINEARITY_FRACTIONS - 1, 0, &order, err) ||
        !stm_option_long(args, "--bootstrap", STM_LINEARITY_MIN_DRAWS, STM_LINEARITY_MAX_DRAWS, 1000, &draws,
                         err) ||
        !stm_option_long(args, "--seed", 0, LONG_MAX, 1, &seed, err))
        return false;
    o->order = (int)order;
    o->draws = (int)draws;
    o->seed = (uint64_t)seed;
    o->confidence = 0.95;
    return true;
}

static bool read_number(const struct stm_arguments *args, const char *option, double lo, double hi,
                        double *value, struct stm_error *err)
{
    const char *const text = stm_option_value(args, option);
    *value = NAN;
    if (!text || (stm_text_to_double(text, value) && *value >= lo && *value <= hi)) return true;
    return stm_fail(err, STM_USAGE, "%s takes a number from %g to %g, not '%s'", option, lo, hi, text);
}

/* The design table with what the results have counted, as a table of counts. */
static bool fill_series(const struct stm_arguments *args, const struct stm_csv *design,
                        const struct stm_results *results, int n, struct stm_linearity_data *data,
                        struct stm_error *err)
{
    double depth, dilution;
    struct stm_string text = {0};
    struct stm_csv csv = {0};
    if (!read_number(args, "--depth", 0.1, 1e5, &depth, err) ||
        !read_number(args, "--dilution", 1, 1e9, &dilution, err))
        return false;
    if (!stm_series_fill(&text, design, results, n, depth, dilution, err))
        return stm_string_free(&text), false;
    const bool good =
        stm_csv_parse(&csv, text.text, text.length, ',', err) && stm_linearity_take(data, &csv, err);
    stm_csv_free(&csv);
    return good;
}

/* The counts are in the table, or in results for which the table is the design. */
static bool read_series(const struct stm_arguments *args, const char *path, struct stm_linearity_data *data,
                        struct stm_error *err)
{
    const char *const *directories;
    const int n = stm_option_values(args, "--results", &directories);
    struct stm_csv design = {0};
    if (!n) return stm_linearity_read(data, path, err);
    struct stm_results *const results = calloc((size_t)n, sizeof *results);
    bool good = results ? stm_csv_read(&design, path, STM_LINEARITY_BYTES, 0, err)
                        : stm_fail(err, STM_NO_MEMORY, "no memory for the results");
    for (int i = 0; good && i < n; i++)
        good = stm_results_read(&results[i], directories[i], err);
    good = good && (fill_series(args, &design, results, n, data, err) || stm_fail_file(err, path));
    for (int i = 0; results && i < n; i++)
        stm_results_free(&results[i]);
    free(results);
    stm_csv_free(&design);
    return good;
}

static bool check_design(const struct stm_linearity_data *data, struct stm_error *err)
{
    struct stm_lines problems = {0};
    const bool good = stm_linearity_check(data, &problems);
    for (size_t i = 0; i < problems.n; i++)
        fprintf(stderr, "stroma: %s\n", problems.line[i]);
    if (!good)
        stm_fail(err, STM_BAD_INPUT,
                 "the design cannot be judged; `stroma linearity --help` says what it needs");
    stm_lines_free(&problems);
    return good;
}

static bool save(const char *directory, const char *name, struct stm_string *text, struct stm_error *err)
{
    char path[4096];
    const int n = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (n < 0 || n >= (int)sizeof path) return stm_fail(err, STM_USAGE, "the output's path is too long");
    if (text->failed) return stm_fail(err, STM_NO_MEMORY, "no memory for %s", name);
    return stm_file_save(path, text->text, text->length, err);
}

static bool write_files(const struct stm_linearity_report *report, const char *directory,
                        struct stm_error *err)
{
    static const struct {
        const char *name;
        void (*make)(struct stm_string *out, const struct stm_linearity_report *report);
    } files[] = {
        {"linearity.csv", stm_linearity_csv},
        {"linearity.json", stm_linearity_json},
        {"linearity.html", stm_linearity_html},
    };
    bool good = stm_file_mkdirs(directory, err);
    for (size_t i = 0; good && i < sizeof files / sizeof *files; i++) {
        struct stm_string text = {0};
        files[i].make(&text, report);
        good = save(directory, files[i].name, &text, err);
        stm_string_free(&text);
    }
    return good;
}

static bool print(const struct stm_linearity_report *report, bool json, struct stm_error *err)
{
    struct stm_string text = {0};
    (json ? stm_linearity_json : stm_linearity_table)(&text, report);
    const bool good = !text.failed || stm_fail(err, STM_NO_MEMORY, "no memory for the table");
    if (good) fwrite(text.text, 1, text.length, stdout);
    stm_string_free(&text);
    return good;
}

static bool analyse(const struct stm_arguments *args, const char *path, struct stm_linearity_data *data,
                    struct stm_error *err)
{
    static struct stm_linearity analysis;
    struct stm_linearity_options o;
    struct stm_linearity_report report = {stm_text_basename(path), "", data, &analysis};
    const char *const directory = stm_option_value(args, "--output");
    if (!read_options(args, &o, err) || !read_series(args, path, data, err)) return false;
    if (!check_design(data, err)) return stm_fail_file(err, path);
    const bool good = stm_sha256_file(path, report.hash, err) &&
                      stm_linearity_run(&analysis, data, &o, err) &&
                      (!directory || write_files(&report, directory, err)) &&
                      print(&report, stm_option_given(args, "--json"), err);
    stm_linearity_close(&analysis);
    return good;
}

static int linearity(const struct stm_arguments *args, struct stm_error *err)
{
    struct stm_linearity_data data = {0};
    const bool good = analyse(args, args->operands[0], &data, err);
    stm_linearity_free(&data);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_linearity = {
    .name = "linearity",
    .operands = "COUNTS.csv",
    .summary = "says how proportional and precise counting is, from a dilution series",
    .text = "COUNTS.csv has a row for each observation, with the columns counting_method,\n"
            "target_dilution_fraction, random_sample_number, rep_obsv and cell_conc (cells/mL), and\n"
            "measured_dilution_fraction, stock_extraction, time_elapsed … where they are known.\n"
            "With --results the table is the design: instead of cell_conc it has a column Well (and Plate,\n"
            "Site) that says which well of the results each observation is.\n"
            "Least design: 4 dilution fractions (14 at most), each with 3 samples, each with 3\n"
            "observations. Indices and intervals are made " STM_LINEARITY_STANDARD ";\n"
            "docs/linearity.md explains them.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = linearity,
};
