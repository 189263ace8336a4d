/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/earlier.h"

#include "pipeline/audit/manifest.h"
#include "pipeline/audit/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct stm_json_value *stm_earlier_read(const char *directory)
{
    struct stm_json_value *manifest;
    struct stm_error ignored;
    return stm_manifest_read(&manifest, directory, &ignored) ? manifest : NULL;
}

/* No part of the path is empty, "." or "..". */
static bool stays_inside(const char *path)
{
    for (size_t n; *path; path += n + (path[n] == '/')) {
        n = strcspn(path, "/");
        if (!n || (n <= 2 && !strncmp(path, "..", n))) return false;
    }
    return true;
}

static bool is_as_sealed(const char *path, const struct stm_manifest_file *file)
{
    struct stat st;
    struct stm_error ignored;
    char hex[STM_SHA256_HEX];
    return !lstat(path, &st) && S_ISREG(st.st_mode) && st.st_size == file->bytes &&
           stm_sha256_file(path, hex, &ignored) && !strcmp(hex, file->sha256);
}

/* Names of the images without folder and extension, sorted. */
static void list_stems(const struct stm_json_value *inputs, struct stm_lines *stems)
{
    const char *path;
    for (size_t i = 0; inputs && stm_json_is_array(inputs) && i < stm_json_size(inputs); i++) {
        if (!stm_json_get_text(stm_json_get(stm_json_at(inputs, i, NULL), "path"), &path)) continue;
        const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
        const char *const dot = strrchr(name, '.');
        stm_lines_addf(stems, "%.*s", (int)(dot ? (size_t)(dot - name) : strlen(name)), name);
    }
    stm_lines_sort(stems);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether a run gives such a name: in a folder, an image's, then '_' or '.'. The seal of a run lists all that
 * lies in its folders, whoever put it there. */
static bool is_ours(const char *path, const struct stm_lines *stems)
{
    char stem[STM_PATH], *const key = stem;
    const char *const slash = strrchr(path, '/');
    if (!slash) return true;
    for (const char *end = slash + 1; *end; end++) {
        if (*end != '_' && *end != '.') continue;
        snprintf(stem, sizeof stem, "%.*s", (int)(end - slash - 1), slash + 1);
        if (stems->n && bsearch(&key, stems->line, stems->n, sizeof *stems->line, compare)) return true;
    }
    return false;
}

void stm_earlier_remove(const struct stm_json_value *manifest, const char *directory)
{
    const struct stm_json_value *const outputs = manifest ? stm_json_get(manifest, "outputs") : NULL;
    char path[STM_PATH];
    struct stm_lines stems = {0};
    struct stm_manifest_file file;
    struct stm_error ignored;
    if (manifest) list_stems(stm_json_get(manifest, "inputs"), &stems);
    for (size_t i = 0; outputs && stm_json_is_array(outputs) && i < stm_json_size(outputs); i++)
        if (stm_manifest_file(stm_json_at(outputs, i, NULL), &file) && stays_inside(file.path) &&
            is_ours(file.path, &stems) && stm_tree_path(path, directory, file.path, &ignored) &&
            is_as_sealed(path, &file))
            unlink(path);
    stm_lines_free(&stems);
}
