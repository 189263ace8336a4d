/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "pipeline/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct stm_option options[] = {
    {"--threads", 't', "N", "worker threads; default: all processors"},
    {"--isa", 0, "NAME", "instruction set (`stroma kernels`); results do not depend on it"},
    {"--memory-limit", 'm', "MIB", "lowers the number of workers until they fit; default: half the memory"},
    {"--keep", 0, NULL, "keep the records of sites, which make the next time quicker, on disk"},
    {"--json", 0, NULL, "print a summary as JSON on standard output"},
    {"--quiet", 'q', NULL, "no progress, no summary"},
    {0},
};

static bool read_options(const struct stm_arguments *args, struct stm_run_options *o, struct stm_error *err)
{
    long threads, mib;
    if (!stm_option_long(args, "--threads", 1, 1024, 0, &threads, err) ||
        !stm_option_long(args, "--memory-limit", 1, 1L << 30, 0, &mib, err))
        return false;
    o->threads = (int)threads;
    o->memory_limit = (size_t)mib << 20;
    return stm_setup_kernels(args, o, err);
}

static bool has_captures(const char *directory, int *captures, struct stm_error *err)
{
    struct stm_journal journal;
    if (!stm_journal_read(&journal, directory, err)) return false;
    *captures = journal.captures;
    if (journal.damaged)
        fprintf(stderr, "stroma: %d lines of %s/" STM_JOURNAL_FILE " are damaged and passed over\n",
                journal.damaged, directory);
    stm_journal_free(&journal);
    if (*captures) return true;
    stm_fail(err, STM_USAGE, "no capture was taken in here (stroma capture FILE… -o %s)", directory);
    return stm_fail_file(err, directory);
}

static void report(const struct stm_arguments *args, int captures, enum stm_update outcome,
                   const struct stm_run_summary *s)
{
    const bool ran = outcome == STM_UPDATE_DONE;
    if (stm_option_given(args, "--json"))
        printf("{\"captures\": %d, \"updated\": %s, \"sites\": %d, \"wells\": %d, \"ok\": %d, \"warn\": %d, "
               "\"rejected\": %d, \"failed\": %d}\n",
               captures, ran ? "true" : "false", s->sites, s->wells, s->ok, s->warned, s->rejected,
               s->failed);
    if (stm_option_given(args, "--quiet")) return;
    if (ran)
        fprintf(
            stderr,
            "stroma: %d captures, %d sites in %d wells: %d ok, %d with warnings, %d rejected, %d failed\n",
            captures, s->sites, s->wells, s->ok, s->warned, s->rejected, s->failed);
    else
        fprintf(stderr, "stroma: %d captures; the results were up to date\n", captures);
}

static int finish(const struct stm_arguments *args, struct stm_error *err)
{
    static const struct stm_sink *const none[] = {NULL};
    const char *const directory = args->operands[0];
    struct stm_run_options o = {.sinks = none};
    struct stm_run_summary summary;
    struct stm_progress progress;
    enum stm_update outcome;
    char path[4096];
    int captures;
    char *const command_line = stm_setup_command_line(args);
    o.command_line = command_line;
    stm_progress_begin(&progress, stm_option_given(args, "--quiet"));
    o.progress = stm_progress_show;
    o.progress_context = &progress;
    const bool good = read_options(args, &o, err) && has_captures(directory, &captures, err) &&
                      stm_captures_update(directory, &o, true, &outcome, &summary, err);
    stm_progress_end(&progress);
    if (good) {
        snprintf(path, sizeof path, "%s/" STM_SPOOL_FILE, directory);
        if (!stm_option_given(args, "--keep")) unlink(path);
        report(args, captures, outcome, &summary);
    }
    free(command_line);
    if (!good) return STM_EXIT_FAILED;
    return summary.failed || summary.rejected ? STM_EXIT_SITES : STM_EXIT_OK;
}

const struct stm_command stm_command_finish = {
    .name = "finish",
    .operands = "DIR",
    .summary = "brings a results directory up to date with all its captures",
    .text = "Afterwards DIR holds what `stroma run` over the files of all captures would write. Captures may "
            "still be\n"
            "added. Exit codes: 0 all good, 1 failed, 2 usage, 3 finished with failed or rejected sites.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = finish,
};
