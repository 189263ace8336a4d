/* What the files of an input are understood as, in words: for dry runs and for `stroma inspect`. */
#ifndef STM_UNDERSTOOD_H
#define STM_UNDERSTOOD_H

#include "pipeline/intake.h"

/* One line on the field, one for each of its files; every line begins with `head`. */
void stm_understood_site(const char *head, const struct stm_intake_site *site);

/* Files of the plate that no field measures, and why. */
void stm_understood_unused(const char *head, const struct stm_intake *input);

/* What a run would do: memory, outputs, protocol, files. A valid protocol file with comments. */
void stm_understood_plan(const struct stm_plan *plan, const struct stm_intake *input,
                         const struct stm_sink *const *sinks, int workers, size_t worker_bytes);

/* Why a well is there or missing: its fields, or what the files that look like it were taken for. Exit code.
 */
int stm_understood_well(const struct stm_intake *input, const char *well, struct stm_error *err);

#endif
