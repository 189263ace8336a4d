/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a protocol file. */
#define _GNU_SOURCE /* memfd_create */
#include "pipeline/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct stm_error err = {0};
    struct stm_plan plan;
    const int fd = memfd_create("protocol", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!stm_plan_begin(&plan, stm_assays[0]->name, &err)) abort();
    if (!stm_plan_protocol(&plan, path, &err) && !err.message[0]) abort();
    stm_plan_free(&plan);
    close(fd);
    return 0;
}
