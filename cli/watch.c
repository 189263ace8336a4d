/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
/* Watching a folder: files that are whole become captures, each a process of its own; when it is quiet the
 * results are brought up to date. What has been taken in is known from the journal alone, so nothing is lost
 * or doubled by a watch that dies. */
#include "cli/watch.h"

#include "cli/setup.h"
#include "pipeline/capture.h"
#include "pipeline/channels.h"
#include "pipeline/core/file.h"
#include "pipeline/core/lock.h"
#include "pipeline/core/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define WATCH_LOCK_FILE ".stroma-watch"

static const struct stm_option options[] = {
    {"--output", 'o', "DIR", "results directory (required); not below the watched folder"},
    STM_SETUP_OPTIONS,
    {"--samples", 0, "FILE", "sample sheet: batch, donor code, condition … of the wells (docs/samples.md)"},
    {"--jobs", 'j', "N", "captures at once; default: all processors"},
    {"--time-limit", 0, "S", "seconds an image may take before it is given up; default 120"},
    {"--stable", 0, "MS", "milliseconds a file must be left alone before it is read; default 1000"},
    {"--site-wait", 0, "S", "seconds a field of view waits for channels that may follow; default 5"},
    {"--give-up", 0, "S", "seconds after which an incomplete file is taken as it is; default 120"},
    {"--rescan", 0, "S",
     "seconds between looks at the folder without any event (network shares); default 30"},
    {"--quiet-time", 0, "S",
     "seconds without captures before the results are brought up to date; default 10"},
    {"--status", 0, "FILE", "status file; default: results/.stroma-watch.json"},
    {"--log", 0, "FILE", "where the log is added; default: standard error"},
    {"--once", 0, NULL, "take in what is there, bring the results up to date, stop"},
    {"--isa", 0, "NAME", "instruction set (`stroma kernels`); results do not depend on it"},
    {"--memory-limit", 'm', "MIB", "for each process; default: half the memory"},
    STM_OUTPUT_OPTIONS,
    {0},
};

static bool read_options(struct stm_watch *w, struct stm_error *err)
{
    long stable, site_wait, give_up, mib;
    const struct stm_arguments *const a = w->args;
    if (!(w->results = stm_option_value(a, "--output")))
        return stm_fail(err, STM_USAGE, "watch needs a place for its results: -o DIR");
    const long processors = stm_workers_available();
    if (!stm_option_long(a, "--jobs", 1, STM_WATCH_JOBS,
                         processors < STM_WATCH_JOBS ? processors : STM_WATCH_JOBS, &w->jobs, err) ||
        !stm_option_long(a, "--time-limit", 1, 86400, 120, &w->limit, err) ||
        !stm_option_long(a, "--stable", 0, 3600000, 1000, &stable, err) ||
        !stm_option_long(a, "--site-wait", 0, 86400, 5, &site_wait, err) ||
        !stm_option_long(a, "--give-up", 0, 86400, 120, &give_up, err) ||
        !stm_option_long(a, "--rescan", 1, 86400, 30, &w->rescan, err) ||
        !stm_option_long(a, "--quiet-time", 0, 86400, 10, &w->quiet, err) ||
        !stm_option_long(a, "--memory-limit", 1, 1L << 30, 0, &mib, err))
        return false;
    w->once = stm_option_given(a, "--once");
    w->pending.patience = (struct stm_watch_patience){
        .stable = (double)stable / 1000, .give_up = (double)give_up, .site = (double)site_wait};
    return true;
}

/* As `stroma capture` puts them into the journal. */
static void describe_settings(struct stm_watch *w, const struct stm_plan *plan)
{
    const struct stm_sink *sinks[STM_SETUP_SINKS];
    const char *const given = stm_option_value(w->args, "--samples");
    char *const samples = given ? realpath(given, NULL) : NULL;
    stm_setup_sinks(w->args, sinks, STM_SETUP_SINKS);
    stm_capture_settings(plan, sinks, samples, &w->settings);
    free(samples);
}

/* Settings are checked before anything is watched; they also say how many channels there will be. */
static bool check_settings(struct stm_watch *w, struct stm_error *err)
{
    struct stm_plan plan;
    struct stm_channel_spec spec;
    struct stm_run_options run;
    const bool good = stm_setup_plan(w->args, &plan, err) && stm_setup_kernels(w->args, &run, err) &&
                      stm_channel_spec_parse(&spec, plan.input.channels, err);
    if (good) w->pending.patience.files = spec.n > 1 ? spec.n : 0;
    if (good) describe_settings(w, &plan);
    w->pending.pattern = stm_option_value(w->args, "--pattern");
    stm_plan_free(&plan);
    return good;
}

static bool open_folders(struct stm_watch *w, struct stm_error *err)
{
    char path[4096];
    struct stat st;
    const char *const folder = w->args->operands[0];
    w->pending.root = realpath(folder, NULL);
    if (!w->pending.root || stat(w->pending.root, &st) != 0 || !S_ISDIR(st.st_mode)) {
        stm_fail(err, STM_USAGE, "is not a folder that can be watched");
        return stm_fail_file(err, folder);
    }
    if (!stm_file_mkdirs(w->results, err)) return false;
    char *const results = realpath(w->results, NULL);
    const size_t n = strlen(w->pending.root);
    const bool inside =
        results && !strncmp(results, w->pending.root, n) && (!results[n] || results[n] == '/');
    free(results);
    if (inside)
        return stm_fail(err, STM_USAGE,
                        "the results would lie in the folder that is watched; choose another -o");
    snprintf(path, sizeof path, "%s/" WATCH_LOCK_FILE, w->results);
    if (stm_lock_take(&w->lock, path, false, err)) return true;
    if (err->status != STM_OK) return false;
    stm_fail(err, STM_USAGE, "another watch writes its results here");
    return stm_fail_file(err, w->results);
}

static bool open_log(struct stm_watch *w, struct stm_error *err)
{
    const char *const log = stm_option_value(w->args, "--log"), *const status =
                                                                    stm_option_value(w->args, "--status");
    if (status)
        snprintf(w->status_path, sizeof w->status_path, "%s", status);
    else
        snprintf(w->status_path, sizeof w->status_path, "%s/.stroma-watch.json", w->results);
    w->status = (struct stm_watch_status){.path = w->status_path,
                                          .folder = w->pending.root,
                                          .results = w->results,
                                          .log = STDERR_FILENO,
                                          .state = "starting"};
    stm_watch_time(w->status.started);
    if (log && (w->status.log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) < 0) {
        stm_fail(err, STM_IO, "cannot be written: %s", strerror(errno));
        return stm_fail_file(err, log);
    }
    return stm_watch_status_write(&w->status, err);
}

static void take_signals(struct stm_watch *w)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    w->events =
        inotify_init1(IN_CLOEXEC | IN_NONBLOCK); /* without it the folder is looked at from time to time */
}

static int watch(const struct stm_arguments *args, struct stm_error *err)
{
    struct stm_watch *const w = calloc(1, sizeof *w);
    char lock_path[4096];
    if (!w) return stm_fail(err, STM_NO_MEMORY, "no memory for the watch"), STM_EXIT_FAILED;
    w->args = args;
    w->events = w->signals = w->lock = -1;
    bool good = read_options(w, err) && check_settings(w, err) && open_folders(w, err) && open_log(w, err);
    if (good) {
        take_signals(w);
        stm_watch_log(&w->status, "started", w->pending.root, NULL);
        good = stm_watch_go_on(w, err);
    }
    if (w->events >= 0) close(w->events);
    if (w->signals >= 0) close(w->signals);
    snprintf(lock_path, sizeof lock_path, "%s/" WATCH_LOCK_FILE, w->results ? w->results : ".");
    stm_lock_remove(&w->lock, lock_path);
    free(w->pending.root);
    stm_string_free(&w->settings);
    stm_watch_pending_free(&w->pending);
    free(w);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_watch = {
    .name = "watch",
    .operands = "DIR",
    .summary = "measures images as they arrive in a folder, until it is told to stop",
    .text = "Answers are printed as they come, one JSON object a line, as `stroma capture --json` gives "
            "them; the log\n"
            "goes to standard error. SIGTERM or SIGINT stops it; started again it goes on where it was.\n"
            "docs/capture.md says more and has a systemd unit.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = watch,
};
