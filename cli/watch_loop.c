/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "cli/watch.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

double stm_watch_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The folder and those below it; adding one that is watched already changes nothing. */
static void watch_folders(struct stm_watch *w, const char *path, int depth)
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

static void drain(struct stm_watch *w)
{
    char bytes[65536];
    struct signalfd_siginfo info;
    while (w->events >= 0 && read(w->events, bytes, sizeof bytes) > 0)
        w->dirty = true; /* whatever it was, also an overflow: the folder is looked at as a whole */
    while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) w->stop = true;
}

static void wait_for_news(struct stm_watch *w, double wake)
{
    struct pollfd fds[STM_WATCH_JOBS + 3] = {{.fd = w->signals, .events = POLLIN},
                                             {.fd = w->events, .events = POLLIN}};
    int n = 2;
    for (int i = 0; i <= STM_WATCH_JOBS; i++)
        if (w->job[i].pid && w->job[i].out >= 0)
            fds[n++] = (struct pollfd){.fd = w->job[i].out, .events = POLLIN};
    const double wait = wake - stm_watch_now();
    poll(fds, (nfds_t)n, wait <= 0 ? 0 : wait > 1 ? 1000 : (int)(wait * 1000) + 1);
    drain(w);
}

/* Looking costs time with many files: at most a fifth of it is spent so. */
static bool look(struct stm_watch *w, double *wake, struct stm_error *err)
{
    const double begin = stm_watch_now(), due = w->looked + (w->dirty ? 0.1 : (double)w->rescan);
    if (begin < due) {
        if (due < *wake) *wake = due;
        return true;
    }
    w->dirty = false;
    watch_folders(w, w->pending.root, 0);
    const bool good = stm_watch_look(&w->pending, w->results, begin, err);
    w->looked = stm_watch_now() + 4 * (stm_watch_now() - begin);
    w->status.up_to_date =
        !w->pending.journal.n_files || stm_journal_is_covered(&w->pending.journal, w->results);
    return good;
}

static bool start_captures(struct stm_watch *w, double *wake, struct stm_error *err)
{
    struct stm_lines paths = {0};
    for (int i = 0; i < w->jobs; i++) {
        if (w->job[i].pid) continue;
        if (!stm_watch_next(&w->pending, stm_watch_now(), &paths, wake, err)) return false;
        if (!paths.n) break;
        const bool good = stm_watch_start_capture(w, &w->job[i], &paths, err);
        stm_lines_free(&paths);
        if (!good) return false;
    }
    return true;
}

static bool is_idle(const struct stm_watch *w)
{
    return !stm_watch_running(w) && !w->dirty && w->pending.n == w->pending.left && !w->pending.beyond;
}

/* When it is quiet; or when it never is, as often as it costs a tenth of the time. */
static bool wants_update(const struct stm_watch *w)
{
    const double t = stm_watch_now();
    if (w->job[STM_WATCH_JOBS].pid || !w->pending.journal.n_files || w->status.up_to_date) return false;
    if (w->once) return is_idle(w);
    if (is_idle(w) && t - w->last_capture >= (double)w->quiet) return true;
    return t - w->update_ended > 600 && t - w->update_ended > 10 * w->update_took;
}

static bool publish(struct stm_watch *w, const char *state, struct stm_error *err)
{
    w->status.state = state;
    w->status.waiting = w->pending.n - w->pending.left;
    w->status.left = w->pending.left;
    w->status.beyond = w->pending.beyond;
    w->status.running = stm_watch_running(w);
    w->status.captures = w->pending.journal.captures;
    w->status.written = stm_watch_now();
    return stm_watch_status_write(&w->status, err);
}

/* When something has changed, at most once a second, and every ten seconds to show that it lives. */
static bool is_due(const struct stm_watch *w, const char *state)
{
    const struct stm_watch_status *const s = &w->status;
    const double age = stm_watch_now() - s->written;
    if (age < 1) return false;
    return age >= 10 || strcmp(state, s->state) != 0 || s->waiting != w->pending.n - w->pending.left ||
           s->running != stm_watch_running(w) || s->captures != w->pending.journal.captures ||
           s->beyond != w->pending.beyond || s->written < w->last_capture;
}

static bool step(struct stm_watch *w, struct stm_error *err)
{
    double wake = stm_watch_now() + 1;
    if (!look(w, &wake, err) || !start_captures(w, &wake, err)) return false;
    if (wants_update(w) && !stm_watch_start_update(w, err)) return false;
    const bool updating = w->job[STM_WATCH_JOBS].pid != 0;
    const char *const state = updating ? "updating" : "running";
    if (is_due(w, state) && !publish(w, state, err)) return false;
    if (w->once && is_idle(w) && !updating && (w->status.up_to_date || w->failed)) w->stop = true;
    if (w->stop) return true;
    wait_for_news(w, wake);
    stm_watch_look_after_jobs(w);
    return true;
}

/* Captures at work are waited for, an update is broken off: the next start makes up for it. */
static void stop_jobs(struct stm_watch *w)
{
    const double begin = stm_watch_now();
    if (w->job[STM_WATCH_JOBS].pid) kill(w->job[STM_WATCH_JOBS].pid, SIGKILL);
    while (stm_watch_running(w) || w->job[STM_WATCH_JOBS].pid) {
        if (stm_watch_now() - begin > 20)
            for (int i = 0; i < STM_WATCH_JOBS; i++)
                if (w->job[i].pid) kill(w->job[i].pid, SIGKILL);
        wait_for_news(w, stm_watch_now() + 0.1);
        stm_watch_look_after_jobs(w);
    }
}

bool stm_watch_go_on(struct stm_watch *w, struct stm_error *err)
{
    bool good = true;
    w->dirty = true;
    w->looked = -1e9;
    w->update_ended = w->last_capture = stm_watch_now() - 1e6;
    w->err = err;
    while (good && !w->stop)
        good = step(w, err);
    struct stm_error ignored;
    w->stop = true;
    publish(w, "stopping", &ignored);
    stop_jobs(w);
    if (!good || w->failed) stm_error_text(err, w->status.error, sizeof w->status.error);
    publish(w, good && !w->failed ? "stopped" : "failed", &ignored);
    stm_watch_log(&w->status, good && !w->failed ? "stopped" : "failed", NULL,
                  w->status.error[0] ? w->status.error : NULL);
    return good && !w->failed;
}
