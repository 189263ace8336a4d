/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/capture.h"
#include "cli/command.h"
#include "cli/setup.h"
#include "pipeline/capture_files.h"
#include "pipeline/core/text.h"
#include "pipeline/sinks/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct stm_option options[] = {
    {"--output", 'o', "DIR", "results directory that the capture is added to; default: only answer"},
    STM_SETUP_OPTIONS,
    {"--samples", 0, "FILE", "sample sheet: batch, donor code, condition … of the wells (docs/samples.md)"},
    {"--defer", 0, NULL, "leave bringing the results up to date to a later capture or `stroma finish`"},
    {"--objects", 0, NULL, "answer with every object too"},
    {"--threads", 't', "N", "worker threads; default: all processors. Results do not depend on it"},
    {"--isa", 0, "NAME", "instruction set (`stroma kernels`); results do not depend on it"},
    {"--memory-limit", 'm', "MIB", "default: half the memory"},
    {"--root", 0, "DIR", "read names and folders as if DIR had been given to `stroma run`"},
    STM_OUTPUT_OPTIONS,
    {"--json", 0, NULL, "answer with one JSON object on standard output (docs/capture.md)"},
    {"--quiet", 'q', NULL, "without --json: say nothing"},
    {0},
};

/* One capture from the command line to its answer. */
struct capture {
    const struct stm_arguments *args;
    struct stm_run_options run;
    const struct stm_sink *sinks[STM_SETUP_SINKS];
    struct stm_plan plan;
    struct stm_intake input;
    struct stm_capture_files files;
    enum stm_journal_news news;
    struct stm_capture_summary summary;
    struct stm_string sites; /* the answers */
    struct stm_json json;
    double began;
};

static const char *const news_names[] = {
    [STM_JOURNAL_NEW] = "new", [STM_JOURNAL_REPEATED] = "repeated", [STM_JOURNAL_REPLACED] = "replaced"};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool read_options(struct capture *c, struct stm_error *err)
{
    long threads, mib;
    c->run.directory = stm_option_value(c->args, "--output");
    c->run.sinks = c->sinks;
    c->run.counts_only = !c->run.directory && !stm_option_given(c->args, "--objects");
    stm_setup_sinks(c->args, c->sinks, STM_SETUP_SINKS);
    if (!stm_option_long(c->args, "--threads", 1, 1024, 0, &threads, err) ||
        !stm_option_long(c->args, "--memory-limit", 1, 1L << 30, 0, &mib, err))
        return false;
    c->run.threads = (int)threads;
    c->run.memory_limit = (size_t)mib << 20;
    return stm_setup_kernels(c->args, &c->run, err);
}

static bool open_input(struct capture *c, struct stm_error *err)
{
    return stm_capture_files_look(&c->files, c->args->operands, c->args->n_operands,
                                  stm_option_value(c->args, "--root"), err) &&
           stm_capture_files_intake(&c->files, &c->plan, stm_option_value(c->args, "--samples"), &c->input,
                                    err);
}

static bool add_site(void *context, const struct stm_site_row *row, struct stm_error *err)
{
    struct capture *const c = context;
    (void)err;
    stm_answer_site(&c->json, row, &c->plan.site_columns,
                    stm_option_given(c->args, "--objects") ? &c->plan.object_columns : NULL);
    if (!stm_option_given(c->args, "--json") && !stm_option_given(c->args, "--quiet"))
        fprintf(stderr, "stroma: well %s site %s: %s%s%s, %d objects\n", row->well, row->site,
                stm_verdict_name(row->verdict), row->reason[0] ? ": " : "", row->reason, row->n_objects);
    return true;
}

static bool is_known(const struct capture *c)
{
    return c->run.directory &&
           stm_journal_compare(c->run.directory, c->files.file, c->files.n) == STM_JOURNAL_REPEATED;
}

static bool take_in(struct capture *c, struct stm_error *err)
{
    struct stm_string settings = {0};
    char *samples = NULL;
    const char *const given = stm_option_value(c->args, "--samples");
    if (!c->run.directory) return true;
    if (given && !(samples = realpath(given, NULL)))
        return stm_fail(err, STM_IO, "--samples %s is gone", given);
    stm_capture_settings(&c->plan, c->sinks, samples, &settings);
    const bool good = settings.failed ? stm_fail(err, STM_NO_MEMORY, "no memory for the settings")
                                      : stm_journal_add(c->run.directory, settings.text, c->files.file,
                                                        c->files.n, &c->news, err);
    stm_string_free(&settings);
    free(samples);
    return good;
}

static void begin_answer(struct stm_json *json)
{
    stm_json_open(json, NULL, '{');
    stm_json_text(json, "schema", "stroma.capture/1");
    stm_json_text(json, "version", STM_VERSION);
}

static void print_line(const struct stm_string *text)
{
    if (!text->failed) fwrite(text->text, 1, text->length, stdout);
    putchar('\n');
    fflush(stdout);
}

static const char *worst(const struct stm_run_summary *s)
{
    return s->failed ? "failed" : s->rejected ? "rejected" : s->warned ? "warn" : "ok";
}

static void print_answer(const struct capture *c)
{
    struct stm_string text = {0};
    struct stm_json json = {.out = &text};
    begin_answer(&json);
    stm_json_text(&json, "status", worst(&c->summary.run));
    stm_json_text(&json, "assay", c->plan.assay->name);
    stm_json_text(&json, "assay_version", c->plan.assay->version);
    stm_json_text(&json, "protocol_sha256", c->plan.hash);
    stm_json_text(&json, "results", c->run.directory);
    stm_json_text(&json, "recorded", c->run.directory ? news_names[c->news] : NULL);
    stm_json_bool(&json, "provisional", true);
    stm_json_integer(&json, "plate_sites", c->summary.known);
    stm_json_lines(&json, "plate_notes", c->summary.notes.length ? c->summary.notes.text : "");
    stm_json_lines(&json, "problems", c->input.problems.text);
    stm_json_number(&json, "seconds", now() - c->began, 3);
    stm_string_add(&text, ",\"sites\":");
    stm_string_add_n(&text, c->sites.text, c->sites.length);
    stm_json_close(&json, '}');
    print_line(&text);
    stm_string_free(&text);
}

static void print_error(const struct stm_error *err)
{
    struct stm_string text = {0};
    struct stm_json json = {.out = &text};
    char reason[1024];
    stm_error_text(err, reason, sizeof reason);
    begin_answer(&json);
    stm_json_text(&json, "status", "error");
    stm_json_text(&json, "error", stm_status_name(err->status));
    stm_json_text(&json, "reason", reason);
    stm_json_close(&json, '}');
    print_line(&text);
    stm_string_free(&text);
}

static bool bring_up_to_date(struct capture *c, struct stm_error *err)
{
    enum stm_update outcome;
    struct stm_run_summary summary;
    if (!c->run.directory || stm_option_given(c->args, "--defer")) return true;
    return stm_captures_update(c->run.directory, &c->run, false, &outcome, &summary, err) ||
           stm_fail_in(err, "the capture is recorded, but the results are not up to date");
}

/* What is printed was recorded before; what was recorded is never lost. */
static bool answer(struct capture *c, struct stm_error *err)
{
    const bool json = stm_option_given(c->args, "--json");
    c->json = (struct stm_json){.out = &c->sites};
    stm_json_open(&c->json, NULL, '[');
    bool good = stm_setup_plan(c->args, &c->plan, err) && open_input(c, err) &&
                stm_capture(&c->plan, &c->input, &c->run, is_known(c), add_site, c, &c->summary, err) &&
                take_in(c, err);
    stm_json_close(&c->json, ']');
    if (!good && json) print_error(err);
    if (good && json) print_answer(c);
    return good && bring_up_to_date(c, err);
}

static int capture(const struct stm_arguments *args, struct stm_error *err)
{
    struct capture c = {.args = args, .began = now()};
    int code = STM_EXIT_FAILED;
    char *const command_line = stm_setup_command_line(args);
    c.run.command_line = command_line;
    if (!read_options(&c, err)) {
        if (stm_option_given(args, "--json")) print_error(err);
    } else if (answer(&c, err))
        code = c.summary.run.failed || c.summary.run.rejected ? STM_EXIT_SITES : STM_EXIT_OK;
    stm_capture_files_free(&c.files);
    stm_string_free(&c.sites);
    stm_string_free(&c.summary.notes);
    stm_intake_free(&c.input);
    stm_plan_free(&c.plan);
    free(command_line);
    return code;
}

const struct stm_command stm_command_capture = {
    .name = "capture",
    .operands = "FILE…",
    .summary = "measures one capture, answers, and adds it to a results directory",
    .text =
        "FILE… are all images of one field of view. Any number of captures may run at once into one results\n"
        "directory; when the last of them is done the results are those of `stroma run` over all their "
        "files.\n"
        "Exit codes: 0 good, 1 failed, 2 usage, 3 answered, but a field of view failed or was rejected.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = capture,
};
