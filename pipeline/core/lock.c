/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* flock */
#include "pipeline/core/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool cannot(const char *path, const char *what, int reason, struct stm_error *err)
{
    stm_fail(err, STM_IO, "cannot be %s: %s", what, strerror(reason));
    return stm_fail_file(err, path);
}

/* Whether `path` is still the file behind `fd`: its holder before may have removed it. */
static bool is_there(int fd, const char *path)
{
    struct stat mine, now;
    return fstat(fd, &mine) == 0 && stat(path, &now) == 0 && mine.st_dev == now.st_dev &&
           mine.st_ino == now.st_ino;
}

bool stm_lock_take(int *fd, const char *path, bool wait, struct stm_error *err)
{
    memset(err, 0, sizeof *err);
    for (;;) {
        *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (*fd < 0) return cannot(path, "opened", errno, err);
        int got;
        do
            got = flock(*fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
        while (got != 0 && errno == EINTR);
        if (got == 0 && is_there(*fd, path)) return true;
        const int reason = got == 0 ? 0 : errno;
        stm_lock_release(fd);
        if (reason) return reason == EWOULDBLOCK ? false : cannot(path, "locked", reason, err);
    }
}

void stm_lock_remove(int *fd, const char *path)
{
    if (*fd >= 0) unlink(path);
    stm_lock_release(fd);
}

void stm_lock_release(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = STM_LOCK_FREE;
}
