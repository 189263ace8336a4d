/* What sinks are told about the run as a whole. Only run*.c includes this. */
#ifndef STM_RUN_INFO_H
#define STM_RUN_INFO_H

#include "pipeline/run_private.h"

/* Texts behind crew->info. */
struct stm_run_texts {
    struct stm_string protocol, params, notes, command;
    const char *channels[STM_MAX_CHANNELS];
    void *param_rows;
    struct stm_input_file *files; /* every input file once, in plate order */
    char (*sums)[65];
    int n_files;
    char inputs_hash[65], started[32], finished[32], host[128], system[256], cpu[128];
    struct stm_run_facts facts;
    struct stm_run_step step[STM_STEPS + 1];
};

/* Everything that is known before the first pixel. */
bool stm_run_info_begin(struct stm_crew *crew, struct stm_run_texts *texts, struct stm_error *err);

/* SHA-256 of every input file, by all workers. */
bool stm_run_info_hash(struct stm_crew *crew, struct stm_run_texts *texts, struct stm_error *err);

/* Notes, times and memory, at the end. */
void stm_run_info_end(struct stm_crew *crew, struct stm_run_texts *texts, double seconds);

void stm_run_info_free(struct stm_run_texts *texts);

#endif
