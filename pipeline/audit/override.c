/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/override.h"

#include "pipeline/audit/manifest.h"
#include "pipeline/audit/recount.h"
#include "pipeline/audit/report.h"
#include "pipeline/audit/tree.h"
#include "pipeline/core/file.h"
#include "pipeline/core/lock.h"
#include "pipeline/run.h"
#include "pipeline/sinks/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_JSON = 1 << 28 };

/* The overrides that hold, in the order of their entries; of one object only the last. */
struct active {
    struct stm_recount_object *object;
    size_t n, capacity;
};

static bool set_class(struct active *a, struct stm_recount_object o, struct stm_error *err)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->object[i].image == o.image && a->object[i].object == o.object) {
            a->object[i].class = o.class;
            return true;
        }
    if (a->n == a->capacity) {
        const size_t capacity = a->capacity ? 2 * a->capacity : 64;
        struct stm_recount_object *const grown = realloc(a->object, capacity * sizeof *grown);
        if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for the overrides");
        a->object = grown;
        a->capacity = capacity;
    }
    a->object[a->n++] = o;
    return true;
}

static bool class_called(const char *name, enum stm_class *class)
{
    for (int c = STM_CLASS_LIVE; c < STM_CLASSES; c++)
        if (!strcmp(stm_class_name((enum stm_class)c), name)) {
            *class = (enum stm_class)c;
            return true;
        }
    return false;
}

/* An override that a later entry, or `also`, takes back. */
static bool is_reverted(const struct stm_log *log, size_t i, int64_t also)
{
    int64_t of;
    if (log->entry[i].n == also) return true;
    for (size_t k = i + 1; k < log->n; k++)
        if (!strcmp(log->entry[k].what, "revert") &&
            stm_json_get_integer(stm_json_get(log->entry[k].json, "of"), &of) && of == log->entry[i].n)
            return true;
    return false;
}

static bool add_entry(struct active *a, const struct stm_log_entry *e, struct stm_error *err)
{
    const struct stm_json_value *const objects = stm_json_get(e->json, "objects");
    for (size_t i = 0; stm_json_is_array(objects) && i < stm_json_size(objects); i++) {
        int64_t image, number;
        const char *to = "";
        struct stm_recount_object o;
        const struct stm_json_value *const object = stm_json_at(objects, i, NULL);
        stm_json_get_text(stm_json_get(object, "to"), &to);
        if (!stm_json_get_integer(stm_json_get(object, "image"), &image) ||
            !stm_json_get_integer(stm_json_get(object, "object"), &number) || !class_called(to, &o.class))
            return stm_fail(err, STM_BAD_INPUT, "entry %lld of the log is incomplete", (long long)e->n);
        o.image = (long)image;
        o.object = (long)number;
        if (!set_class(a, o, err)) return false;
    }
    return true;
}

/* What the log says since its last run, without entry `also`. */
static bool read_active(struct active *a, const struct stm_log *log, int64_t also, struct stm_error *err)
{
    size_t i = log->n;
    while (i > 0 && strcmp(log->entry[i - 1].what, "run") != 0)
        i--;
    for (; i < log->n; i++)
        if (!strcmp(log->entry[i].what, "override") && !is_reverted(log, i, also) &&
            !add_entry(a, &log->entry[i], err))
            return false;
    return true;
}

/* A report at hand: its lock, log, and run.json. */
struct review {
    const char *directory;
    char lock_path[STM_PATH];
    int lock;
    struct stm_log log;
    struct stm_json_value *run;
};

static bool check_intact(const char *directory, struct stm_error *err)
{
    static const struct stm_audit_options options;
    struct stm_audit_result result = {0};
    if (!stm_report_check(directory, &options, &result, err)) return false;
    const bool intact = !result.findings.breaks;
    stm_findings_free(&result.findings);
    if (intact) return true;
    stm_fail(err, STM_BAD_INPUT, "is not intact (`stroma audit` says where), so nothing in it is overridden");
    return stm_fail_file(err, directory);
}

static bool check_unlocked(const struct review *r, struct stm_error *err)
{
    bool locked = false;
    const char *name = "";
    const struct stm_json_value *const protocol = stm_json_get(r->run, "protocol");
    stm_json_get_bool(stm_json_get(protocol, "locked"), &locked);
    stm_json_get_text(stm_json_get(protocol, "name"), &name);
    return !locked || stm_fail(err, STM_USAGE, "the protocol '%s' is locked: it allows no overrides", name);
}

static bool open_review(struct review *r, const char *directory, struct stm_error *err)
{
    char path[STM_PATH];
    struct stm_findings findings = {0};
    *r = (struct review){.directory = directory, .lock = STM_LOCK_FREE};
    if (!stm_tree_path(r->lock_path, directory, STM_LOCK_FILE, err)) return false;
    if (!stm_lock_take(&r->lock, r->lock_path, false, err)) {
        if (err->status == STM_OK) stm_fail(err, STM_IO, "another stroma is working on this report");
        return stm_fail_file(err, directory);
    }
    const bool good = check_intact(directory, err) && stm_tree_path(path, directory, "run.json", err) &&
                      stm_json_read(&r->run, path, MOST_JSON, err) && check_unlocked(r, err) &&
                      stm_log_read(&r->log, directory, &findings, err);
    stm_findings_free(&findings);
    return good;
}

static void close_review(struct review *r)
{
    stm_log_free(&r->log);
    stm_json_free(&r->run);
    stm_lock_remove(&r->lock, r->lock_path);
}

/* The manifest of the new tables: the same assay and protocol as the report's. */
static bool seal_tables(const struct review *r, const char *folder, char sha256[STM_SHA256_HEX],
                        struct stm_error *err)
{
    struct stm_manifest_head head = {0};
    struct stm_lines outputs = {0};
    const struct stm_json_value *const assay = stm_json_get(r->run, "assay"), *const protocol = stm_json_get(
                                                                                  r->run, "protocol");
    stm_json_get_text(stm_json_get(assay, "name"), &head.assay);
    stm_json_get_text(stm_json_get(assay, "version"), &head.assay_version);
    stm_json_get_text(stm_json_get(protocol, "name"), &head.protocol_name);
    stm_json_get_text(stm_json_get(protocol, "sha256"), &head.protocol_hash);
    stm_json_get_text(stm_json_get(r->run, "inputs_sha256"), &head.inputs_hash);
    stm_lines_add(&outputs, "images.csv");
    stm_lines_add(&outputs, "objects.csv");
    stm_lines_add(&outputs, "wells.csv");
    const bool good = (!outputs.failed || stm_fail(err, STM_NO_MEMORY, "no memory for a manifest")) &&
                      stm_manifest_write(folder, &head, &outputs, sha256, err);
    stm_lines_free(&outputs);
    return good;
}

/* Tables first, then the entry that makes them valid: what a program that is killed leaves is in no entry,
 * and is written over by the next. */
static bool commit(struct review *r, const struct active *active, struct stm_string *details,
                   const char *what, const char *reason, const struct stm_secret_key *key,
                   struct stm_override_result *result, struct stm_error *err)
{
    char folder[STM_PATH], manifest[STM_SHA256_HEX];
    result->n = r->log.n ? r->log.entry[r->log.n - 1].n + 1 : 1;
    snprintf(result->outputs, sizeof result->outputs, "overrides/%04lld", (long long)result->n);
    if (!stm_tree_path(folder, r->directory, result->outputs, err) || !stm_file_mkdirs(folder, err) ||
        !stm_recount(r->directory, folder, r->run, active->object, active->n, &result->changes, err) ||
        !seal_tables(r, folder, manifest, err))
        return false;
    stm_string_addf(details, ",\"outputs\":\"%s\",\"manifest\":\"%s\"", result->outputs, manifest);
    if (details->failed) return stm_fail(err, STM_NO_MEMORY, "no memory for the audit log");
    const struct stm_log_event event = {what, reason, details->text, key};
    return stm_log_append(r->directory, &event, NULL, err);
}

static void put_object(struct stm_json *json, const struct stm_override_object *o, const char *from,
                       const char *to)
{
    stm_json_open(json, NULL, '{');
    stm_json_text(json, "plate", o->plate);
    stm_json_text(json, "well", o->well);
    stm_json_text(json, "site", o->site);
    stm_json_integer(json, "image", o->image);
    stm_json_integer(json, "object", o->object);
    stm_json_text(json, "from", from);
    stm_json_text(json, "to", to);
    stm_json_close(json, '}');
}

/* The class an object has now: the reviewer's, or the one it was measured with. */
static const char *class_now(const struct active *a, const struct stm_override_object *o)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->object[i].image == o->image && a->object[i].object == o->object)
            return stm_class_name(a->object[i].class);
    return o->class;
}

static bool take_objects(const struct review *r, struct active *active, const char *const *specs, int n,
                         enum stm_class class, struct stm_string *details, struct stm_error *err)
{
    struct stm_json json = {.out = details};
    stm_json_open(&json, "objects", '[');
    for (int i = 0; i < n; i++) {
        struct stm_override_object o;
        if (!stm_override_find(r->directory, specs[i], &o, err)) return false;
        const char *const from = class_now(active, &o);
        if (!strcmp(from, stm_class_name(class)))
            return stm_fail(err, STM_USAGE, "object %ld of image %ld is '%s' already", o.object, o.image,
                            from);
        put_object(&json, &o, from, stm_class_name(class));
        if (!set_class(active, (struct stm_recount_object){o.image, o.object, class}, err)) return false;
    }
    stm_json_close(&json, ']');
    return true;
}

bool stm_override_add(const char *directory, const char *const *specs, int n, const char *class,
                      const char *reason, const struct stm_secret_key *key,
                      struct stm_override_result *result, struct stm_error *err)
{
    struct review r;
    struct active active = {0};
    struct stm_string details = {0};
    enum stm_class c;
    *result = (struct stm_override_result){0};
    if (!class_called(class, &c))
        return stm_fail(err, STM_USAGE, "a class is live, dead, ambiguous or debris, not '%s'", class);
    const bool good = open_review(&r, directory, err) && read_active(&active, &r.log, 0, err) &&
                      take_objects(&r, &active, specs, n, c, &details, err) &&
                      commit(&r, &active, &details, "override", reason, key, result, err);
    close_review(&r);
    stm_string_free(&details);
    free(active.object);
    return good;
}

static bool check_entry(const struct stm_log *log, int64_t n, struct stm_error *err)
{
    size_t i = log->n;
    while (i > 0 && strcmp(log->entry[i - 1].what, "run") != 0 && log->entry[i - 1].n != n)
        i--;
    if (i == 0 || log->entry[i - 1].n != n || strcmp(log->entry[i - 1].what, "override") != 0)
        return stm_fail(err, STM_USAGE, "entry %lld of the log is no override of the last run", (long long)n);
    return !is_reverted(log, i - 1, 0) ||
           stm_fail(err, STM_USAGE, "entry %lld is taken back already", (long long)n);
}

bool stm_override_revert(const char *directory, int64_t n, const char *reason,
                         const struct stm_secret_key *key, struct stm_override_result *result,
                         struct stm_error *err)
{
    struct review r;
    struct active active = {0};
    struct stm_string details = {0};
    *result = (struct stm_override_result){0};
    stm_string_addf(&details, "\"of\":%lld", (long long)n);
    const bool good = open_review(&r, directory, err) && check_entry(&r.log, n, err) &&
                      read_active(&active, &r.log, n, err) &&
                      commit(&r, &active, &details, "revert", reason, key, result, err);
    close_review(&r);
    stm_string_free(&details);
    free(active.object);
    return good;
}
