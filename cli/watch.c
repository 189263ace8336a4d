/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
/* Watching a folder: files that are whole become captures, each a process of its own; when it is quiet the
 * results are brought up to date. What has been taken in is known from the journal alone, so nothing is lost
 * or doubled by a watch that dies. */
#include "cli/command.h"
#include "cli/setup.h"
#include "cli/watch_jobs.h"
#include "cli/watch_pending.h"
#include "cli/watch_status.h"
#include "pipeline/channels.h"
#include "pipeline/core/file.h"
#include "pipeline/core/json_read.h"
#include "pipeline/core/lock.h"
#include "pipeline/core/workers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WATCH_LOCK_FILE ".stroma-watch"
enum { MAX_ARGS = 512, MAX_TRIES = 3 };

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

struct watch {
    const struct stm_arguments *args;
    struct stm_watch_pending pending;
    struct stm_watch_status status;
    struct stm_watch_job job[STM_WATCH_JOBS + 1]; /* the last one: an update */
    const char *results;
    char status_path[4096], *log_path;
    long jobs, limit, rescan, quiet;
    int events, signals, lock;
    double looked, last_capture, update_ended, update_took;
    bool dirty, stop, once, failed;
    struct stm_error *err;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- set-up ---- */

static bool read_options(struct watch *w, struct stm_error *err)
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

/* Settings are checked before anything is watched; they also say how many channels there will be. */
static bool check_settings(struct watch *w, struct stm_error *err)
{
    struct stm_plan plan;
    struct stm_channel_spec spec;
    struct stm_run_options run;
    const bool good = stm_setup_plan(w->args, &plan, err) && stm_setup_kernels(w->args, &run, err) &&
                      stm_channel_spec_parse(&spec, plan.input.channels, err);
    if (good) w->pending.patience.files = spec.n > 1 ? spec.n : 0;
    w->pending.pattern = stm_option_value(w->args, "--pattern");
    stm_plan_free(&plan);
    return good;
}

static bool open_folders(struct watch *w, struct stm_error *err)
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

static bool open_log(struct watch *w, struct stm_error *err)
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

static void take_signals(struct watch *w)
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

/* The folder and those below it; adding one that is watched already changes nothing. */
static void watch_folders(struct watch *w, const char *path, int depth)
{
    char below[4096];
    DIR *const dir = depth < stm_plate_rules.max_depth && w->events >= 0 ? opendir(path) : NULL;
    if (!dir) return;
    inotify_add_watch(w->events, path,
                      IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR);
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below)
            watch_folders(w, below, depth + 1);
    closedir(dir);
}

/* ---- processes ---- */

/* Options that captures are given as the watch was. */
static int forward(const struct watch *w, char **argv, int n, int room)
{
    static const char *const names[] = {"--assay",   "--protocol", "--set", "--channels",    "--pixel-size",
                                        "--pattern", "--samples",  "--isa", "--memory-limit"};
    static const char *const switches[] = {"--no-overlays", "--no-labels", "--no-html"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *const *values = NULL;
        const int given = stm_option_values(w->args, names[i], &values);
        for (int v = 0; v < given && n + 2 < room; v++) {
            argv[n++] = (char *)names[i];
            argv[n++] = (char *)values[v];
        }
    }
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (stm_option_given(w->args, switches[i]) && n < room) argv[n++] = (char *)switches[i];
    return n;
}

static void mark(struct watch *w, const struct stm_lines *paths, bool busy)
{
    for (size_t i = 0; i < paths->n; i++) {
        struct stm_watch_file *const f = stm_watch_find(&w->pending, paths->line[i]);
        if (f) f->busy = busy;
    }
}

/* What has been answered is not looked at again until the journal has been. */
static void forget(struct watch *w, const struct stm_lines *paths)
{
    for (size_t i = 0; i < paths->n; i++) {
        struct stm_watch_file *const f = stm_watch_find(&w->pending, paths->line[i]);
        if (f) f->size = STM_WATCH_ANSWERED;
    }
}

static bool start_capture(struct watch *w, struct stm_watch_job *job, struct stm_lines *paths,
                          struct stm_error *err)
{
    char *argv[MAX_ARGS] = {"stroma", "capture",       "--defer", "--json",
                            "--root", w->pending.root, "-o",      (char *)w->results};
    int n = forward(w, argv, 8, MAX_ARGS / 2);
    argv[n++] = "--";
    for (size_t i = 0; i < paths->n && n < MAX_ARGS - 1; i++)
        argv[n++] = paths->line[i];
    argv[n] = NULL;
    mark(w, paths, true);
    return stm_watch_start(job, argv, paths, now(), (double)w->limit, err);
}

static bool start_update(struct watch *w, struct stm_error *err)
{
    const char *const isa = stm_option_value(w->args, "--isa"), *const mib = stm_option_value(
                                                                    w->args, "--memory-limit");
    char *argv[16] = {"stroma", "finish", "--keep", "--quiet"};
    int n = 4;
    if (isa) argv[n++] = "--isa", argv[n++] = (char *)isa;
    if (mib) argv[n++] = "--memory-limit", argv[n++] = (char *)mib;
    argv[n++] = "--";
    argv[n++] = (char *)w->results;
    struct stm_lines none = {0};
    stm_watch_log(&w->status, "update", w->results, NULL);
    return stm_watch_start(&w->job[STM_WATCH_JOBS], argv, &none, now(), 0, err);
}

/* An image that no process survives is given up: its field of view fails with the reason. */
static void refuse(struct watch *w, const struct stm_watch_job *job, const char *reason)
{
    struct stm_error err;
    struct stm_journal_file file;
    enum stm_journal_news news;
    for (size_t i = 0; i < job->paths.n; i++) {
        if (!stm_journal_look(&file, job->paths.line[i], &err)) continue;
        file.root = w->pending.root;
        file.refused = (char *)reason;
        if (!w->pending.journal.settings ||
            !stm_journal_add(w->results, w->pending.journal.settings, &file, 1, &news, &err))
            snprintf(w->status.error, sizeof w->status.error, "%s cannot be given up: %s", file.path,
                     w->pending.journal.settings ? err.message : "nothing was taken in yet");
        free(file.path);
    }
    w->status.refused++;
    stm_watch_log(&w->status, "refused", job->paths.n ? job->paths.line[0] : "", reason);
}

static void try_later(struct watch *w, const struct stm_watch_job *job, const char *reason)
{
    bool again = false;
    for (size_t i = 0; i < job->paths.n; i++) {
        struct stm_watch_file *const f = stm_watch_find(&w->pending, job->paths.line[i]);
        if (!f) continue;
        f->tries++;
        f->not_before = now() + (double)(1 << (f->tries < 6 ? f->tries : 6));
        again = true;
    }
    if (again) stm_watch_log(&w->status, "again", job->paths.line[0], reason);
}

static int tries_of(struct watch *w, const struct stm_watch_job *job)
{
    const struct stm_watch_file *const f =
        job->paths.n ? stm_watch_find(&w->pending, job->paths.line[0]) : NULL;
    return f ? f->tries : 0;
}

static void count_answer(struct watch *w, const char *status)
{
    const struct {
        const char *name;
        long *counter;
    } counters[] = {{"ok", &w->status.ok},
                    {"warn", &w->status.warn},
                    {"rejected", &w->status.rejected},
                    {"failed", &w->status.failed}};
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        if (!strcmp(status, counters[i].name)) ++*counters[i].counter;
}

/* The answer goes to standard output as it is; its status and an error's reason are looked at. */
static void take_answer(const struct stm_watch_job *job, char status[32], char *reason, size_t size)
{
    struct stm_json_value *answer = NULL;
    struct stm_error ignored;
    const char *text = "";
    status[0] = reason[0] = '\0';
    if (job->answer.failed || !job->answer.length ||
        !stm_json_parse(&answer, job->answer.text, job->answer.length, &ignored))
        return;
    if (stm_json_get_text(stm_json_get(answer, "status"), &text)) snprintf(status, 32, "%s", text);
    if (stm_json_get_text(stm_json_get(answer, "reason"), &text)) snprintf(reason, size, "%s", text);
    stm_json_free(&answer);
}

static void end_capture(struct watch *w, struct stm_watch_job *job, int code)
{
    char status[32], reason[512];
    const bool answered =
        WIFEXITED(code) && (WEXITSTATUS(code) == STM_EXIT_OK || WEXITSTATUS(code) == STM_EXIT_SITES);
    take_answer(job, status, reason, sizeof reason);
    if (answered)
        forget(w, &job->paths);
    else
        mark(w, &job->paths, false);
    w->dirty = true;
    if (answered) {
        fwrite(job->answer.text, 1, job->answer.length, stdout);
        fflush(stdout);
        count_answer(w, status);
        w->status.error[0] = '\0';
        w->last_capture = now();
        stm_watch_log(&w->status, "capture", job->paths.line[0], status);
    } else if (WIFEXITED(code) && WEXITSTATUS(code) == STM_EXIT_USAGE) {
        w->stop = w->failed = true; /* it would be so for every capture */
        stm_fail(w->err, STM_USAGE, "%s", reason[0] ? reason : "captures are refused");
    } else if (WIFEXITED(code)) {
        snprintf(w->status.error, sizeof w->status.error, "%s", reason[0] ? reason : "a capture failed");
        try_later(w, job, w->status.error);
    } else {
        snprintf(reason, sizeof reason,
                 job->killed ? "no answer within %ld s" : "the program died of signal %ld",
                 job->killed ? w->limit : (long)WTERMSIG(code));
        if (w->stop || tries_of(w, job) + 1 < MAX_TRIES)
            try_later(w, job, reason);
        else
            refuse(w, job, reason);
    }
}

static void end_update(struct watch *w, int code)
{
    const struct stm_watch_job *const job = &w->job[STM_WATCH_JOBS];
    const bool good =
        WIFEXITED(code) && (WEXITSTATUS(code) == STM_EXIT_OK || WEXITSTATUS(code) == STM_EXIT_SITES);
    w->update_ended = now();
    w->update_took = w->update_ended - job->began;
    if (!good && !w->stop)
        snprintf(w->status.error, sizeof w->status.error, "the results could not be brought up to date");
    stm_watch_log(&w->status, good ? "updated" : "update failed", w->results, NULL);
    w->failed |= w->once && !good;
    w->dirty = true;
}

static void look_after_jobs(struct watch *w)
{
    int code;
    for (int i = 0; i <= STM_WATCH_JOBS; i++) {
        struct stm_watch_job *const job = &w->job[i];
        if (!job->pid) continue;
        stm_watch_listen(job, now());
        if (!stm_watch_ended(job, &code)) continue;
        stm_watch_listen(job, now());
        if (i < STM_WATCH_JOBS)
            end_capture(w, job, code);
        else
            end_update(w, code);
        stm_watch_job_free(job);
    }
}

static int running(const struct watch *w)
{
    int n = 0;
    for (int i = 0; i < STM_WATCH_JOBS; i++)
        n += w->job[i].pid != 0;
    return n;
}

/* ---- the loop ---- */

static void drain(struct watch *w)
{
    char bytes[65536];
    struct signalfd_siginfo info;
    while (w->events >= 0 && read(w->events, bytes, sizeof bytes) > 0)
        w->dirty = true; /* whatever it was, also an overflow: the folder is looked at as a whole */
    while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) w->stop = true;
}

static void wait_for_news(struct watch *w, double wake)
{
    struct pollfd fds[STM_WATCH_JOBS + 3] = {{.fd = w->signals, .events = POLLIN},
                                             {.fd = w->events, .events = POLLIN}};
    int n = 2;
    for (int i = 0; i <= STM_WATCH_JOBS; i++)
        if (w->job[i].pid && w->job[i].out >= 0)
            fds[n++] = (struct pollfd){.fd = w->job[i].out, .events = POLLIN};
    const double wait = wake - now();
    poll(fds, (nfds_t)n, wait <= 0 ? 0 : wait > 1 ? 1000 : (int)(wait * 1000) + 1);
    drain(w);
}

/* Looking costs time with many files: at most a fifth of it is spent so. */
static bool look(struct watch *w, double *wake, struct stm_error *err)
{
    const double begin = now(), due = w->looked + (w->dirty ? 0.1 : (double)w->rescan);
    if (begin < due) {
        if (due < *wake) *wake = due;
        return true;
    }
    w->dirty = false;
    watch_folders(w, w->pending.root, 0);
    const bool good = stm_watch_look(&w->pending, w->results, begin, err);
    w->looked = now() + 4 * (now() - begin);
    w->status.up_to_date =
        !w->pending.journal.n_files || stm_journal_is_covered(&w->pending.journal, w->results);
    return good;
}

static bool start_captures(struct watch *w, double *wake, struct stm_error *err)
{
    struct stm_lines paths = {0};
    for (int i = 0; i < w->jobs; i++) {
        if (w->job[i].pid) continue;
        if (!stm_watch_next(&w->pending, now(), &paths, wake, err)) return false;
        if (!paths.n) break;
        const bool good = start_capture(w, &w->job[i], &paths, err);
        stm_lines_free(&paths);
        if (!good) return false;
    }
    return true;
}

static bool is_idle(const struct watch *w)
{
    return !running(w) && !w->dirty && w->pending.n == w->pending.left && !w->pending.beyond;
}

/* When it is quiet; or when it never is, as often as it costs a tenth of the time. */
static bool wants_update(const struct watch *w)
{
    const double t = now();
    if (w->job[STM_WATCH_JOBS].pid || !w->pending.journal.n_files || w->status.up_to_date) return false;
    if (w->once) return is_idle(w);
    if (is_idle(w) && t - w->last_capture >= (double)w->quiet) return true;
    return t - w->update_ended > 600 && t - w->update_ended > 10 * w->update_took;
}

static bool publish(struct watch *w, const char *state, struct stm_error *err)
{
    w->status.state = state;
    w->status.waiting = w->pending.n - w->pending.left;
    w->status.left = w->pending.left;
    w->status.beyond = w->pending.beyond;
    w->status.running = running(w);
    w->status.captures = w->pending.journal.captures;
    w->status.written = now();
    return stm_watch_status_write(&w->status, err);
}

/* When something has changed, at most once a second, and every ten seconds to show that it lives. */
static bool is_due(const struct watch *w, const char *state)
{
    const struct stm_watch_status *const s = &w->status;
    const double age = now() - s->written;
    if (age < 1) return false;
    return age >= 10 || strcmp(state, s->state) != 0 || s->waiting != w->pending.n - w->pending.left ||
           s->running != running(w) || s->captures != w->pending.journal.captures ||
           s->beyond != w->pending.beyond || s->written < w->last_capture;
}

static bool step(struct watch *w, struct stm_error *err)
{
    double wake = now() + 1;
    if (!look(w, &wake, err) || !start_captures(w, &wake, err)) return false;
    if (wants_update(w) && !start_update(w, err)) return false;
    const bool updating = w->job[STM_WATCH_JOBS].pid != 0;
    const char *const state = updating ? "updating" : "running";
    if (is_due(w, state) && !publish(w, state, err)) return false;
    if (w->once && is_idle(w) && !updating && (w->status.up_to_date || w->failed)) w->stop = true;
    if (w->stop) return true;
    wait_for_news(w, wake);
    look_after_jobs(w);
    return true;
}

/* Captures at work are waited for, an update is broken off: the next start makes up for it. */
static void stop_jobs(struct watch *w)
{
    const double begin = now();
    if (w->job[STM_WATCH_JOBS].pid) kill(w->job[STM_WATCH_JOBS].pid, SIGKILL);
    while (running(w) || w->job[STM_WATCH_JOBS].pid) {
        if (now() - begin > 20)
            for (int i = 0; i < STM_WATCH_JOBS; i++)
                if (w->job[i].pid) kill(w->job[i].pid, SIGKILL);
        wait_for_news(w, now() + 0.1);
        look_after_jobs(w);
    }
}

static bool go_on(struct watch *w, struct stm_error *err)
{
    bool good = true;
    w->dirty = true;
    w->looked = -1e9;
    w->update_ended = w->last_capture = now() - 1e6;
    w->err = err;
    while (good && !w->stop)
        good = step(w, err);
    w->stop = true;
    stop_jobs(w);
    struct stm_error ignored;
    if (!good || w->failed) stm_error_text(err, w->status.error, sizeof w->status.error);
    publish(w, good && !w->failed ? "stopped" : "failed", &ignored);
    stm_watch_log(&w->status, good && !w->failed ? "stopped" : "failed", NULL,
                  w->status.error[0] ? w->status.error : NULL);
    return good && !w->failed;
}

static int watch(const struct stm_arguments *args, struct stm_error *err)
{
    struct watch *const w = calloc(1, sizeof *w);
    char lock_path[4096];
    if (!w) return stm_fail(err, STM_NO_MEMORY, "no memory for the watch"), STM_EXIT_FAILED;
    w->args = args;
    w->events = w->signals = w->lock = -1;
    bool good = read_options(w, err) && check_settings(w, err) && open_folders(w, err) && open_log(w, err);
    if (good) {
        take_signals(w);
        stm_watch_log(&w->status, "started", w->pending.root, NULL);
        good = go_on(w, err);
    }
    if (w->events >= 0) close(w->events);
    if (w->signals >= 0) close(w->signals);
    snprintf(lock_path, sizeof lock_path, "%s/" WATCH_LOCK_FILE, w->results ? w->results : ".");
    stm_lock_remove(&w->lock, lock_path);
    free(w->pending.root);
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
