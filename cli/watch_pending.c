/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* F_SETLEASE */
#include "cli/watch_pending.h"

#include "pipeline/core/text.h"
#include "pipeline/io/complete.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct stm_watch_file *stm_watch_find(struct stm_watch_pending *p, const char *path)
{
    int lo = 0, hi = p->n;
    while (lo < hi) {
        const int middle = lo + (hi - lo) / 2, order = strcmp(p->file[middle].path, path);
        if (order == 0) return &p->file[middle];
        if (order < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return NULL;
}

/* The journal is read again when it has grown. */
static bool read_journal(struct stm_watch_pending *p, const char *results, struct stm_error *err)
{
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/" STM_JOURNAL_FILE, results);
    const size_t bytes = stat(path, &st) == 0 ? (size_t)st.st_size : 0;
    if (bytes == p->journal_bytes) return true;
    stm_journal_free(&p->journal);
    p->journal_bytes = bytes;
    return stm_journal_read(&p->journal, results, err);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct stm_watch_file *)a)->path, ((const struct stm_watch_file *)b)->path);
}

static bool is_taken_in(const struct stm_watch_pending *p, const char *path, const struct stat *st)
{
    const struct stm_journal_file *const f = stm_journal_find(&p->journal, path);
    return f && f->size == st->st_size &&
           f->mtime == (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* Notes one file of the folder; a new one goes to the end, beyond the first `known`, which are sorted. */
static void see(struct stm_watch_pending *p, int known, char *path, double now)
{
    struct stat st;
    struct stm_watch_pending sorted = {.file = p->file, .n = known};
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || is_taken_in(p, path, &st)) {
        free(path);
        return;
    }
    const int64_t mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    struct stm_watch_file *f = stm_watch_find(&sorted, path);
    if (f)
        free(path);
    else if (p->n == STM_WATCH_QUEUE) {
        p->beyond++;
        free(path);
        return;
    } else {
        f = &p->file[p->n++];
        *f = (struct stm_watch_file){.path = path, .size = STM_WATCH_ANSWERED};
    }
    if (f->size == STM_WATCH_ANSWERED) f->busy = false; /* it has changed since */
    if (f->size != st.st_size || f->mtime != mtime) {
        f->since = now;
        f->tries = 0;
        f->not_before = 0;
    }
    f->size = st.st_size;
    f->mtime = mtime;
    f->here = true;
}

static void drop_gone(struct stm_watch_pending *p)
{
    int kept = 0;
    for (int i = 0; i < p->n; i++)
        if (p->file[i].here)
            p->file[kept++] = p->file[i];
        else
            free(p->file[i].path);
    p->n = kept;
    qsort(p->file, (size_t)p->n, sizeof *p->file, by_path);
}

bool stm_watch_look(struct stm_watch_pending *p, const char *results, double now, struct stm_error *err)
{
    struct stm_lines files = {0}, notes = {0};
    const int known = p->n;
    if (!p->file && !(p->file = calloc(STM_WATCH_QUEUE, sizeof *p->file)))
        return stm_fail(err, STM_NO_MEMORY, "no memory for the queue");
    if (!read_journal(p, results, err)) return false;
    const bool good = stm_folder_list(p->root, &stm_plate_rules, &files, &notes, err);
    p->beyond = 0;
    for (int i = 0; i < p->n; i++)
        p->file[i].here = false;
    for (size_t i = 0; good && i < files.n; i++) {
        see(p, known, files.line[i], now);
        files.line[i] = NULL;
    }
    if (good) drop_gone(p);
    stm_lines_free(&files);
    stm_lines_free(&notes);
    return good;
}

/* Somebody on this machine has it open for writing. Where the system does not tell, nobody. */
static bool is_being_written(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return false;
    const bool taken = fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
    const bool written = !taken && errno == EAGAIN;
    if (taken) fcntl(fd, F_SETLEASE, F_UNLCK);
    close(fd);
    return written;
}

static void sooner(double *wake, double at)
{
    if (at < *wake) *wake = at;
}

static bool is_ready(const struct stm_watch_pending *p, const struct stm_watch_file *f, double now,
                     double *wake)
{
    const double age = now - f->since;
    if (f->busy) return false;
    if (now < f->not_before) return sooner(wake, f->not_before), false;
    if (age < p->patience.stable) return sooner(wake, f->since + p->patience.stable), false;
    if (age >= p->patience.give_up) return true;
    if (!is_being_written(f->path) && stm_image_complete(f->path)) return true;
    return sooner(wake, now + p->patience.stable), false;
}

/* Files taken in before and pending ones, as one plate: names are read as they will be in the end. */
static bool find_sites(const struct stm_watch_pending *p, struct stm_plate *plate, struct stm_error *err)
{
    struct stm_plate_listed *const listed =
        malloc(((size_t)p->journal.n_files + (size_t)p->n + 1) * sizeof *listed);
    int n = 0;
    if (!listed) return stm_fail(err, STM_NO_MEMORY, "no memory for the list of files");
    for (int i = 0; i < p->journal.n_files; i++)
        listed[n++] = (struct stm_plate_listed){p->journal.files[i].path, p->journal.files[i].root};
    for (int i = 0; i < p->n; i++)
        if (!stm_journal_find(&p->journal, p->file[i].path))
            listed[n++] = (struct stm_plate_listed){p->file[i].path, p->root};
    const bool good = stm_plate_find_listed(plate, listed, n, p->pattern, err);
    free(listed);
    return good;
}

/* Files of a field of view that has all: as told, or the most that one taken in whole has. */
static int files_of_whole(struct stm_watch_pending *p, const struct stm_plate *plate)
{
    int most = p->patience.files;
    for (int s = 0; !p->patience.files && s < plate->n_sites; s++) {
        bool waiting = false;
        for (int f = 0; f < plate->sites[s].n_files; f++)
            waiting |= stm_watch_find(p, plate->sites[s].files[f].path) != NULL;
        if (!waiting && plate->sites[s].n_files > most) most = plate->sites[s].n_files;
    }
    return most;
}

/* Something of the site is pending, all that is pending is ready, and nothing more is to be waited for. */
static bool site_is_ready(struct stm_watch_pending *p, const struct stm_plate_site *site, int whole,
                          double now, double *wake)
{
    double last = 0;
    int pending = 0;
    for (int f = 0; f < site->n_files; f++) {
        const struct stm_watch_file *const file = stm_watch_find(p, site->files[f].path);
        if (!file) continue;
        if (!is_ready(p, file, now, wake)) return false;
        if (file->since > last) last = file->since;
        pending++;
    }
    if (!pending) return false;
    if ((whole && site->n_files >= whole) || now - last >= p->patience.site) return true;
    return sooner(wake, last + p->patience.site), false;
}

static int count_left(struct stm_watch_pending *p, const struct stm_plate *plate)
{
    int left = p->n;
    for (int s = 0; s < plate->n_sites; s++)
        for (int f = 0; f < plate->sites[s].n_files; f++)
            left -= stm_watch_find(p, plate->sites[s].files[f].path) != NULL;
    return left;
}

bool stm_watch_next(struct stm_watch_pending *p, double now, struct stm_lines *paths, double *wake,
                    struct stm_error *err)
{
    struct stm_plate plate;
    *paths = (struct stm_lines){0};
    p->left = 0;
    if (!p->n) return true;
    bool good = find_sites(p, &plate, err);
    const int whole = good ? files_of_whole(p, &plate) : 0;
    if (good) p->left = count_left(p, &plate);
    for (int s = 0; good && s < plate.n_sites && !paths->n; s++)
        if (site_is_ready(p, &plate.sites[s], whole, now, wake))
            for (int f = 0; f < plate.sites[s].n_files; f++)
                if (access(plate.sites[s].files[f].path, R_OK) == 0)
                    stm_lines_add(paths, plate.sites[s].files[f].path);
    if (paths->failed) good = stm_fail(err, STM_NO_MEMORY, "no memory for the list of files");
    stm_plate_free(&plate);
    return good;
}

void stm_watch_pending_free(struct stm_watch_pending *p)
{
    for (int i = 0; i < p->n; i++)
        free(p->file[i].path);
    free(p->file);
    stm_journal_free(&p->journal);
    *p = (struct stm_watch_pending){0};
}
