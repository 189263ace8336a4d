/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refuse(struct stm_input *input, enum stm_status status, const char *why, struct stm_error *err)
{
    stm_input_close(input);
    return stm_fail(err, status, "%s", why);
}

bool stm_input_open(struct stm_input *input, const char *path, struct stm_error *err)
{
    struct stat info;
    *input = (struct stm_input){.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY), .path = path};
    if (input->fd < 0) return stm_fail(err, STM_IO, "cannot be opened: %s", strerror(errno));
    if (fstat(input->fd, &info) != 0) return refuse(input, STM_IO, strerror(errno), err);
    if (S_ISDIR(info.st_mode)) return refuse(input, STM_BAD_INPUT, "is a folder, not an image file", err);
    if (!S_ISREG(info.st_mode)) return refuse(input, STM_BAD_INPUT, "is not a regular file", err);
    if (info.st_size == 0) return refuse(input, STM_BAD_INPUT, "the file is empty", err);
    input->size = (uint64_t)info.st_size;
    return true;
}

void stm_input_close(struct stm_input *input)
{
    if (input->fd >= 0) close(input->fd);
    input->fd = -1;
}

size_t stm_input_some(const struct stm_input *input, uint64_t at, void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size && at + done < input->size) {
        const ssize_t n = pread(input->fd, (char *)bytes + done, size - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += (size_t)n;
    }
    return done;
}

bool stm_input_exactly(const struct stm_input *input, uint64_t at, void *bytes, size_t size, const char *what,
                       struct stm_error *err)
{
    const size_t got = stm_input_some(input, at, bytes, size);
    if (got == size) return true;
    return stm_fail(err, STM_BAD_INPUT,
                    "%s needs %zu bytes at position %" PRIu64 ", but the file ends at %" PRIu64
                    ": it is cut short or still being written",
                    what, size, at, input->size);
}
