/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/run.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "cli/store_option.h"
#include "cli/understood.h"
#include "kernels/kernels.h"
#include "pipeline/core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--output", 'o', "DIR", "results directory, created when missing (required)"},
    STM_SETUP_OPTIONS,
    {"--samples", 0, "FILE", "sample sheet: batch, donor code, condition … of the wells (docs/samples.md)"},
    {"--threads", 't', "N", "worker threads; default: all processors"},
    {"--isa", 0, "NAME", "instruction set (`stroma kernels`); results do not depend on it"},
    {"--memory-limit", 'm', "MIB", "lowers the number of workers until they fit; default: half the memory"},
    STM_OUTPUT_OPTIONS,
    {"--overlays", 0, "SIZE",
     "small (default: up to 1600 pixels a side) or full: a pixel of the image is one of the picture"},
    {"--no-hashes", 0, NULL, "run.json without the SHA-256 of the inputs (saves reading them once more)"},
    {"--strict", 0, NULL, "stop at the first site that fails, in plate order"},
    {"--store", 0, "FILE", "put the results into this database as well; default: STROMA_STORE, if set"},
    {"--meta", 0, "KEY=VALUE",
     "what the store is to know of this run: batch=B7, donor=D12 …; may be repeated"},
    {"--resume", 0, NULL, "go on with a run that was interrupted"},
    {"--dry-run", 'n', NULL, "say what would be done and stop"},
    {"--json", 0, NULL, "print a summary as JSON on standard output"},
    {"--quiet", 'q', NULL, "no progress, no summary"},
    {0},
};

static void print_lines(FILE *out, const char *head, const struct stm_string *lines)
{
    for (const char *p = lines->text; p && *p;) {
        const size_t n = strcspn(p, "\n");
        fprintf(out, "%s%.*s\n", head, (int)n, p);
        p += n + (p[n] == '\n');
    }
}

static int exit_code(const struct stm_run_summary *s)
{
    if (s->sites && s->failed == s->sites) return STM_EXIT_FAILED;
    return s->failed || s->rejected ? STM_EXIT_SITES : STM_EXIT_OK;
}

static void print_json(const struct stm_run_summary *s, const char *directory)
{
    printf("{\"sites\": %d, \"wells\": %d, \"ok\": %d, \"warn\": %d, \"rejected\": %d, \"failed\": %d, "
           "\"results\": \"",
           s->sites, s->wells, s->ok, s->warned, s->rejected, s->failed);
    for (const char *p = directory; *p; p++)
        if (*p == '"' || *p == '\\' || (unsigned char)*p < ' ')
            printf("\\u%04x", (unsigned char)*p);
        else
            putchar(*p);
    printf("\"}\n");
}

/* What is to be read first of what was made; tables always are. */
static const char *report_of(const struct stm_sink *const *sinks)
{
    static const char *const reports[][2] = {{"html", "report.html"}, {"pdf", "report.pdf"}};
    for (size_t r = 0; r < sizeof reports / sizeof *reports; r++)
        for (int i = 0; sinks[i]; i++)
            if (!strcmp(sinks[i]->name, reports[r][0])) return reports[r][1];
    return "wells.csv";
}

static void print_summary(const struct stm_run_summary *s, const struct stm_run_options *o)
{
    fprintf(stderr, "stroma: %d site%s in %d well%s: %d ok, %d with warnings, %d rejected, %d failed\n",
            s->sites, s->sites == 1 ? "" : "s", s->wells, s->wells == 1 ? "" : "s", s->ok, s->warned,
            s->rejected, s->failed);
    if (s->first_failure[0]) fprintf(stderr, "stroma: first failure: %s\n", s->first_failure);
    fprintf(stderr, "stroma: results are in %s; open %s/%s\n", o->directory, o->directory,
            report_of(o->sinks));
}

static bool read_options(const struct stm_arguments *args, struct stm_run_options *o, struct stm_error *err)
{
    long threads, mib;
    o->directory = stm_option_value(args, "--output");
    if (!o->directory && !stm_option_given(args, "--dry-run"))
        return stm_fail(err, STM_USAGE, "run needs a place for its results: -o DIR");
    if (!stm_option_long(args, "--threads", 1, 1024, 0, &threads, err) ||
        !stm_option_long(args, "--memory-limit", 1, 1L << 30, 0, &mib, err) ||
        !stm_setup_kernels(args, o, err))
        return false;
    const char *const overlays = stm_option_value(args, "--overlays");
    if (overlays && strcmp(overlays, "full") && strcmp(overlays, "small"))
        return stm_fail(err, STM_USAGE, "--overlays takes small or full, not '%s'", overlays);
    o->threads = (int)threads;
    o->memory_limit = (size_t)mib << 20;
    o->strict = stm_option_given(args, "--strict");
    o->no_hashes = stm_option_given(args, "--no-hashes");
    o->full_overlays = overlays && !strcmp(overlays, "full");
    o->resume = stm_option_given(args, "--resume");
    return true;
}

static int execute(const struct stm_arguments *args, struct stm_plan *plan, struct stm_intake *input,
                   struct stm_run_options *o, struct stm_error *err)
{
    struct stm_run_summary summary;
    struct stm_progress progress;
    const bool quiet = stm_option_given(args, "--quiet");
    int workers;
    size_t bytes;
    if (stm_option_given(args, "--dry-run")) {
        if (!stm_run_size(plan, input, o, &workers, &bytes, err)) return STM_EXIT_FAILED;
        stm_understood_plan(plan, input, o->sinks, workers, bytes);
        return STM_EXIT_OK;
    }
    if (!quiet) print_lines(stderr, "stroma: ", &input->problems);
    stm_progress_begin(&progress, quiet);
    o->progress = stm_progress_show;
    o->progress_context = &progress;
    const bool good = stm_run(plan, input, o, &summary, err);
    stm_progress_end(&progress);
    if (!good) return STM_EXIT_FAILED;
    if (stm_option_given(args, "--json")) print_json(&summary, o->directory);
    if (!quiet) print_summary(&summary, o);
    const char *const store = stm_store_named(args);
    if (store[0] && !stm_store_directory(store, o->directory, args, quiet, err)) return STM_EXIT_FAILED;
    return exit_code(&summary);
}

static int run(const struct stm_arguments *args, struct stm_error *err)
{
    const struct stm_sink *sinks[STM_SETUP_SINKS];
    struct stm_run_options o = {.sinks = sinks};
    struct stm_plan plan;
    struct stm_intake input = {0};
    int code = STM_EXIT_FAILED;
    char *const command_line = stm_setup_command_line(args);
    stm_setup_sinks(args, sinks, STM_SETUP_SINKS);
    o.command_line = command_line;
    if (!read_options(args, &o, err)) return free(command_line), STM_EXIT_USAGE;
    const char *const samples = stm_option_value(args, "--samples");
    if (stm_setup_plan(args, &plan, err) && stm_setup_intake(args, &plan, &input, err) &&
        (!samples || stm_intake_samples(&input, samples, err)))
        code = execute(args, &plan, &input, &o, err);
    stm_intake_free(&input);
    stm_plan_free(&plan);
    free(command_line);
    return code;
}

const struct stm_command stm_command_run = {
    .name = "run",
    .operands = "PATH…",
    .summary = "measures a plate, a folder or files and writes a results directory",
    .text = "Exit codes: 0 all good, 1 failed, 2 usage, 3 finished with failed or rejected sites.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
