/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 }; /* system calls are rare enough, and it stays in the L2 cache */

struct stm_file {
    int fd, reason; /* errno of the first failure, 0 */
    char *path, *part;
    size_t used, written;
    char buffer[BUFFER];
};

static bool cannot(const char *path, const char *what, int reason, struct stm_error *err)
{
    stm_fail(err, STM_IO, "cannot be %s: %s", what, strerror(reason));
    return stm_fail_file(err, path);
}

static bool no_memory(const char *path, struct stm_error *err)
{
    stm_fail(err, STM_NO_MEMORY, "no memory to write or read the file");
    return stm_fail_file(err, path);
}

static void release(struct stm_file **file)
{
    free((*file)->path);
    free((*file)->part);
    free(*file);
    *file = NULL;
}

static struct stm_file *allocate(const char *path)
{
    const size_t n = strlen(path);
    struct stm_file *file = malloc(sizeof *file);
    if (!file) return NULL;
    file->fd = -1;
    file->reason = 0;
    file->used = file->written = 0;
    file->path = strdup(path);
    file->part = malloc(n + sizeof ".part");
    if (!file->path || !file->part) return release(&file), NULL;
    memcpy(file->part, path, n);
    memcpy(file->part + n, ".part", sizeof ".part");
    return file;
}

bool stm_file_create(struct stm_file **file, const char *path, struct stm_error *err)
{
    *file = allocate(path);
    if (!*file) return no_memory(path, err);
    unlink((*file)->part); /* what is created is new: no link that was laid there is followed */
    (*file)->fd = open((*file)->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if ((*file)->fd >= 0) return true;
    cannot(path, "created", errno, err);
    release(file);
    return false;
}

/* Writes all `n` bytes, in as many pieces as the system wants. */
static bool put(struct stm_file *file, const char *data, size_t n)
{
    while (n > 0 && !file->reason) {
        const ssize_t done = write(file->fd, data, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) file->reason = done < 0 ? errno : ENOSPC;
        if (done <= 0) break;
        data += done;
        n -= (size_t)done;
        file->written += (size_t)done;
    }
    return !file->reason;
}

static bool flush(struct stm_file *file)
{
    const size_t n = file->used;
    file->used = 0;
    return put(file, file->buffer, n);
}

static bool report(const struct stm_file *file, struct stm_error *err)
{
    stm_fail(err, STM_IO, "cannot be written beyond %zu bytes: %s", file->written, strerror(file->reason));
    return stm_fail_file(err, file->path);
}

bool stm_file_write(struct stm_file *file, const void *data, size_t n, struct stm_error *err)
{
    if (file->reason) return report(file, err);
    if (n >= BUFFER - file->used && !flush(file)) return report(file, err);
    if (n >= BUFFER) return put(file, data, n) || report(file, err);
    if (n) memcpy(file->buffer + file->used, data, n);
    file->used += n;
    return true;
}

bool stm_file_printf(struct stm_file *file, struct stm_error *err, const char *format, ...)
{
    char text[512], *longer = NULL;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(text, sizeof text, format, args);
    if (n >= (int)sizeof text && (longer = malloc((size_t)n + 1)))
        vsnprintf(longer, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    if (n < 0 || (n >= (int)sizeof text && !longer)) {
        file->reason = ENOMEM;
        return no_memory(file->path, err);
    }
    const bool good = stm_file_write(file, longer ? longer : text, (size_t)n, err);
    free(longer);
    return good;
}

/* The name is on disk only when the folder is. Some file systems cannot sync folders; that is not our
 * failure. */
static void sync_folder(const char *path)
{
    char *const folder = strdup(path);
    char *const slash = folder ? strrchr(folder, '/') : NULL;
    if (slash) slash[slash == folder] = '\0';
    const int fd = folder ? open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

bool stm_file_commit(struct stm_file **file, struct stm_error *err)
{
    struct stm_file *const f = *file;
    flush(f);
    if (!f->reason && fsync(f->fd) != 0 && errno != EINVAL) f->reason = errno;
    if (close(f->fd) != 0 && !f->reason) f->reason = errno;
    f->fd = -1;
    bool good = !f->reason || report(f, err);
    good = good && (rename(f->part, f->path) == 0 || cannot(f->path, "replaced", errno, err));
    if (!good) {
        stm_file_discard(file);
        return false;
    }
    sync_folder(f->path);
    release(file);
    return true;
}

void stm_file_discard(struct stm_file **file)
{
    if (!*file) return;
    if ((*file)->fd >= 0) close((*file)->fd);
    unlink((*file)->part);
    release(file);
}

bool stm_file_save(const char *path, const void *data, size_t n, struct stm_error *err)
{
    struct stm_file *file;
    if (!stm_file_create(&file, path, err)) return false;
    if (stm_file_write(file, data, n, err)) return stm_file_commit(&file, err);
    stm_file_discard(&file);
    return false;
}

/* Reads up to `limit` + 1 bytes, so that one too many is noticed, whatever the system says the size is. */
static bool read_some(int fd, size_t limit, char **data, size_t *size, int *reason)
{
    size_t capacity = 0;
    for (ssize_t n = 1; n != 0 && *size <= limit;) {
        if (capacity - *size < 2) {
            capacity = capacity ? 2 * capacity : 4096;
            char *const grown = realloc(*data, capacity);
            if (!grown) return *reason = ENOMEM, false;
            *data = grown;
        }
        const size_t room = capacity - *size - 1, left = limit - *size + 1;
        n = read(fd, *data + *size, room < left ? room : left);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return *reason = errno, false;
        *size += (size_t)n;
    }
    (*data)[*size] = '\0';
    return true;
}

bool stm_file_read_all(const char *path, size_t limit, char **data, size_t *size, struct stm_error *err)
{
    int reason = 0;
    *data = NULL;
    *size = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cannot(path, "read", errno, err);
    bool good = read_some(fd, limit, data, size, &reason);
    close(fd);
    if (!good) {
        cannot(path, "read", reason, err);
    } else if (*size > limit) {
        stm_fail(err, STM_BAD_INPUT, "has more than %zu bytes, the limit for such a file", limit);
        good = stm_fail_file(err, path);
    }
    if (good) return true;
    free(*data);
    *data = NULL;
    *size = 0;
    return false;
}

static bool make_folder(const char *path, struct stm_error *err)
{
    struct stat st;
    if (mkdir(path, 0777) == 0) return true;
    const int reason = errno;
    if (reason == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return true;
    return cannot(path, "made a folder", reason, err);
}

bool stm_file_mkdirs(const char *path, struct stm_error *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return true;
    char *const copy = strdup(path);
    if (!copy) return no_memory(path, err);
    bool good = true;
    for (char *c = copy + 1; good && *copy && *c; c++) {
        if (*c != '/' || c[-1] == '/') continue;
        *c = '\0';
        good = (stat(copy, &st) == 0 && S_ISDIR(st.st_mode)) || make_folder(copy, err);
        *c = '/';
    }
    good = good && make_folder(copy, err);
    free(copy);
    return good;
}
