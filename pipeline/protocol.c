/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/plan.h"

bool stm_plan_protocol(struct stm_plan *plan, const char *path, struct stm_error *err)
{
    (void)plan;
    stm_fail(err, STM_UNSUPPORTED, "protocol files are not read yet");
    return stm_fail_file(err, path);
}

bool stm_plan_protocol_assay(const char *path, char *assay, size_t size, struct stm_error *err)
{
    (void)assay;
    (void)size;
    stm_fail(err, STM_UNSUPPORTED, "protocol files are not read yet");
    return stm_fail_file(err, path);
}
