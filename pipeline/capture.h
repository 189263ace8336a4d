/* Captures: fields of view that come one by one into one results directory. Each is answered at once, judged
 * by what is known of its plate so far; the results are those of one run over all of them (docs/capture.md).
 */
#ifndef STM_CAPTURE_H
#define STM_CAPTURE_H

#include "pipeline/journal.h"
#include "pipeline/run.h"

#define STM_STATE_FILE ".stroma-plate" /* what the plate has taught the stages so far; may be removed */

/* What came of one capture. */
struct stm_capture_summary {
    struct stm_run_summary run;
    int known;               /* fields of view of the plate it was judged by, itself included */
    struct stm_string notes; /* how: plate-level remarks, one a line */
};

/* One answer; the row lives during the call. */
typedef bool stm_capture_answer(void *context, const struct stm_site_row *row, struct stm_error *err);

/* Measures the sites of `input` with a finished `plan` and answers for each. With options->directory set,
 * what is known of the plate is taken from there and added to. Free summary->notes. */
bool stm_capture(struct stm_plan *plan, struct stm_intake *input, const struct stm_run_options *options,
                 bool again, stm_capture_answer *answer, void *context, struct stm_capture_summary *summary,
                 struct stm_error *err);

/* What all captures of a directory have in common, as text for the journal: the protocol in canonical form,
 * its name, the outputs, the sample sheet (NULL = none). */
void stm_capture_settings(const struct stm_plan *plan, const struct stm_sink *const *sinks,
                          const char *samples, struct stm_string *text);

enum stm_update {
    STM_UPDATE_DONE,    /* the results are those of all captures */
    STM_UPDATE_NOTHING, /* they were already */
    STM_UPDATE_OTHER    /* another process is at it, and will see to all captures taken in before this call */
};

/* Brings the results up to date with the journal. Of several processes one works; with `wait` the others wait
 * for it. Of `options`, outputs and directory are not looked at. `summary` is of the run, if there was one.
 */
bool stm_captures_update(const char *directory, const struct stm_run_options *options, bool wait,
                         enum stm_update *outcome, struct stm_run_summary *summary, struct stm_error *err);

#endif
