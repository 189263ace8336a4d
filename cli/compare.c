/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/compare.h"

#include "cli/command.h"
#include "pipeline/core/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct stm_option options[] = {
    {"--output", 'o', "DIR", "where compare.csv, compare.json and compare.html go"},
    {"--by", 'b', "NAME",
     "sides are values of this column of the sample sheet: Batch, Operator, Instrument …"},
    {"--first", 0, "VALUE", "the first side; default: the first of the two values there are"},
    {"--second", 0, "VALUE", "the second side"},
    {"--pair", 'k', "NAME", "samples with the same value of this column (or 'Well') are the same sample"},
    {"--depth", 0, "UM", "depth of the chamber, where the protocol does not say; for cells per mL"},
    {"--dilution", 0, "X", "dilution of the sample, where the protocol does not say"},
    {"--confidence", 0, "PERCENT", "of intervals and of 'moved', 80 to 99.9; default: 95"},
    {"--json", 0, NULL, "print compare.json instead of the table"},
    {0},
};

struct job {
    struct stm_results *results; /* one for each operand, empty for instruments */
    bool *is_results;
    int n;
    struct stm_comparand side[2];
    struct stm_comparand_rules rules[2];
    struct stm_compare compare;
    double confidence;
};

static bool read_number(const struct stm_arguments *args, const char *option, double lo, double hi,
                        double *value, struct stm_error *err)
{
    const char *const text = stm_option_value(args, option);
    if (!text || (stm_text_to_double(text, value) && *value >= lo && *value <= hi)) return true;
    return stm_fail(err, STM_USAGE, "%s takes a number from %g to %g, not '%s'", option, lo, hi, text);
}

static bool read_options(const struct stm_arguments *args, struct job *job, struct stm_error *err)
{
    double depth = NAN, dilution = NAN, percent = 95;
    const char *const key = stm_option_value(args, "--pair");
    if (!read_number(args, "--depth", 0.1, 1e5, &depth, err) ||
        !read_number(args, "--dilution", 1, 1e9, &dilution, err) ||
        !read_number(args, "--confidence", 80, 99.9, &percent, err))
        return false;
    job->confidence = percent / 100;
    for (int s = 0; s < 2; s++)
        job->rules[s] = (struct stm_comparand_rules){.by = stm_option_value(args, "--by"),
                                                     .key = key && stm_text_casecmp(key, "Well") ? key : NULL,
                                                     .depth_um = depth,
                                                     .dilution = dilution};
    if (job->rules[0].by || args->n_operands == 2) return true;
    return stm_fail(err, STM_USAGE,
                    "compare takes two sides, or --by NAME with one or more results directories");
}

/* A directory is a results directory; a file is another instrument's. */
static bool read_operands(const struct stm_arguments *args, struct job *job, struct stm_error *err)
{
    for (int i = 0; i < args->n_operands; i++) {
        struct stat st;
        if (stat(args->operands[i], &st) != 0)
            return stm_fail(err, STM_IO, "there is no file or directory %s", args->operands[i]);
        job->is_results[i] = S_ISDIR(st.st_mode);
        if (job->is_results[i] && !stm_results_read(&job->results[i], args->operands[i], err)) return false;
        if (!job->is_results[i] && job->rules[0].by)
            return stm_fail(err, STM_USAGE, "--by needs results directories; %s is a file",
                            args->operands[i]);
    }
    return true;
}

/* Distinct values of the column that tells the sides apart, in the order of the wells. */
static size_t list_values(const struct job *job, const char **values, size_t most)
{
    size_t n = 0;
    for (int i = 0; i < job->n; i++)
        for (size_t w = 0; w < job->results[i].n_wells; w++) {
            const char *const v =
                stm_results_sample(&job->results[i], &job->results[i].well[w], job->rules[0].by);
            size_t k = 0;
            while (k < n && strcmp(values[k], v) != 0)
                k++;
            if (v[0] && k == n && n < most) values[n++] = v;
        }
    return n;
}

static bool choose_sides(const struct stm_arguments *args, struct job *job, struct stm_error *err)
{
    enum { MOST = 256 };
    const char *values[MOST], *const given[2] = {stm_option_value(args, "--first"),
                                                 stm_option_value(args, "--second")};
    const size_t n = list_values(job, values, MOST);
    if (!n)
        return stm_fail(err, STM_BAD_INPUT, "the results have no column Metadata_%s: run with --samples",
                        job->rules[0].by);
    if ((!given[0] || !given[1]) && n != 2)
        return stm_fail(err, STM_USAGE, "%s has %zu values; choose two with --first and --second",
                        job->rules[0].by, n);
    for (int s = 0; s < 2; s++) {
        job->rules[s].value = given[s] ? given[s] : values[s];
        size_t k = 0;
        while (k < n && strcmp(values[k], job->rules[s].value) != 0)
            k++;
        const char *const near = k < n ? NULL : stm_text_nearest(job->rules[s].value, values, n);
        if (k == n)
            return stm_fail(err, STM_USAGE, "no well has %s '%s'%s%s%s", job->rules[s].by,
                            job->rules[s].value, near ? "; did you mean " : "", near ? near : "",
                            near ? "?" : "");
    }
    return true;
}

static bool fill_side(const struct stm_arguments *args, struct job *job, int s, struct stm_error *err)
{
    const int first = job->rules[0].by ? 0 : s, end = job->rules[0].by ? job->n : s + 1;
    for (int i = first; i < end; i++)
        if (job->is_results[i] ? !stm_comparand_results(&job->side[s], &job->results[i], &job->rules[s], err)
                               : !stm_comparand_instrument(&job->side[s], args->operands[i], err))
            return false;
    return true;
}

/* Wells where both sides have two of them, else fields of view. */
static bool fill_sides(const struct stm_arguments *args, struct job *job, struct stm_error *err)
{
    for (int s = 0; s < 2; s++)
        if (!fill_side(args, job, s, err)) return false;
    const bool of_wells =
        job->is_results[0] && job->is_results[job->n - 1] && !stm_option_given(args, "--pair");
    if (!of_wells || (job->side[0].n_samples > 1 && job->side[1].n_samples > 1)) return true;
    for (int s = 0; s < 2; s++) {
        stm_comparand_free(&job->side[s]);
        job->rules[s].fields = true;
        if (!fill_side(args, job, s, err)) return false;
    }
    return true;
}

static bool save(const struct stm_compare *c, const char *directory, const char *name,
                 void (*write)(struct stm_string *, const struct stm_compare *), struct stm_error *err)
{
    char path[4096];
    struct stm_string text = {0};
    snprintf(path, sizeof path, "%s/%s", directory, name);
    write(&text, c);
    const bool good = text.failed ? stm_fail(err, STM_NO_MEMORY, "no memory to write %s", name)
                                  : stm_file_save(path, text.text, text.length, err);
    stm_string_free(&text);
    return good;
}

static bool write_all(const struct stm_arguments *args, const struct stm_compare *c, struct stm_error *err)
{
    const char *const directory = stm_option_value(args, "--output");
    struct stm_string text = {0};
    if (directory &&
        !(stm_file_mkdirs(directory, err) && save(c, directory, "compare.csv", stm_compare_csv, err) &&
          save(c, directory, "compare.json", stm_compare_json, err) &&
          save(c, directory, "compare.html", stm_compare_html, err)))
        return false;
    (stm_option_given(args, "--json") ? stm_compare_json : stm_compare_table)(&text, c);
    const bool good = !text.failed || stm_fail(err, STM_NO_MEMORY, "no memory for the comparison");
    if (good) fputs(text.text, stdout);
    stm_string_free(&text);
    return good;
}

/* Pairs where they are asked for, or where one side is another instrument and three names or more are shared.
 */
static bool compare_all(const struct stm_arguments *args, struct job *job, struct stm_error *err)
{
    if (!read_options(args, job, err) || !read_operands(args, job, err) ||
        (job->rules[0].by && !choose_sides(args, job, err)) || !fill_sides(args, job, err))
        return false;
    const bool other = !job->is_results[0] || !job->is_results[job->n - 1];
    const bool paired = stm_option_given(args, "--pair") ||
                        (other && stm_compare_common_keys(&job->side[0], &job->side[1]) >= 3);
    return stm_compare_run(&job->compare, &job->side[0], &job->side[1], paired, job->confidence, err) &&
           write_all(args, &job->compare, err);
}

static int run(const struct stm_arguments *args, struct stm_error *err)
{
    static struct job job;
    job.n = args->n_operands;
    job.results = calloc((size_t)job.n + 1, sizeof *job.results);
    job.is_results = calloc((size_t)job.n + 1, sizeof *job.is_results);
    const bool good = job.results && job.is_results
                          ? compare_all(args, &job, err)
                          : stm_fail(err, STM_NO_MEMORY, "no memory for the results");
    stm_compare_free(&job.compare);
    for (int s = 0; s < 2; s++)
        stm_comparand_free(&job.side[s]);
    for (int i = 0; job.results && i < job.n; i++)
        stm_results_free(&job.results[i]);
    free(job.results);
    free(job.is_results);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_compare = {
    .name = "compare",
    .operands = "FIRST [SECOND]",
    .summary = "says which measure moved between two batches, operators, instruments or methods",
    .text = "A side is a directory that `stroma run` wrote, or the file of another counter as it is: Vi-CELL "
            "BLU,\n"
            "NC-View, NucleoView, Cellaca, Matrix. With --by one directory (or several) is divided by a "
            "column of\n"
            "its sample sheet. Samples of the same name on both sides are pairs when one side is another\n"
            "instrument, or with --pair. docs/compare.md explains the numbers.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
