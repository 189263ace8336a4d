/* Threads over numbered items: work in any order, commit in item order. */
#ifndef STM_CORE_WORKERS_H
#define STM_CORE_WORKERS_H

#include "pipeline/core/error.h"

/* `work` is called for every item, several at once, each time with the index of the worker that does it (0 to
 * threads - 1). `commit`, when given, is called for items 0, 1, 2 … one at a time, after their work, by any
 * thread. No item starts that is more than `window` ahead of the oldest uncommitted one, which bounds what
 * waits. */
struct stm_job {
    int n, threads, window;
    void *context;
    bool (*work)(void *context, int worker, int item, struct stm_error *err);
    bool (*commit)(void *context, int item, struct stm_error *err);
};

/* Returns when all is done or something failed; then `err` is that of the first failing item in item order,
 * and every item before it has been committed. */
bool stm_workers_run(const struct stm_job *job, struct stm_error *err);

/* Processor time that the calling thread has used, seconds. */
double stm_workers_seconds(void);

/* Number of processors this process may use, at least 1. */
int stm_workers_available(void);

#endif
