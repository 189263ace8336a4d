/* The files of one capture on their way from paths to an input and into the journal. */
#ifndef STM_CAPTURE_FILES_H
#define STM_CAPTURE_FILES_H

#include "pipeline/intake.h"
#include "pipeline/journal.h"

/* Free with stm_capture_files_free, also after a failure. */
struct stm_capture_files {
    struct stm_journal_file *file;
    int n;
};

/* Looks at each; with `root` (may be NULL) they are read as found below that folder. */
bool stm_capture_files_look(struct stm_capture_files *files, const char *const *paths, int n,
                            const char *root, struct stm_error *err);

/* The input they make, as the results will see them, and the plan finished for it. `samples` may be NULL. */
bool stm_capture_files_intake(const struct stm_capture_files *files, struct stm_plan *plan,
                              const char *samples, struct stm_intake *input, struct stm_error *err);
void stm_capture_files_free(struct stm_capture_files *files);

#endif
