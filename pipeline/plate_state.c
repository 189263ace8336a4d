/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/plate_state.h"

#include "pipeline/core/lock.h"
#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Everything that is in the file; NULL without memory or when it is longer than it can be. */
static char *read_file(int fd, size_t limit, size_t *n)
{
    struct stat st;
    *n = 0;
    if (fstat(fd, &st) != 0 || st.st_size < 0 || (size_t)st.st_size > limit) return NULL;
    char *const bytes = malloc((size_t)st.st_size + 1);
    for (ssize_t got = 1; bytes && got > 0 && *n<(size_t)st.st_size; *n += got> 0 ? (size_t)got : 0)
        got = pread(fd, bytes + *n, (size_t)st.st_size - *n, (off_t)*n);
    return bytes;
}

static void take(struct stm_plate_state *state, struct stm_plan *plan, const char *bytes, size_t n)
{
    if (!is_whole(bytes, n)) return;
    const long sites = header_sites(plan, bytes, n);
    const char *at = memchr(bytes, '\n', n);
    state->foreign = sites < 0 || (size_t)(bytes + n - at - 1) != state_bytes(plan) + STM_SHA256_HEX - 1;
    if (state->foreign) return;
    at++;
    for (int i = 0; i < plan->n_stages; i++) {
        memcpy(plan->stage[i].plate, at, plan->stage[i].stage->plate_bytes);
        at += plan->stage[i].stage->plate_bytes;
    }
    state->sites = (int)sites;
}

bool stm_plate_state_open(struct stm_plate_state *state, struct stm_plan *plan, const char *path,
                          struct stm_error *err)
{
    size_t n;
    *state = (struct stm_plate_state){.fd = STM_LOCK_FREE};
    if (!stm_lock_take(&state->fd, path, true, err)) return false;
    char *const bytes = read_file(state->fd, state_bytes(plan) + 4096, &n);
    if (bytes) take(state, plan, bytes, n);
    free(bytes);
    return true;
}

static bool write_file(int fd, const struct stm_string *all)
{
    if (ftruncate(fd, 0) != 0) return false;
    for (size_t done = 0; done < all->length;) {
        const ssize_t put = pwrite(fd, all->text + done, all->length - done, (off_t)done);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        done += (size_t)put;
    }
    return true;
}

bool stm_plate_state_close(struct stm_plate_state *state, const struct stm_plan *plan, struct stm_error *err)
{
    struct stm_string all = {0};
    char hex[STM_SHA256_HEX] = "";
    bool good = true;
    if (!state->foreign) {
        describe(plan, &all);
        stm_string_addf(&all, " %d\n", state->sites);
        for (int i = 0; i < plan->n_stages; i++)
            stm_string_add_n(&all, plan->stage[i].plate, plan->stage[i].stage->plate_bytes);
        if (!all.failed) stm_sha256_hex(all.text, all.length, hex);
        stm_string_add_n(&all, hex, sizeof hex - 1);
        if (all.failed)
            good = stm_fail(err, STM_NO_MEMORY, "no memory for the plate's state");
        else if (!write_file(state->fd, &all))
            good = stm_fail(err, STM_IO, "the plate's state cannot be written: %s", strerror(errno));
    }
    stm_string_free(&all);
    stm_lock_release(&state->fd);
    return good;
}
