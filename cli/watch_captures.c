/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures and updates of a watch: with what they are started, what becomes of them. */
#include "cli/watch.h"

#include "pipeline/core/json_read.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { MAX_ARGS = 512, MAX_TRIES = 3 };

/* Options that captures are given as the watch was. */
static int forward(const struct stm_watch *w, char **argv, int n, int room)
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

static void mark(struct stm_watch *w, const struct stm_lines *paths, bool busy)
{
    for (size_t i = 0; i < paths->n; i++) {
        struct stm_watch_file *const f = stm_watch_find(&w->pending, paths->line[i]);
        if (f) f->busy = busy;
    }
}

/* What has been answered is not looked at again until the journal has been. */
static void forget(struct stm_watch *w, const struct stm_lines *paths)
{
    for (size_t i = 0; i < paths->n; i++) {
        struct stm_watch_file *const f = stm_watch_find(&w->pending, paths->line[i]);
        if (f) f->size = STM_WATCH_ANSWERED;
    }
}

bool stm_watch_start_capture(struct stm_watch *w, struct stm_watch_job *job, struct stm_lines *paths,
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
    return stm_watch_start(job, argv, paths, stm_watch_now(), (double)w->limit, err);
}

bool stm_watch_start_update(struct stm_watch *w, struct stm_error *err)
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
    return stm_watch_start(&w->job[STM_WATCH_JOBS], argv, &none, stm_watch_now(), 0, err);
}

/* An image that no process survives is given up: its field of view fails with the reason. */
static void refuse(struct stm_watch *w, const struct stm_watch_job *job, const char *reason)
{
    struct stm_error err;
    struct stm_journal_file file;
    enum stm_journal_news news;
    for (size_t i = 0; i < job->paths.n; i++) {
        if (!stm_journal_look(&file, job->paths.line[i], &err)) continue;
        file.root = w->pending.root;
        file.refused = (char *)reason;
        if (!stm_journal_add(w->results, w->settings.text, &file, 1, &news, &err))
            snprintf(w->status.error, sizeof w->status.error, "%s cannot be given up: %s", file.path,
                     err.message);
        free(file.path);
    }
    w->status.refused++;
    stm_watch_log(&w->status, "refused", job->paths.n ? job->paths.line[0] : "", reason);
}

static void try_later(struct stm_watch *w, const struct stm_watch_job *job, const char *reason)
{
    bool again = false;
    for (size_t i = 0; i < job->paths.n; i++) {
        struct stm_watch_file *const f = stm_watch_find(&w->pending, job->paths.line[i]);
        if (!f) continue;
        f->tries++;
        f->not_before = stm_watch_now() + (double)(1 << (f->tries < 6 ? f->tries : 6));
        again = true;
    }
    if (again) stm_watch_log(&w->status, "again", job->paths.line[0], reason);
}

static int tries_of(struct stm_watch *w, const struct stm_watch_job *job)
{
    const struct stm_watch_file *const f =
        job->paths.n ? stm_watch_find(&w->pending, job->paths.line[0]) : NULL;
    return f ? f->tries : 0;
}

static void count_answer(struct stm_watch *w, const char *status)
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

static void end_capture(struct stm_watch *w, struct stm_watch_job *job, int code)
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
        w->last_capture = stm_watch_now();
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

static void end_update(struct stm_watch *w, int code)
{
    const struct stm_watch_job *const job = &w->job[STM_WATCH_JOBS];
    const bool good =
        WIFEXITED(code) && (WEXITSTATUS(code) == STM_EXIT_OK || WEXITSTATUS(code) == STM_EXIT_SITES);
    w->update_ended = stm_watch_now();
    w->update_took = w->update_ended - job->began;
    if (!good && !w->stop)
        snprintf(w->status.error, sizeof w->status.error, "the results could not be brought up to date");
    stm_watch_log(&w->status, good ? "updated" : "update failed", w->results, NULL);
    w->failed |= w->once && !good;
    w->dirty = true;
}

void stm_watch_look_after_jobs(struct stm_watch *w)
{
    int code;
    for (int i = 0; i <= STM_WATCH_JOBS; i++) {
        struct stm_watch_job *const job = &w->job[i];
        if (!job->pid) continue;
        stm_watch_listen(job, stm_watch_now());
        if (!stm_watch_ended(job, &code)) continue;
        stm_watch_listen(job, stm_watch_now());
        if (i < STM_WATCH_JOBS)
            end_capture(w, job, code);
        else
            end_update(w, code);
        stm_watch_job_free(job);
    }
}

int stm_watch_running(const struct stm_watch *w)
{
    int n = 0;
    for (int i = 0; i < STM_WATCH_JOBS; i++)
        n += w->job[i].pid != 0;
    return n;
}
