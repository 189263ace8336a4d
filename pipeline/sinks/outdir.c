/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/outdir.h"

#include "pipeline/core/file.h"
#include "pipeline/core/text.h"

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
static bool each_file(const struct stm_outdir *outdir,
                      bool (*act)(const struct stm_outdir *, const char *name, struct stm_error *),
                      struct stm_error *err)
{
    DIR *const dir = opendir(outdir->part);
    if (!dir) return cannot(err, "read", outdir->part);
    bool ok = true;
    for (const struct dirent *entry; ok && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) ok = act(outdir, entry->d_name, err);
    closedir(dir);
    return ok;
}

/* "outdir/name", to be freed; NULL when out of memory. */
static char *join(const char *outdir, const char *name, struct stm_error *err)
{
    struct stm_string path = {0};
    stm_string_add(&path, outdir);
    stm_string_add(&path, "/");
    stm_string_add(&path, name);
    if (!path.failed) return path.text;
    stm_string_free(&path);
    stm_fail(err, STM_NO_MEMORY, "no memory for the name %s", name);
    return NULL;
}

static bool remove_file(const struct stm_outdir *outdir, const char *name, struct stm_error *err)
{
    char *const path = join(outdir->part, name, err);
    const bool ok = path && (!unlink(path) || cannot(err, "removed", path));
    free(path);
    return ok;
}

static bool move_file(const struct stm_outdir *outdir, const char *name, struct stm_error *err)
{
    char *const from = join(outdir->part, name, err), *const to = join(outdir->path, name, err);
    const bool ok = from && to && (!rename(from, to) || cannot(err, "moved into place", to));
    free(from);
    free(to);
    return ok;
}

bool stm_outdir_file(struct stm_file **file, const char *directory, const char *name, struct stm_error *err)
{
    char *const path = join(directory, name, err);
    const bool ok = path && stm_file_create(file, path, err);
    free(path);
    return ok;
}

bool stm_outdir_open(struct stm_outdir *outdir, const char *directory, const char *name,
                     struct stm_error *err)
{
    const size_t n = strlen(directory) + strlen(name) + 16;
    *outdir = (struct stm_outdir){.path = malloc(2 * n)};
    if (!outdir->path) return stm_fail(err, STM_NO_MEMORY, "no memory to begin %s", name);
    outdir->part = outdir->path + n;
    snprintf(outdir->path, n, "%s/%s", directory, name);
    snprintf(outdir->part, n, "%s/.%s.part", directory, name);
    if (make(outdir->part, err) && each_file(outdir, remove_file, err)) return true;
    free(outdir->path);
    *outdir = (struct stm_outdir){0};
    return false;
}

bool stm_outdir_put(const struct stm_outdir *outdir, const char *name, const struct stm_bytes *bytes,
                    struct stm_error *err)
{
    if (strchr(name, '/')) return stm_fail(err, STM_INTERNAL, "'%s' is no name of a file", name);
    char *const path = join(outdir->part, name, err);
    const bool ok = path && stm_file_save(path, bytes->data, bytes->length, err);
    free(path);
    return ok;
}

bool stm_outdir_publish(struct stm_outdir *outdir, struct stm_error *err)
{
    const bool ok = make(outdir->path, err) && each_file(outdir, move_file, err);
    stm_outdir_discard(outdir);
    return ok;
}

void stm_outdir_discard(struct stm_outdir *outdir)
{
    if (!outdir->path) return;
    struct stm_error ignored;
    each_file(outdir, remove_file, &ignored);
    rmdir(outdir->part);
    free(outdir->path);
    *outdir = (struct stm_outdir){0};
}
