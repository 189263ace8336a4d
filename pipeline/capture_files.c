/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/capture_files.h"

#include <stdlib.h>
#include <string.h>

static bool is_below(const char *path, const char *folder)
{
    const size_t n = strlen(folder);
    return !strncmp(path, folder, n) && (n == 1 || path[n] == '/');
}

static bool look(struct stm_journal_file *file, const char *path, const char *folder, struct stm_error *err)
{
    if (!stm_journal_look(file, path, err)) return false;
    if (folder && !is_below(file->path, folder))
        return stm_fail(err, STM_USAGE, "%s is not below --root %s", file->path, folder);
    file->root = strdup(folder ? folder : "");
    return file->root || stm_fail(err, STM_NO_MEMORY, "no memory for the list of files");
}

bool stm_capture_files_look(struct stm_capture_files *files, const char *const *paths, int n,
                            const char *root, struct stm_error *err)
{
    char *const folder = root ? realpath(root, NULL) : NULL;
    files->n = 0;
    files->file = calloc((size_t)n + 1, sizeof *files->file);
    bool good = files->file || stm_fail(err, STM_NO_MEMORY, "no memory for the list of files");
    if (good && root && !folder) good = stm_fail(err, STM_USAGE, "--root: there is no folder %s", root);
    for (int i = 0; good && i < n; i++)
        good = look(&files->file[files->n++], paths[i], folder, err);
    free(folder);
    return good;
}

bool stm_capture_files_intake(const struct stm_capture_files *files, struct stm_plan *plan,
                              const char *samples, struct stm_intake *input, struct stm_error *err)
{
    struct stm_plate_listed *const listed = calloc((size_t)files->n + 1, sizeof *listed);
    if (!listed) return stm_fail(err, STM_NO_MEMORY, "no memory for the list of files");
    for (int i = 0; i < files->n; i++)
        listed[i] = (struct stm_plate_listed){files->file[i].path, files->file[i].root};
    const bool good = stm_intake_open_listed(input, listed, files->n, plan, err) &&
                      stm_plan_finish(plan, input->roles, input->n_roles, err) &&
                      (!samples || stm_intake_samples(input, samples, err));
    free(listed);
    return good;
}

void stm_capture_files_free(struct stm_capture_files *files)
{
    for (int i = 0; i < files->n; i++) {
        free(files->file[i].path);
        free(files->file[i].root);
    }
    free(files->file);
    *files = (struct stm_capture_files){0};
}
