/* How a measure went over the runs of a store, with control charts (pipeline/stats/chart.h). */
#ifndef STM_STORE_HISTORY_H
#define STM_STORE_HISTORY_H

#include "pipeline/stats/chart.h"
#include "pipeline/store/store.h"

/* Usual settings: shifts of one sigma are found within some 10 runs, and without a shift the two charts give
 * an alarm once in about 560 and 465 runs (Lucas and Saccucci, Technometrics 32, 1, 1990; Montgomery). */
#define STM_HISTORY_LAMBDA 0.2
#define STM_HISTORY_WIDTH 3.0
#define STM_HISTORY_SLACK 0.5
#define STM_HISTORY_LIMIT 5.0

/* Which runs; NULL = all. Of runs with overrides only the newest version counts. */
struct stm_history_query {
    const char *measure; /* a well column: "Viability" */
    const char *assay;
    const char *since, *until; /* beginnings of ISO 8601 dates, both inclusive: "2026-03" */
    const char *const *pairs;  /* "batch=B7": metadata that a well, or its run, must have */
    int n_pairs;
};

/* One run: its wells that have a value and match. */
struct stm_history_point {
    int64_t run;
    char started[32], title[96], batch[96], directory[256];
    int wells;
    double mean, sd, low, high; /* of the wells; sd NaN for one, low and high are the extremes */
    bool outside;               /* the mean is outside of target -+ 3 sigma */
    double ewma, ewma_half;     /* moving average of the means up to here, and half of its limits' width */
    double up, down;            /* CUSUM of the means up to here, in units of sigma */
    bool ewma_alarm, cusum_alarm;
};

struct stm_history {
    struct stm_history_point *point; /* by time, runs without a value left out */
    size_t n;
    struct stm_chart_base
        base; /* of the means, in order; sigma NaN where there is none: fewer than 2 runs, or all equal */
};

/* An unknown measure is an error that names the nearest. Free with stm_history_free. */
bool stm_history_read(struct stm_history *history, struct stm_store *store,
                      const struct stm_history_query *query, struct stm_error *err);
void stm_history_free(struct stm_history *history);

/* Names of the measures in the store. */
bool stm_history_measures(struct stm_lines *names, struct stm_store *store, struct stm_error *err);

#endif
