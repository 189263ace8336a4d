/* Captures and updates as processes of their own: one that crashes, hangs or is killed takes nothing along.
 */
#ifndef STM_WATCH_JOBS_H
#define STM_WATCH_JOBS_H

#include "pipeline/core/error.h"
#include "pipeline/core/lines.h"
#include "pipeline/core/text.h"

#include <stdbool.h>
#include <sys/types.h>

enum { STM_WATCH_JOBS = 64, STM_WATCH_ANSWER = 4 << 20 }; /* bytes of an answer that are kept */

struct stm_watch_job {
    pid_t pid; /* 0 = free */
    int out;   /* its standard output, -1 when ended */
    struct stm_string answer;
    struct stm_lines paths; /* what it works on; empty for an update */
    double began, limit;    /* seconds; limit 0 = none */
    bool killed;            /* for taking too long */
};

/* Starts `argv` (NULL-ended) of this program; takes over `paths`. */
bool stm_watch_start(struct stm_watch_job *job, char *const *argv, struct stm_lines *paths, double now,
                     double limit, struct stm_error *err);

/* Takes what the job has printed; kills it when its time is over. */
void stm_watch_listen(struct stm_watch_job *job, double now);

/* True when it has ended; *status as of waitpid. Then free it. */
bool stm_watch_ended(struct stm_watch_job *job, int *status);
void stm_watch_job_free(struct stm_watch_job *job);

#endif
