/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/save.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_all(const char *path, const struct stm_bytes *bytes)
{
    FILE *const f = fopen(path, "wb");
    if (!f) return false;
    const bool written =
        fwrite(bytes->data, 1, bytes->length, f) == bytes->length && !fflush(f) && !fsync(fileno(f));
    return !fclose(f) && written;
}

bool stm_save(const char *path, const struct stm_bytes *bytes, struct stm_error *err)
{
    char part[4096];
    if (bytes->failed)
        return stm_fail(err, STM_NO_MEMORY, "no memory to write the file"), stm_fail_file(err, path);
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return stm_fail(err, STM_IO, "the path is longer than %zu bytes", sizeof part),
               stm_fail_file(err, path);
    if (write_all(part, bytes) && !rename(part, path)) return true;
    stm_fail(err, STM_IO, "cannot write %zu bytes: %s", bytes->length, strerror(errno));
    remove(part);
    return stm_fail_file(err, path);
}
