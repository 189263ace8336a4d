/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a sample sheet, as claims, and as profiles for claims. */
#define _GNU_SOURCE /* memfd_create */
#include "pipeline/review/claims.h"
#include "pipeline/review/profile.h"
#include "pipeline/samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_samples(const char *path)
{
    struct stm_error err = {0};
    struct stm_samples samples = {0};
    const char *values[STM_SAMPLE_COLUMNS];
    if (stm_samples_read(&samples, path, &err))
        stm_samples_of_well(&samples, "P", "A01", values);
    else if (!err.message[0])
        abort();
    stm_samples_free(&samples);
}

/* Limits are missing or finite, and in order. */
static void check_limits(double low, double high)
{
    if (low > high || isinf(low) || isinf(high)) abort();
}

static void as_claims(const char *path)
{
    struct stm_error err = {0};
    struct stm_profiles profiles = {0};
    if (!stm_profiles_read(&profiles, path, &err) && !err.message[0]) abort();
    struct stm_claims claims = {.profiles = &profiles};
    err = (struct stm_error){0};
    if (!stm_claims_read(&claims, path, &err) && !err.message[0]) abort();
    for (int i = 0; i < claims.n; i++)
        for (int k = 0; k < claims.row[i].n; k++)
            check_limits(claims.row[i].claim[k].low, claims.row[i].claim[k].high);
    stm_claims_free(&claims);
    stm_profiles_free(&profiles);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    const int fd = memfd_create("sheet", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    as_samples(path);
    as_claims(path);
    close(fd);
    return 0;
}
