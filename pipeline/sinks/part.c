/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/part.h"

#include "pipeline/core/text.h"

bool stm_part_open(struct stm_part *part, const char *directory, const char *name, struct stm_error *err)
{
    struct stm_string path = {0};
    *part = (struct stm_part){0};
    stm_string_add(&path, directory);
    stm_string_add(&path, "/");
    stm_string_add(&path, name);
    const bool ok = path.failed ? stm_fail(err, STM_NO_MEMORY, "no memory to begin %s", name)
                                : stm_file_create(&part->file, path.text, err);
    stm_string_free(&path);
    return ok;
}

bool stm_part_write(struct stm_part *part, const char *text, size_t n, struct stm_error *err)
{
    return stm_file_write(part->file, text, n, err);
}

bool stm_part_publish(struct stm_part *part, struct stm_error *err)
{
    return stm_file_commit(&part->file, err);
}

void stm_part_discard(struct stm_part *part)
{
    stm_file_discard(&part->file);
}
