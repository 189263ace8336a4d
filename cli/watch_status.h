/* What a supervisor reads of a watch: a status file that is always whole, and a log of one JSON object a
 * line. */
#ifndef STM_WATCH_STATUS_H
#define STM_WATCH_STATUS_H

#include "pipeline/core/error.h"

#include <stdbool.h>

struct stm_watch_status {
    const char *path, *folder, *results; /* path: of the status file */
    int log;                             /* descriptor */
    const char *state; /* "starting", "running", "updating", "stopping", "stopped", "failed" */
    int waiting, running, beyond, left;       /* files in the queue; captures at work */
    long ok, warn, rejected, failed, refused; /* captures answered since the start */
    long captures;                            /* in the journal */
    bool up_to_date;                          /* the results are those of all captures */
    char error[600];                          /* what is wrong now, "" */
    char started[32];
    double written;
};

/* UTC, ISO 8601. */
void stm_watch_time(char out[32]);

/* Writes the status file. */
bool stm_watch_status_write(struct stm_watch_status *status, struct stm_error *err);

/* One line of the log; texts may be NULL. */
void stm_watch_log(const struct stm_watch_status *status, const char *event, const char *what,
                   const char *text);

#endif
