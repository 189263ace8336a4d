/* What the files of the run share. Only run*.c includes this. */
#ifndef STM_RUN_PRIVATE_H
#define STM_RUN_PRIVATE_H

#include "pipeline/run.h"
#include "pipeline/spool.h"

#include <pthread.h>

enum { STM_MAX_SINKS = 16 };

/* What processor time is counted for; stage i of the plan is STM_STEP_STAGES + i. */
enum stm_step {
    STM_STEP_SURVEY,
    STM_STEP_READ,
    STM_STEP_PICTURES,
    STM_STEP_SPOOL,
    STM_STEP_HASH,
    STM_STEP_REPORT,
    STM_STEP_STAGES,
    STM_STEPS = STM_STEP_STAGES + STM_MAX_STAGES
};

/* A worker's memory; nothing is allocated once every desk has seen a site. */
struct stm_desk {
    struct stm_arena site, scratch;
    struct stm_buffer record;
    double spent[STM_STEPS]; /* processor time, seconds */
};

struct stm_crew {
    struct stm_plan *plan;
    struct stm_intake *input;
    const struct stm_run_options *options;
    struct stm_run_summary *summary;
    struct stm_run_info info;
    struct stm_desk *desks;
    int n_desks;
    struct stm_spool *spool;
    struct stm_buffer commit_record;
    void *sink_state[STM_MAX_SINKS];
    int n_sinks;
    bool previews;           /* a sink wants to draw */
    struct stm_string notes; /* plate-level remarks */
    struct stm_string *text; /* formatted rows waiting for their turn: [item % window][sink] */
    int window;
    int done, total;           /* for progress */
    pthread_mutex_t turn_lock; /* the survey calls stages in plate order */
    pthread_cond_t turn_moved;
    int turn;
    const int *survey_items;
};

/* The environment of stage `i`, with `scratch` of the calling worker (NULL outside of sites). */
struct stm_stage_env stm_crew_env(struct stm_crew *crew, int i, struct stm_arena *scratch);

/* What the record of each site depends on (spool.h); the caller frees. */
bool stm_run_ids(const struct stm_crew *crew, char (**ids)[STM_SPOOL_ID], struct stm_error *err);

/* Identity and file names of site `item` as the input has them now: a record may be of an earlier run. */
void stm_crew_identify(const struct stm_crew *crew, int item, struct stm_site_row *row);

/* Site `from` on a desk: buffers taken from desk->site, identity and planes as the input says, pixels not
 * read. */
bool stm_desk_site(struct stm_crew *crew, struct stm_desk *desk, const struct stm_intake_site *from,
                   struct stm_site *site, struct stm_error *err);

/* A crew with its memory, for a plan and an input; what does not fit into the memory limit becomes a failed
 * site. Close it after a failure too. */
bool stm_crew_open(struct stm_crew *crew, struct stm_plan *plan, struct stm_intake *input,
                   const struct stm_run_options *options, struct stm_run_summary *summary,
                   struct stm_error *err);
void stm_crew_close(struct stm_crew *crew);

/* Reads the pixels of site `item` on a desk; runs the stages over it; what can be kept of it. A site that
 * cannot be read or worked on is a failed one; false when that cannot even be said. */
bool stm_desk_load(struct stm_crew *crew, struct stm_desk *desk, int item, struct stm_site *site,
                   struct stm_error *err);
bool stm_desk_work(struct stm_crew *crew, struct stm_desk *desk, struct stm_site *site,
                   struct stm_spooled *record, struct stm_error *err);

/* Counts the time since *since for a step and sets *since to now. */
void stm_desk_spend(struct stm_desk *desk, int step, double *since);

/* Shows the stages the protocol's blank image, if there is one. */
bool stm_run_blank(struct stm_crew *crew, struct stm_error *err);

/* Classes of one site, from what the plate has come to. */
bool stm_desk_classify(struct stm_crew *crew, struct stm_desk *desk, struct stm_spooled *record,
                       struct stm_error *err);

/* The phases, in order; each false when the run cannot go on. */
bool stm_run_survey(struct stm_crew *crew, struct stm_error *err);   /* plate-level estimates from a sample */
bool stm_run_analyse(struct stm_crew *crew, struct stm_error *err);  /* pixels -> spool */
bool stm_run_conclude(struct stm_crew *crew, struct stm_error *err); /* plate-level decisions */
bool stm_run_report(struct stm_crew *crew, struct stm_error *err);   /* spool -> sinks */

#endif
