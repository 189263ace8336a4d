/* What an earlier run has left in a results directory. */
#ifndef STM_AUDIT_EARLIER_H
#define STM_AUDIT_EARLIER_H

#include "pipeline/core/json_read.h"

/* The manifest there, NULL when there is none or it cannot be read. Free with stm_json_free. */
struct stm_json_value *stm_earlier_read(const char *directory);

/* Removes the outputs that `manifest` (may be NULL) lists, as long as they are what it sealed: a file that
 * somebody put there or changed stays. Paths that lead out of the directory are not followed. What cannot be
 * removed stays, too. */
void stm_earlier_remove(const struct stm_json_value *manifest, const char *directory);

#endif
