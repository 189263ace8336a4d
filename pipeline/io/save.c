/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/save.h"

#include "pipeline/core/file.h"

bool stm_save(const char *path, const struct stm_bytes *bytes, struct stm_error *err)
{
    if (!bytes->failed) return stm_file_save(path, bytes->data, bytes->length, err);
    stm_fail(err, STM_NO_MEMORY, "no memory to write the file");
    return stm_fail_file(err, path);
}
