/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool stm_part_open(struct stm_part *part, const char *directory, const char *name, struct stm_error *err)
{
    const size_t n = strlen(directory) + strlen(name) + 8;
    *part = (struct stm_part){.path = malloc(2 * n)};
    if (!part->path) return stm_fail(err, STM_NO_MEMORY, "no memory to begin %s", name);
    part->part = part->path + n;
    snprintf(part->path, n, "%s/%s", directory, name);
    snprintf(part->part, n, "%s.part", part->path);
    part->file = fopen(part->part, "wb");
    if (part->file) return true;
    stm_fail(err, STM_IO, "cannot be created: %s", strerror(errno));
    stm_fail_file(err, part->path);
    free(part->path);
    *part = (struct stm_part){0};
    return false;
}

static bool cannot_write(const struct stm_part *part, struct stm_error *err)
{
    stm_fail(err, STM_IO, "cannot be written: %s", strerror(errno));
    return stm_fail_file(err, part->path);
}

bool stm_part_write(struct stm_part *part, const char *text, size_t n, struct stm_error *err)
{
    return n == 0 || fwrite(text, 1, n, part->file) == n || cannot_write(part, err);
}

bool stm_part_publish(struct stm_part *part, struct stm_error *err)
{
    bool ok = (!fflush(part->file) && !fsync(fileno(part->file))) || cannot_write(part, err);
    ok = ok && (!rename(part->part, part->path) || cannot_write(part, err));
    if (!ok) {
        stm_part_discard(part);
        return false;
    }
    fclose(part->file);
    free(part->path);
    *part = (struct stm_part){0};
    return true;
}

void stm_part_discard(struct stm_part *part)
{
    if (!part->file) return;
    fclose(part->file);
    remove(part->part);
    free(part->path);
    *part = (struct stm_part){0};
}
