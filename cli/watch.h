/* A watch in one place; between the files watch*.c only. */
#ifndef STM_WATCH_H
#define STM_WATCH_H

#include "cli/command.h"
#include "cli/watch_jobs.h"
#include "cli/watch_pending.h"
#include "cli/watch_status.h"
#include "pipeline/core/text.h"

struct stm_watch {
    const struct stm_arguments *args;
    struct stm_watch_pending pending;
    struct stm_watch_status status;
    struct stm_watch_job job[STM_WATCH_JOBS + 1]; /* the last one: an update */
    const char *results;
    struct stm_string settings; /* of all captures, for the journal */
    char status_path[4096], *log_path;
    long jobs, limit, rescan, quiet;
    int events, signals, lock;
    double looked, last_capture, update_ended, update_took;
    bool dirty, stop, once, failed;
    struct stm_error *err;
};

/* Seconds of a clock that only goes forward. */
double stm_watch_now(void);

/* A capture of `paths`, which are taken over, or an update, as a process. */
bool stm_watch_start_capture(struct stm_watch *watch, struct stm_watch_job *job, struct stm_lines *paths,
                             struct stm_error *err);
bool stm_watch_start_update(struct stm_watch *watch, struct stm_error *err);

/* Takes what the processes have to say, and what became of those that ended. */
void stm_watch_look_after_jobs(struct stm_watch *watch);
int stm_watch_running(const struct stm_watch *watch); /* captures */

/* Works until it is told to stop; `err` says why when it returns false. */
bool stm_watch_go_on(struct stm_watch *watch, struct stm_error *err);

#endif
