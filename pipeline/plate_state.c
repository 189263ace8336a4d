/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/plate_state.h"

#include "pipeline/core/file.h"
#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"

#include <stdlib.h>
#include <string.h>

/* A header line that says what the bytes are of, then the plate state of each stage. */
static void describe(const struct stm_plan *plan, struct stm_string *line)
{
    stm_string_addf(line, "stroma plate %s %s", STM_VERSION, plan->hash);
    for (int c = 0; c < plan->channels; c++)
        stm_string_addf(line, " %s", plan->channel_name[c]);
}

static size_t state_bytes(const struct stm_plan *plan)
{
    size_t n = 0;
    for (int i = 0; i < plan->n_stages; i++)
        n += plan->stage[i].stage->plate_bytes;
    return n;
}

bool stm_plate_state_save(const struct stm_plan *plan, const char *path, int sites, struct stm_error *err)
{
    struct stm_string all = {0};
    char hex[STM_SHA256_HEX];
    describe(plan, &all);
    stm_string_addf(&all, " %d\n", sites);
    for (int i = 0; i < plan->n_stages; i++)
        stm_string_add_n(&all, plan->stage[i].plate, plan->stage[i].stage->plate_bytes);
    if (!all.failed) stm_sha256_hex(all.text, all.length, hex);
    stm_string_add_n(&all, hex, sizeof hex - 1);
    const bool good = all.failed ? stm_fail(err, STM_NO_MEMORY, "no memory for the plate's state")
                                 : stm_file_save(path, all.text, all.length, err);
    stm_string_free(&all);
    return good;
}

static bool is_whole(const char *bytes, size_t n)
{
    char hex[STM_SHA256_HEX];
    if (n < sizeof hex - 1) return false;
    stm_sha256_hex(bytes, n - (sizeof hex - 1), hex);
    return !memcmp(hex, bytes + n - (sizeof hex - 1), sizeof hex - 1);
}

/* The number behind the description, -1 when the line is another's. */
static long header_sites(const struct stm_plan *plan, const char *bytes, size_t n)
{
    struct stm_string line = {0};
    char number[16] = "";
    long sites = -1;
    describe(plan, &line);
    const char *const end = memchr(bytes, '\n', n);
    if (!line.failed && end && (size_t)(end - bytes) > line.length + 1 &&
        (size_t)(end - bytes) < line.length + sizeof number && !memcmp(bytes, line.text, line.length)) {
        memcpy(number, bytes + line.length + 1, (size_t)(end - bytes) - line.length - 1);
        if (!stm_text_to_long(number, &sites) || sites < 0 || sites > 1 << 30) sites = -1;
    }
    stm_string_free(&line);
    return sites;
}

bool stm_plate_state_load(struct stm_plan *plan, const char *path, int *sites)
{
    struct stm_error ignored;
    char *bytes;
    size_t n;
    if (!stm_file_read_all(path, state_bytes(plan) + 4096, &bytes, &n, &ignored)) return false;
    const long counted = is_whole(bytes, n) ? header_sites(plan, bytes, n) : -1;
    const char *at = memchr(bytes, '\n', n);
    const bool good = counted >= 0 && (size_t)(bytes + n - at - 1) == state_bytes(plan) + STM_SHA256_HEX - 1;
    for (int i = 0; good && i < plan->n_stages; i++) {
        if (i == 0) at++;
        memcpy(plan->stage[i].plate, at, plan->stage[i].stage->plate_bytes);
        at += plan->stage[i].stage->plate_bytes;
    }
    if (good) *sites = (int)counted;
    free(bytes);
    return good;
}
