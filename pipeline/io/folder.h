/* Listing folders with everything below them, the same on every machine and file system. */
#ifndef STM_FOLDER_H
#define STM_FOLDER_H

#include "pipeline/core/error.h"
#include "pipeline/core/lines.h"

#include <stddef.h>

/* What to take and what to leave. Lists end with NULL and are compared without regard to case; hidden files
 * and folders are always left. */
struct stm_folder_rules {
    bool (*takes)(const char *path); /* whether a file is one of those looked for, by its name */
    const char *const *companions;   /* extensions left without a word: "txt", "xml" */
    const char *const
        *left_folders;          /* names, or endings that begin with a dot, of folders that are not entered */
    const char *thumbnail;      /* names that contain it are left and counted; NULL for none */
    int max_depth;              /* folders within folders */
    size_t max_files, max_name; /* files in all, bytes of one name */
};

/* Adds the files below `path` (a folder; symbolic links are followed, loops are not) to `files`, sorted by
 * their paths' bytes, and to `notes` one sentence for whatever was left out for a reason worth knowing. Fails
 * when the folder itself cannot be read, when there are more than max_files, or without memory. */
bool stm_folder_list(const char *path, const struct stm_folder_rules *rules, struct stm_lines *files,
                     struct stm_lines *notes, struct stm_error *err);

/* True when the name's extension is in the list. */
bool stm_folder_has_extension(const char *name, const char *const *extensions);

#endif
