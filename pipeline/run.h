/* The only scheduler: plan + input + sinks -> results directory. */
#ifndef STM_RUN_H
#define STM_RUN_H

#include "pipeline/intake.h"
#include "pipeline/plan.h"
#include "pipeline/sink.h"

struct stm_kernels;

/* Files in a results directory that are the program's own. */
#define STM_SPOOL_FILE ".stroma-spool" /* records of sites; may be removed while nothing runs */
#define STM_LOCK_FILE ".stroma-lock"   /* held by the one that writes the results */

struct stm_run_options {
    const char *directory;  /* results; created when missing */
    int threads;            /* 0 = all processors */
    size_t memory_limit;    /* bytes, 0 = half of the machine's memory; lowers the number of workers */
    bool strict;            /* stop at the first failed site in plate order */
    bool no_hashes;         /* leave the SHA-256 of the inputs out of run.json */
    bool resume;            /* keep sites that an interrupted run finished */
    bool full_overlays;     /* overlays/ in full size; takes more room on disk while running */
    bool keep_spool;        /* leave the sites' records for the next run */
    bool locked;            /* the caller holds the directory's lock */
    bool counts_only;       /* a capture's answer: columns of objects that no stage needs stay empty */
    const char *state_file; /* where the plate's state is left (plate_state.h), NULL = nowhere */
    const struct stm_kernels *kernels;
    const char *isa;                                      /* its name */
    const struct stm_sink *const *sinks;                  /* NULL-ended */
    const char *command_line;                             /* for run.json and the report */
    void (*progress)(void *context, int done, int total); /* may be NULL; called from one thread at a time */
    void *progress_context;
};

/* What came of it. */
struct stm_run_summary {
    int sites, ok, warned, rejected, failed, wells, threads;
    size_t worker_bytes; /* memory one worker was planned with */
    char first_failure[STM_REASON + STM_NAME * 2];
};

/* Writes everything or, on false, nothing that looks finished. A bad site is a row, not a failure, unless
 * strict. */
bool stm_run(struct stm_plan *plan, struct stm_intake *input, const struct stm_run_options *options,
             struct stm_run_summary *summary, struct stm_error *err);

/* Workers that fit into the limit, and bytes each needs; false when not even one fits. */
bool stm_run_size(const struct stm_plan *plan, const struct stm_intake *input,
                  const struct stm_run_options *options, int *workers, size_t *bytes, struct stm_error *err);

#endif
