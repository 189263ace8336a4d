/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH = 16 };

bool stm_tree_path(char *path, const char *directory, const char *name, struct stm_error *err)
{
    const int n = snprintf(path, STM_PATH, "%s/%s", directory, name);
    return (n > 0 && n < STM_PATH) || stm_fail(err, STM_BAD_INPUT, "the path of %s is too long", name);
}

static bool list(struct stm_lines *paths, const char *top, const char *below, int depth,
                 struct stm_error *err);

static bool add(struct stm_lines *paths, const char *top, const char *name, int depth, struct stm_error *err)
{
    char path[STM_PATH];
    struct stat st;
    if (!stm_tree_path(path, top, name, err)) return false;
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) return list(paths, top, name, depth + 1, err);
    stm_lines_add(paths, name);
    return true;
}

static bool list(struct stm_lines *paths, const char *top, const char *below, int depth,
                 struct stm_error *err)
{
    char folder[STM_PATH], name[STM_PATH];
    if (depth > DEPTH) return stm_fail(err, STM_BAD_INPUT, "%s: folders are nested too deep", below);
    if (!stm_tree_path(folder, top, below[0] ? below : ".", err)) return false;
    DIR *const dir = opendir(folder);
    if (!dir) {
        stm_fail(err, STM_IO, "cannot be read: %s", strerror(errno));
        return stm_fail_file(err, folder);
    }
    bool good = true;
    for (const struct dirent *entry; good && (entry = readdir(dir));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        const int n = snprintf(name, sizeof name, "%s%s%s", below, below[0] ? "/" : "", entry->d_name);
        good = (n > 0 && n < STM_PATH) || stm_fail(err, STM_BAD_INPUT, "a path is too long");
        good = good && add(paths, top, name, depth, err);
    }
    closedir(dir);
    return good;
}

bool stm_tree_list(struct stm_lines *paths, const char *directory, struct stm_error *err)
{
    if (!list(paths, directory, "", 0, err)) return false;
    stm_lines_sort(paths);
    return !paths->failed || stm_fail(err, STM_NO_MEMORY, "no memory to list a folder");
}
