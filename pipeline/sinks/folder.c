/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/folder.h"

#include "pipeline/core/text.h"
#include "pipeline/io/save.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool cannot(struct stm_error *err, const char *what, const char *path)
{
    stm_fail(err, STM_IO, "cannot be %s: %s", what, strerror(errno));
    return stm_fail_file(err, path);
}

static bool make(const char *path, struct stm_error *err)
{
    return !mkdir(path, 0777) || errno == EEXIST || cannot(err, "created", path);
}

/* Does `act` to each file in `part`; false when one of them failed. */
static bool each_file(const struct stm_folder *folder,
                      bool (*act)(const struct stm_folder *, const char *name, struct stm_error *),
                      struct stm_error *err)
{
    DIR *const dir = opendir(folder->part);
    if (!dir) return cannot(err, "read", folder->part);
    bool ok = true;
    for (const struct dirent *entry; ok && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) ok = act(folder, entry->d_name, err);
    closedir(dir);
    return ok;
}

/* "folder/name", to be freed; NULL when out of memory. */
static char *join(const char *folder, const char *name, struct stm_error *err)
{
    struct stm_string path = {0};
    stm_string_add(&path, folder);
    stm_string_add(&path, "/");
    stm_string_add(&path, name);
    if (!path.failed) return path.text;
    stm_string_free(&path);
    stm_fail(err, STM_NO_MEMORY, "no memory for the name %s", name);
    return NULL;
}

static bool remove_file(const struct stm_folder *folder, const char *name, struct stm_error *err)
{
    char *const path = join(folder->part, name, err);
    const bool ok = path && (!unlink(path) || cannot(err, "removed", path));
    free(path);
    return ok;
}

static bool move_file(const struct stm_folder *folder, const char *name, struct stm_error *err)
{
    char *const from = join(folder->part, name, err), *const to = join(folder->path, name, err);
    const bool ok = from && to && (!rename(from, to) || cannot(err, "moved into place", to));
    free(from);
    free(to);
    return ok;
}

bool stm_folder_open(struct stm_folder *folder, const char *directory, const char *name,
                     struct stm_error *err)
{
    const size_t n = strlen(directory) + strlen(name) + 16;
    *folder = (struct stm_folder){.path = malloc(2 * n)};
    if (!folder->path) return stm_fail(err, STM_NO_MEMORY, "no memory to begin %s", name);
    folder->part = folder->path + n;
    snprintf(folder->path, n, "%s/%s", directory, name);
    snprintf(folder->part, n, "%s/.%s.part", directory, name);
    if (make(folder->part, err) && each_file(folder, remove_file, err)) return true;
    free(folder->path);
    *folder = (struct stm_folder){0};
    return false;
}

bool stm_folder_put(const struct stm_folder *folder, const char *name, const struct stm_bytes *bytes,
                    struct stm_error *err)
{
    if (strchr(name, '/')) return stm_fail(err, STM_INTERNAL, "'%s' is no name of a file", name);
    char *const path = join(folder->part, name, err);
    const bool ok = path && stm_save(path, bytes, err);
    free(path);
    return ok;
}

bool stm_folder_publish(struct stm_folder *folder, struct stm_error *err)
{
    const bool ok = make(folder->path, err) && each_file(folder, move_file, err);
    stm_folder_discard(folder);
    return ok;
}

void stm_folder_discard(struct stm_folder *folder)
{
    if (!folder->path) return;
    struct stm_error ignored;
    each_file(folder, remove_file, &ignored);
    rmdir(folder->part);
    free(folder->path);
    *folder = (struct stm_folder){0};
}
