/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/folder.h"

#include "pipeline/core/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The folders from the root down to the one being read, to recognise loops. */
struct chain {
    const struct chain *above;
    dev_t device;
    ino_t inode;
};

struct walk {
    const struct stm_folder_rules *rules;
    struct stm_lines *files, found_notes;
    size_t thumbnails, strangers;
    char stranger[256]; /* the first of them in byte order */
    struct stm_error *err;
};

static bool read_folder(struct walk *w, const char *path, const struct chain *above, int depth);

bool stm_folder_has_extension(const char *name, const char *const *extensions)
{
    const char *const dot = strrchr(stm_text_basename(name), '.');
    for (; dot && *extensions; extensions++)
        if (!stm_text_casecmp(dot + 1, *extensions)) return true;
    return false;
}

static bool contains(const char *text, const char *part)
{
    const size_t n = strlen(part);
    for (; strlen(text) >= n; text++) {
        size_t i = 0;
        while (i < n && (text[i] | 0x20) == (part[i] | 0x20)) /* letters of either case */
            i++;
        if (i == n) return true;
    }
    return false;
}

static bool is_left(const struct walk *w, const char *name)
{
    for (const char *const *left = w->rules->left_folders; *left; left++)
        if (**left == '.' ? stm_text_ends_with(name, *left) : !stm_text_casecmp(name, *left)) return true;
    return false;
}

static bool is_loop(const struct chain *chain, const struct stat *st)
{
    for (; chain; chain = chain->above)
        if (chain->device == st->st_dev && chain->inode == st->st_ino) return true;
    return false;
}

static void count_stranger(struct walk *w, const char *name)
{
    if (w->strangers++ && strcmp(name, w->stranger) >= 0) return;
    stm_text_copy(w->stranger, sizeof w->stranger, name);
}

static bool see_file(struct walk *w, const char *path, const char *name)
{
    const struct stm_folder_rules *const rules = w->rules;
    if (rules->thumbnail && contains(name, rules->thumbnail)) {
        w->thumbnails++;
    } else if (strlen(name) > rules->max_name) {
        stm_lines_addf(&w->found_notes, "%.64s... was skipped: its name has %zu bytes, the limit is %zu",
                       name, strlen(name), rules->max_name);
    } else if (rules->takes(name)) {
        if (w->files->n >= rules->max_files)
            return stm_fail(w->err, STM_NO_MEMORY,
                            "more than %zu images are below this folder; give the folder of one plate",
                            rules->max_files);
        stm_lines_add(w->files, path);
    } else if (!stm_folder_has_extension(name, rules->companions)) {
        count_stranger(w, name);
    }
    return true;
}

static bool see_folder(struct walk *w, const char *path, const struct stat *st, const struct chain *chain,
                       int depth)
{
    if (is_left(w, stm_text_basename(path)))
        stm_lines_addf(&w->found_notes, "folder %s was skipped: its name is that of an output or a container",
                       path);
    else if (is_loop(chain, st))
        stm_lines_addf(&w->found_notes, "folder %s was skipped: it leads back to a folder above it", path);
    else if (depth + 1 > w->rules->max_depth)
        stm_lines_addf(&w->found_notes, "folder %s was skipped: it is %d folders deep, the limit is %d", path,
                       depth + 1, w->rules->max_depth);
    else
        return read_folder(w, path, chain, depth + 1);
    return true;
}

static bool see(struct walk *w, DIR *dir, const char *folder, const char *name, const struct chain *chain,
                int depth)
{
    char path[4096];
    struct stat st;
    const bool root = !strcmp(folder, "/");
    if (*name == '.') return true;
    if (snprintf(path, sizeof path, "%s/%s", root ? "" : folder, name) >= (int)sizeof path) {
        stm_lines_addf(&w->found_notes, "a file in %.64s... was skipped: its path has more than %zu bytes",
                       folder, sizeof path);
        return true;
    }
    if (fstatat(dirfd(dir), name, &st, 0) != 0) {
        stm_lines_addf(&w->found_notes, "%s was skipped: %s", path, strerror(errno));
        return true;
    }
    if (S_ISDIR(st.st_mode)) return see_folder(w, path, &st, chain, depth);
    return !S_ISREG(st.st_mode) || see_file(w, path, name);
}

static bool cannot_read(struct walk *w, const char *path, int depth)
{
    if (depth > 0) {
        stm_lines_addf(&w->found_notes, "folder %s was skipped: %s", path, strerror(errno));
        return true;
    }
    stm_fail(w->err, STM_IO, "the folder cannot be read: %s", strerror(errno));
    return stm_fail_file(w->err, path);
}

static bool read_folder(struct walk *w, const char *path, const struct chain *above, int depth)
{
    struct stat st;
    DIR *const dir = opendir(path);
    if (!dir || fstat(dirfd(dir), &st) != 0) {
        if (dir) closedir(dir);
        return cannot_read(w, path, depth);
    }
    const struct chain chain = {above, st.st_dev, st.st_ino};
    bool good = true;
    const struct dirent *entry;
    while (good && (entry = readdir(dir)))
        good = see(w, dir, path, entry->d_name, &chain, depth);
    closedir(dir);
    return good;
}

/* Counted rather than listed: an imager leaves one thumbnail an image. */
static void note_counts(struct walk *w)
{
    if (w->thumbnails) stm_lines_addf(&w->found_notes, "thumbnails skipped: %zu", w->thumbnails);
    if (w->strangers)
        stm_lines_addf(&w->found_notes,
                       "files skipped because their extension is not that of an image: %zu, for example %s",
                       w->strangers, w->stranger);
}

static void sort_from(struct stm_lines *files, size_t first)
{
    struct stm_lines tail = {files->line ? files->line + first : NULL, files->n - first, 0, false};
    stm_lines_sort(&tail);
    files->n = first + tail.n;
}

bool stm_folder_list(const char *path, const struct stm_folder_rules *rules, struct stm_lines *files,
                     struct stm_lines *notes, struct stm_error *err)
{
    struct walk w = {.rules = rules, .files = files, .err = err};
    const size_t first = files->n;
    const bool read = read_folder(&w, path, NULL, 0) || stm_fail_file(err, path);
    note_counts(&w);
    sort_from(files, first);
    stm_lines_sort(&w.found_notes);
    for (size_t i = 0; i < w.found_notes.n; i++)
        stm_lines_add(notes, w.found_notes.line[i]);
    const bool memory = !files->failed && !notes->failed && !w.found_notes.failed;
    stm_lines_free(&w.found_notes);
    if (read && !memory)
        stm_fail(err, STM_NO_MEMORY, "no memory to list the %zu files of a folder", files->n);
    return read && (memory || stm_fail_file(err, path));
}
