/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking for what was altered in a store: in its pages, its tables, its log, its runs. */
#include "pipeline/audit/seal.h"
#include "pipeline/store/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST = 40 }; /* pages, and changes of one run, that are named */

struct check {
    struct stm_store *store;
    const char *name; /* of the file, for findings */
    struct stm_findings *findings;
    uint32_t page[MOST];
    size_t damaged;
    int64_t run; /* at hand, and which part of it */
    int part;
    size_t changes;
};

static void note_page(void *context, uint32_t page)
{
    struct check *const c = context;
    if (c->damaged < MOST) c->page[c->damaged] = page;
    c->damaged++;
}

/* What a page is used for, as far as the database can tell. */
static void name_page(const struct check *c, uint32_t page, char *use, size_t size)
{
    struct stm_sqlite_query *q = NULL;
    struct stm_error ignored;
    bool row = false;
    snprintf(use, size, "%s", page == 1 ? "header and list of tables" : "no table");
    if (page == 1 || !c->store) return;
    if (stm_sqlite_prepare(&q, c->store->db, "SELECT name FROM dbstat WHERE pageno = ?", &ignored)) {
        stm_sqlite_bind_integer(q, 1, page);
        if (!stm_sqlite_step(q, &row, &ignored)) snprintf(use, size, "unknown use");
        if (row) snprintf(use, size, "table %s", stm_sqlite_text(q, 0));
    }
    stm_sqlite_finish(&q);
}

static void report_pages(const struct check *c)
{
    char use[128], field[32];
    for (size_t i = 0; i < c->damaged && i < MOST; i++) {
        name_page(c, c->page[i], use, sizeof use);
        snprintf(field, sizeof field, "page %u", (unsigned)c->page[i]);
        stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, 0, field,
                         "bytes %llu to %llu (%s) are not as they were written",
                         ((unsigned long long)c->page[i] - 1) * STM_SQLITE_PAGE,
                         (unsigned long long)c->page[i] * STM_SQLITE_PAGE - 1, use);
    }
    if (c->damaged > MOST)
        stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, 0, NULL,
                         "%zu more pages are not as they were", c->damaged - MOST);
}

static void report_change(void *context, const struct stm_seal_change *change)
{
    struct check *const c = context;
    struct stm_string row = {0}, field = {0};
    struct stm_error ignored;
    char name[128];
    static const enum stm_finding_kind kinds[] = {[STM_SEAL_ALTERED] = STM_FINDING_ALTERED,
                                                  [STM_SEAL_MISSING] = STM_FINDING_MISSING,
                                                  [STM_SEAL_ADDED] = STM_FINDING_ADDED};
    static const char *const words[] = {"is not what was stored", "is missing or was altered",
                                        "was not stored so"};
    if (c->changes++ >= MOST) return;
    if (change->what != STM_SEAL_MISSING)
        stm_store_seal_row(c->store, c->part, c->run, change->row, &row, &ignored);
    stm_string_addf(&field, "%s", stm_store_sealed_name(c->part));
    for (size_t i = 0; i < change->columns && i < 4; i++) {
        stm_store_seal_column(c->store, c->part, c->run, change->column[i], name, sizeof name, &ignored);
        stm_string_addf(&field, "%s%s", i ? " or " : ".", name);
    }
    stm_findings_add(c->findings, kinds[change->what], c->name, 0, field.text, "%s (run %lld%s%s)",
                     words[change->what], (long long)c->run, row.length ? ": " : "",
                     row.length ? row.text : "");
    stm_string_free(&row);
    stm_string_free(&field);
}

static void split_seal(const char *seal, struct stm_lines *blocks)
{
    const char *at = strchr(seal, '\n');
    while (at) {
        const char *const end = strchr(++at, '\n');
        stm_lines_addf(blocks, "%.*s", end ? (int)(end - at) : (int)strlen(at), at);
        at = end;
    }
}

static void compare_part(struct check *c, const char *then, const char *now)
{
    struct stm_lines a = {0}, b = {0};
    struct stm_error err = {0};
    const size_t before = c->findings->breaks;
    split_seal(then, &a);
    split_seal(now, &b);
    if (!stm_seal_compare(&a, &b, report_change, c, &err) || c->findings->breaks == before)
        stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, 0, stm_store_sealed_name(c->part),
                         "is not what was stored (run %lld)%s%s", (long long)c->run,
                         err.message[0] ? ": " : "", err.message);
    stm_lines_free(&a);
    stm_lines_free(&b);
}

static bool stored_seal(struct check *c, struct stm_string *seal, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row = false;
    if (!stm_sqlite_prepare(&q, c->store->db, "SELECT seal FROM seals WHERE run = ? AND part = ?", err))
        return false;
    stm_sqlite_bind_integer(q, 1, c->run);
    stm_sqlite_bind_text(q, 2, stm_store_sealed_name(c->part));
    const bool good = stm_sqlite_step(q, &row, err);
    stm_string_add(seal, good && row ? stm_sqlite_text(q, 0) : "");
    stm_sqlite_finish(&q);
    return good;
}

/* The data, as they are, against the hash in the log; where that does not fit, against the stored seals. */
static bool check_run(struct check *c, const char *content, struct stm_error *err)
{
    struct stm_string now[STM_STORE_SEALED] = {{0}}, then[STM_STORE_SEALED] = {{0}};
    char hex[STM_SHA256_HEX] = "", stored[STM_SHA256_HEX] = "";
    bool good = true;
    c->changes = 0;
    for (c->part = 0; good && c->part < STM_STORE_SEALED; c->part++)
        good = stm_store_seal(c->store, c->part, c->run, &now[c->part], err) &&
               stored_seal(c, &then[c->part], err) && !then[c->part].failed;
    if (good) stm_store_seals_hash(now, hex);
    if (good) stm_store_seals_hash(then, stored);
    const bool intact = good && !strcmp(hex, content);
    for (c->part = 0; good && c->part < STM_STORE_SEALED; c->part++) {
        if (!strcmp(now[c->part].text, then[c->part].text)) continue;
        if (intact)
            stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, 0, "seals.seal",
                             "the seal of %s (run %lld) is not what was stored",
                             stm_store_sealed_name(c->part), (long long)c->run);
        else
            compare_part(c, then[c->part].text, now[c->part].text);
    }
    if (good && strcmp(stored, content) != 0 && !intact)
        stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, 0, "seals",
                         "the seals of run %lld are not those in the log", (long long)c->run);
    for (int i = 0; i < STM_STORE_SEALED; i++) {
        stm_string_free(&now[i]);
        stm_string_free(&then[i]);
    }
    return good;
}

static const struct stm_log_entry *entry_of(const struct stm_log *log, int64_t run)
{
    int64_t n;
    for (size_t i = 0; i < log->n; i++)
        if (!strcmp(log->entry[i].what, "store") &&
            stm_json_get_integer(stm_json_get(log->entry[i].json, "run"), &n) && n == run)
            return &log->entry[i];
    return NULL;
}

static bool is_there(struct check *c, int64_t run, bool *there, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    if (!stm_sqlite_prepare(&q, c->store->db, "SELECT 1 FROM runs WHERE id = ?", err)) return false;
    stm_sqlite_bind_integer(q, 1, run);
    const bool good = stm_sqlite_step(q, there, err);
    stm_sqlite_finish(&q);
    return good;
}

/* Runs of the log that are gone. */
static bool check_entries(struct check *c, const struct stm_log *log, struct stm_error *err)
{
    bool there;
    for (size_t i = 0; i < log->n; i++) {
        int64_t run = 0;
        if (strcmp(log->entry[i].what, "store") != 0) continue;
        stm_json_get_integer(stm_json_get(log->entry[i].json, "run"), &run);
        if (!is_there(c, run, &there, err)) return false;
        if (!there)
            stm_findings_add(c->findings, STM_FINDING_MISSING, c->name, 0, "runs",
                             "run %lld of entry %lld is not there", (long long)run,
                             (long long)log->entry[i].n);
    }
    return true;
}

static bool list_runs(struct stm_store *store, int64_t **runs, size_t *n, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row, good;
    size_t capacity = 0;
    if (!stm_sqlite_prepare(&q, store->db, "SELECT id FROM runs ORDER BY id", err)) return false;
    while ((good = stm_sqlite_step(q, &row, err)) && row) {
        if (*n == capacity) {
            capacity = capacity ? 2 * capacity : 256;
            int64_t *const grown = realloc(*runs, capacity * sizeof **runs);
            if (!grown && !(good = stm_fail(err, STM_NO_MEMORY, "no memory to list the runs"))) break;
            *runs = grown;
        }
        (*runs)[(*n)++] = stm_sqlite_integer(q, 0);
    }
    stm_sqlite_finish(&q);
    return good;
}

static bool check_runs(struct check *c, const struct stm_log *log, size_t *n, struct stm_error *err)
{
    int64_t *runs = NULL;
    bool good = list_runs(c->store, &runs, n, err);
    for (size_t i = 0; good && i < *n; i++) {
        const struct stm_log_entry *const entry = entry_of(log, c->run = runs[i]);
        if (entry)
            good = check_run(c, stm_log_text(entry, "content"), err);
        else
            stm_findings_add(c->findings, STM_FINDING_ADDED, c->name, 0, "runs",
                             "run %lld is in no readable entry of the log", (long long)c->run);
    }
    free(runs);
    return good && check_entries(c, log, err);
}

static bool read_log(struct check *c, struct stm_log *log, const char *label, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    struct stm_string text = {0};
    bool row, good;
    if (!stm_sqlite_prepare(&q, c->store->db, "SELECT n, hash, line FROM log ORDER BY n", err)) return false;
    for (int64_t n = 1; (good = stm_sqlite_step(q, &row, err)) && row; n++) {
        stm_string_add(&text, stm_sqlite_text(q, 2));
        const char *const hash = strstr(stm_sqlite_text(q, 2), stm_sqlite_text(q, 1));
        if (stm_sqlite_integer(q, 0) != n || strlen(stm_sqlite_text(q, 1)) != STM_SHA256_HEX - 1 || !hash)
            stm_findings_add(c->findings, STM_FINDING_ALTERED, label, (long)n, "n or hash",
                             "the row's number or hash is not that of its line");
    }
    stm_sqlite_finish(&q);
    if (good && text.failed) good = stm_fail(err, STM_NO_MEMORY, "no memory for the log");
    good = good && stm_log_parse(log, text.text ? text.text : "", text.length, label, c->findings, err);
    stm_string_free(&text);
    return good;
}

static bool check_integrity(struct check *c, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row, good;
    if (!stm_sqlite_prepare(&q, c->store->db, "PRAGMA integrity_check(20)", err)) return false;
    while ((good = stm_sqlite_step(q, &row, err)) && row)
        if (strcmp(stm_sqlite_text(q, 0), "ok") != 0)
            stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, 0, NULL, "%s", stm_sqlite_text(q, 0));
    stm_sqlite_finish(&q);
    return good;
}

static bool check_content(struct check *c, const struct stm_audit_options *options,
                          struct stm_audit_result *result, struct stm_error *err)
{
    char label[512];
    struct stm_log log = {0};
    snprintf(label, sizeof label, "%.500s: log", c->name);
    const bool good =
        read_log(c, &log, label, err) && check_runs(c, &log, &result->runs, err) && check_integrity(c, err);
    if (good) stm_audit_signatures(&log, label, options, result);
    stm_log_free(&log);
    return good;
}

/* What a run that was killed left in the write-ahead log belongs to the store: it is put into its place. */
static bool finish_writing(const char *path, struct stm_error *err)
{
    char wal[4096];
    struct stat st;
    struct stm_store *store;
    if (snprintf(wal, sizeof wal, "%s-wal", path) >= (int)sizeof wal || stat(wal, &st) != 0 ||
        st.st_size == 0)
        return true;
    if (!stm_store_connect(&store, path, STM_SQLITE_WRITE, false, err)) return false;
    stm_store_close(&store);
    return true;
}

bool stm_store_check(const char *path, const struct stm_audit_options *options,
                     struct stm_audit_result *result, struct stm_error *err)
{
    struct check c = {.name = stm_text_basename(path), .findings = &result->findings};
    struct stm_error why = {0};
    uint32_t pages;
    if (!finish_writing(path, &why))
        stm_findings_add(c.findings, STM_FINDING_ALTERED, c.name, 0, NULL,
                         "what an interrupted run left cannot be put into its place: %s", why.message);
    if (!stm_sqlite_check_pages(path, note_page, &c, &pages, err)) return false;
    result->pages = pages;
    memset(&why, 0, sizeof why);
    bool good = stm_store_connect(&c.store, path, STM_SQLITE_DAMAGED, true, &why);
    report_pages(&c);
    good = good && check_content(&c, options, result, &why);
    if (!good)
        stm_findings_add(c.findings, STM_FINDING_ALTERED, c.name, 0, NULL, "its tables cannot be read: %s",
                         why.message);
    stm_store_close(&c.store);
    return !result->findings.failed || stm_fail(err, STM_NO_MEMORY, "no memory for what was found");
}

static bool sign_log(struct stm_store *store, const struct stm_secret_key *key, const char *reason,
                     struct stm_error *err)
{
    struct stm_error ignored;
    if (!stm_sqlite_exec(store->db, "BEGIN IMMEDIATE", err)) return false;
    if (stm_store_log(store, &(struct stm_log_event){"sign", reason, NULL, key}, err) &&
        stm_sqlite_exec(store->db, "COMMIT", err))
        return true;
    stm_sqlite_exec(store->db, "ROLLBACK", &ignored);
    return false;
}

bool stm_store_sign(const char *path, const struct stm_secret_key *key, const char *reason,
                    struct stm_error *err)
{
    static const struct stm_audit_options options;
    struct stm_audit_result result = {0};
    struct stm_store *store;
    bool good = stm_store_check(path, &options, &result, err);
    if (good && result.findings.breaks) {
        stm_fail(err, STM_BAD_INPUT, "is not intact (`stroma audit` says where), so it is not signed");
        good = stm_fail_file(err, path);
    }
    stm_findings_free(&result.findings);
    if (!good || !stm_store_open(&store, path, true, err)) return false;
    good = sign_log(store, key, reason, err);
    stm_store_close(&store);
    return good;
}
