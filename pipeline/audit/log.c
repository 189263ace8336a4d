/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading logs; log_write.c writes them. */
#include "pipeline/audit/log.h"

#include <stdlib.h>
#include <string.h>

static const char hash_head[] = ",\"hash\":\"", signature_head[] = "\",\"signature\":\"", tail[] = "\"}";
static const char first_previous[] = "0000000000000000000000000000000000000000000000000000000000000000";

enum { HASH = STM_SHA256_HEX - 1, SIGNATURE = STM_SIGNATURE_HEX - 1 };

/* A line taken apart by its fixed end: the body that is hashed, the hash, the signature. */
struct parts {
    size_t body;
    const char *hash, *signature; /* signature NULL = none */
};

static bool ends_with(const char *line, size_t n, const char *text)
{
    const size_t m = strlen(text);
    return n >= m && !memcmp(line + n - m, text, m);
}

static bool take_apart(const char *line, size_t n, struct parts *p)
{
    if (!ends_with(line, n, tail)) return false;
    n -= strlen(tail);
    p->signature = NULL;
    if (n > SIGNATURE && ends_with(line, n - SIGNATURE, signature_head)) {
        p->signature = line + n - SIGNATURE;
        n -= SIGNATURE + strlen(signature_head);
    }
    if (n < HASH || !ends_with(line, n - HASH, hash_head)) return false;
    p->hash = line + n - HASH;
    p->body = n - HASH - strlen(hash_head);
    return true;
}

const char *stm_log_text(const struct stm_log_entry *entry, const char *key)
{
    const char *text = "";
    stm_json_get_text(stm_json_get(entry->json, key), &text);
    return text;
}

static bool signature_is_good(const struct stm_log_entry *e, const struct parts *p)
{
    char signature[STM_SIGNATURE_HEX], message[32 + HASH];
    if (!p->signature) return !e->key[0];
    memcpy(signature, p->signature, SIGNATURE);
    signature[SIGNATURE] = '\0';
    memcpy(message, "stroma log entry ", 17);
    memcpy(message + 17, e->hash, HASH);
    return stm_signature_fits(e->key, message, 17 + HASH, signature);
}

static bool read_entry(struct stm_log_entry *e, const char *line, size_t n, struct parts *p)
{
    char hash[STM_SHA256_HEX];
    struct stm_error ignored;
    memset(e, 0, sizeof *e);
    if (!take_apart(line, n, p)) return false;
    stm_sha256_hex(line, p->body, hash);
    if (memcmp(hash, p->hash, HASH) != 0) return false;
    memcpy(e->hash, hash, sizeof e->hash);
    if (!stm_json_parse(&e->json, line, n, &ignored)) return false;
    e->what = stm_log_text(e, "what");
    e->who = stm_log_text(e, "who");
    e->time = stm_log_text(e, "time");
    e->why = stm_log_text(e, "why");
    e->key = stm_log_text(e, "key");
    e->name = stm_log_text(e, "name");
    return stm_json_get_integer(stm_json_get(e->json, "n"), &e->n) && e->n > 0;
}

static struct stm_log_entry *new_entry(struct stm_log *log, struct stm_error *err)
{
    if (log->n == log->capacity) {
        const size_t capacity = log->capacity ? 2 * log->capacity : 16;
        struct stm_log_entry *const grown = realloc(log->entry, capacity * sizeof *grown);
        if (!grown) {
            stm_fail(err, STM_NO_MEMORY, "no memory for the audit log");
            return NULL;
        }
        log->entry = grown;
        log->capacity = capacity;
    }
    return &log->entry[log->n];
}

/* What the line before said; `broken`: it could not be read, so what follows cannot be held against it. */
struct chain {
    int64_t n;
    char hash[STM_SHA256_HEX];
    bool broken;
};

static bool fits(const struct chain *chain, const struct stm_log_entry *e, const char *file, long row,
                 struct stm_findings *findings)
{
    if (chain->broken) return true;
    if (e->n > chain->n + 1)
        stm_findings_add(findings, STM_FINDING_MISSING, file, row, NULL,
                         "entries %lld to %lld that stood before it are not there", (long long)chain->n + 1,
                         (long long)e->n - 1);
    else if (e->n != chain->n + 1 || strcmp(stm_log_text(e, "previous"), chain->hash) != 0)
        stm_findings_add(findings, STM_FINDING_ALTERED, file, row, NULL,
                         "entry %lld does not follow the line before it: lines were added, exchanged or "
                         "written anew",
                         (long long)e->n);
    else
        return true;
    return false;
}

static bool add_line(struct stm_log *log, struct chain *chain, const char *line, size_t n, const char *file,
                     long row, struct stm_findings *findings, struct stm_error *err)
{
    struct parts p;
    struct stm_log_entry *const e = new_entry(log, err);
    if (!e) return false;
    if (!read_entry(e, line, n, &p)) {
        stm_findings_add(findings, STM_FINDING_ALTERED, file, row, NULL,
                         "the line is not what was written: its hash does not fit");
        stm_json_free(&e->json);
        chain->broken = true;
        return true;
    }
    e->good = fits(chain, e, file, row, findings);
    if (!signature_is_good(e, &p)) {
        stm_findings_add(findings, STM_FINDING_UNPROVEN, file, row, "signature",
                         "the signature of entry %lld (%s) is wrong or was taken away", (long long)e->n,
                         e->what);
        e->good = false;
    }
    *chain = (struct chain){.n = e->n};
    memcpy(chain->hash, e->hash, sizeof chain->hash);
    log->n++;
    return true;
}

bool stm_log_parse(struct stm_log *log, const char *text, size_t n, const char *file,
                   struct stm_findings *findings, struct stm_error *err)
{
    struct chain chain = {.n = 0};
    long row = 0;
    memcpy(chain.hash, first_previous, sizeof chain.hash);
    for (const char *line = text, *const end = text + n; line < end;) {
        const char *const stop = memchr(line, '\n', (size_t)(end - line));
        const size_t length = (size_t)((stop ? stop : end) - line);
        row++;
        if (!stop)
            stm_findings_add(findings, STM_FINDING_ALTERED, file, row, NULL,
                             "the last line does not end: it was cut or altered");
        if (!add_line(log, &chain, line, length, file, row, findings, err)) return false;
        line += length + 1;
    }
    return true;
}

void stm_log_free(struct stm_log *log)
{
    for (size_t i = 0; i < log->n; i++)
        stm_json_free(&log->entry[i].json);
    free(log->entry);
    *log = (struct stm_log){0};
}
