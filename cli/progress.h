/* A progress bar on a terminal, silence elsewhere. */
#ifndef STM_PROGRESS_H
#define STM_PROGRESS_H

#include <stdbool.h>

struct stm_progress {
    bool on;
    double began, shown; /* seconds */
};

/* On when stderr is a terminal that takes escape sequences (TERM is not "dumb", NO_COLOR is not set) and
 * `quiet` is not set. */
void stm_progress_begin(struct stm_progress *progress, bool quiet);

/* For stm_run_options.progress; the context is a struct stm_progress. */
void stm_progress_show(void *context, int done, int total);
void stm_progress_end(struct stm_progress *progress);

#endif
