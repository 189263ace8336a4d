/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listing the files that paths stand for. */
#include "pipeline/io/format.h"
#include "pipeline/io/plate_entry.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const companions[] = {"json", "txt",  "xml", "csv",    "tsv",  "md",   "html",
                                         "htm",  "pdf",  "log", "ini",    "htd",  "xdce", "mlf",
                                         "mrf",  "mes",  "db",  "sqlite", "xls",  "doc",  "zip",
                                         "xlsx", "docx", "cfg", "toml",   "yaml", NULL};
static const char *const left_folders[] = {"labels", "overlays", ".zarr", NULL};

const struct stm_folder_rules stm_plate_rules = {
    .takes = stm_format_has_extension,
    .companions = companions,
    .left_folders = left_folders,
    .thumbnail = "_thumb",
    .max_depth = 16,
    .max_files = STM_PLATE_FILES,
    .max_name = STM_PATTERN_SUBJECT - 1,
};

void stm_plate_problem(struct stm_lines *problems, const char *format, ...)
{
    char text[1024], safe[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    stm_naming_text(safe, sizeof safe, text, strlen(text));
    stm_lines_add(problems, safe);
}

static bool no_memory(struct stm_error *err)
{
    return stm_fail(err, STM_NO_MEMORY, "no memory to list the files of the plate");
}

/* The folder of a file, as text the caller frees. */
static char *folder_of(const char *path)
{
    const char *const slash = strrchr(path, '/');
    if (!slash) return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Remembers the absolute folder behind the next root; `folder` may be relative. */
static bool add_root(struct stm_plate_entries *entries, const char *folder, size_t length)
{
    char *const absolute = realpath(folder, NULL);
    entries->root_length[entries->n_roots] = length;
    entries->root[entries->n_roots++] = absolute ? absolute : strdup(folder);
    return entries->root[entries->n_roots - 1] != NULL;
}

static bool add_entries(struct stm_plate_entries *entries, const struct stm_lines *files, bool named)
{
    if (files->n == 0) return true;
    struct stm_plate_entry *const grown =
        realloc(entries->entry, (entries->n + files->n) * sizeof *entries->entry);
    if (!grown) return false;
    entries->entry = grown;
    for (size_t i = 0; i < files->n; i++) {
        grown[entries->n++] =
            (struct stm_plate_entry){.path = files->line[i], .root = entries->n_roots - 1, .named = named};
        files->line[i] = NULL; /* now the entry's */
    }
    return true;
}

static bool collect_folder(struct stm_plate_entries *entries, const char *path, struct stm_error *err)
{
    struct stm_lines files = {0}, notes = {0};
    struct stm_folder_rules rules = stm_plate_rules;
    char *const trimmed = strdup(path);
    if (!trimmed) return no_memory(err);
    for (size_t n = strlen(trimmed); n > 1 && trimmed[n - 1] == '/'; n--)
        trimmed[n - 1] = '\0';
    rules.max_files -= entries->n;
    bool good = stm_folder_list(trimmed, &rules, &files, &notes, err);
    if (good && (!add_root(entries, trimmed, strlen(trimmed) + (strcmp(trimmed, "/") != 0)) ||
                 !add_entries(entries, &files, false)))
        good = no_memory(err);
    for (size_t i = 0; i < notes.n; i++)
        stm_plate_problem(&entries->problems, "%s", notes.line[i]);
    stm_lines_free(&files);
    stm_lines_free(&notes);
    free(trimmed);
    return good;
}

static bool collect_file(struct stm_plate_entries *entries, const char *path, struct stm_error *err)
{
    struct stm_lines files = {0};
    char *const folder = folder_of(path);
    const char *const slash = strrchr(path, '/');
    stm_lines_add(&files, path);
    const bool good = folder && !files.failed &&
                      add_root(entries, folder, slash ? (size_t)(slash + 1 - path) : 0) &&
                      add_entries(entries, &files, true);
    stm_lines_free(&files);
    free(folder);
    return good || no_memory(err);
}

/* What lies beside a path that is not there and is called almost like it, into `out`; "" when nothing is. */
static void nearest_path(const char *path, char *out, size_t size)
{
    char *const folder = folder_of(path);
    DIR *const dir = folder ? opendir(folder) : NULL;
    struct stm_lines names = {0};
    out[0] = '\0';
    for (const struct dirent *entry; dir && names.n < 4096 && (entry = readdir(dir));)
        if (entry->d_name[0] != '.') stm_lines_add(&names, entry->d_name);
    stm_lines_sort(&names);
    const char *const near = stm_text_nearest(stm_text_basename(path), (const char *const *)names.line,
                                              names.failed ? 0 : names.n);
    if (near) stm_naming_text(out, size, near, strlen(near));
    stm_lines_free(&names);
    if (dir) closedir(dir);
    free(folder);
}

static bool cannot_read(const char *path, int reason, struct stm_error *err)
{
    char near[256] = "";
    if (reason == ENOENT) nearest_path(path, near, sizeof near);
    return stm_fail(err, STM_IO, "cannot be read: %s%s%s%s", strerror(reason),
                    near[0] ? "; did you mean '" : "", near, near[0] ? "'?" : "");
}

static bool collect_path(struct stm_plate_entries *entries, const char *path, struct stm_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        cannot_read(path, errno, err);
    } else if (S_ISDIR(st.st_mode)) {
        if (collect_folder(entries, path, err)) return true;
    } else if (!S_ISREG(st.st_mode)) {
        stm_fail(err, STM_BAD_INPUT, "is neither a file nor a folder");
    } else if (entries->n >= STM_PLATE_FILES) {
        stm_fail(err, STM_NO_MEMORY, "more than %d images in one run", STM_PLATE_FILES);
    } else if (collect_file(entries, path, err)) {
        return true;
    }
    return stm_fail_file(err, path);
}

static bool collect_listed(struct stm_plate_entries *entries, const struct stm_plate_listed *file,
                           struct stm_error *err)
{
    struct stm_lines files = {0};
    const size_t n = strlen(file->root);
    if (!n) return collect_file(entries, file->path, err);
    stm_lines_add(&files, file->path);
    const bool good = !files.failed && add_root(entries, file->root, n + (strcmp(file->root, "/") != 0)) &&
                      add_entries(entries, &files, false);
    stm_lines_free(&files);
    return good || no_memory(err);
}

static int by_path(const void *a, const void *b)
{
    const struct stm_plate_entry *const x = a, *const y = b;
    const int order = strcmp(x->path, y->path);
    if (order) return order;
    return x->named != y->named ? y->named - x->named : x->root - y->root;
}

/* A file given twice, or given and found in a folder given as well, is one file. */
static void drop_repetitions(struct stm_plate_entries *entries)
{
    size_t kept = 0;
    if (entries->n) qsort(entries->entry, entries->n, sizeof *entries->entry, by_path);
    for (size_t i = 0; i < entries->n; i++)
        if (kept && !strcmp(entries->entry[kept - 1].path, entries->entry[i].path))
            free(entries->entry[i].path);
        else
            entries->entry[kept++] = entries->entry[i];
    entries->n = kept;
}

static bool no_image(const char *path, struct stm_error *err)
{
    char endings[256] = "";
    for (int i = 0; stm_formats[i]; i++)
        snprintf(endings + strlen(endings), sizeof endings - strlen(endings), " %s",
                 stm_formats[i]->extensions);
    stm_fail(err, STM_BAD_INPUT, "no image is here; names of images end in:%s", endings);
    return stm_fail_file(err, path);
}

bool stm_plate_collect(struct stm_plate_entries *entries, const char *const *paths, int n_paths,
                       struct stm_error *err)
{
    if (n_paths < 1) return stm_fail(err, STM_USAGE, "no image and no folder was given");
    entries->root = calloc((size_t)n_paths, sizeof *entries->root);
    entries->root_length = calloc((size_t)n_paths, sizeof *entries->root_length);
    if (!entries->root || !entries->root_length) return no_memory(err);
    for (int i = 0; i < n_paths; i++)
        if (!collect_path(entries, paths[i], err)) return false;
    drop_repetitions(entries);
    if (entries->n > 0) return true;
    return no_image(paths[0], err);
}

bool stm_plate_collect_listed(struct stm_plate_entries *entries, const struct stm_plate_listed *listed, int n,
                              struct stm_error *err)
{
    if (n < 1) return stm_fail(err, STM_USAGE, "no image was taken in yet");
    if (n > STM_PLATE_FILES)
        return stm_fail(err, STM_NO_MEMORY, "more than %d images in one run", STM_PLATE_FILES);
    entries->root = calloc((size_t)n, sizeof *entries->root);
    entries->root_length = calloc((size_t)n, sizeof *entries->root_length);
    if (!entries->root || !entries->root_length) return no_memory(err);
    for (int i = 0; i < n; i++)
        if (!collect_listed(entries, &listed[i], err)) return false;
    drop_repetitions(entries);
    return true;
}

void stm_plate_entries_free(struct stm_plate_entries *entries)
{
    for (size_t i = 0; i < entries->n; i++)
        free(entries->entry[i].path);
    for (int i = 0; i < entries->n_roots; i++)
        free(entries->root[i]);
    free(entries->entry);
    free(entries->root);
    free(entries->root_length);
    stm_lines_free(&entries->problems);
    *entries = (struct stm_plate_entries){0};
}
