/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/report.h"

#include "pipeline/audit/manifest.h"
#include "pipeline/audit/tree.h"
#include "pipeline/core/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_trusted(const struct stm_audit_options *o, const char *key)
{
    for (int i = 0; i < o->n_trusted; i++)
        if (!strcmp(o->trusted[i].hex, key)) return true;
    return false;
}

void stm_audit_signatures(const struct stm_log *log, const char *file,
                          const struct stm_audit_options *options, struct stm_audit_result *result)
{
    result->entries += log->n;
    for (size_t i = 0; i < log->n; i++) {
        const struct stm_log_entry *const e = &log->entry[i];
        if (e->key[0] && options->n_trusted && !is_trusted(options, e->key))
            stm_findings_add(&result->findings, STM_FINDING_UNPROVEN, file, (long)i + 1, "signature",
                             "entry %lld (%s) is signed with a key that is not trusted: %s, %.16s…",
                             (long long)e->n, e->what, e->name, e->key);
        if (strcmp(e->what, "sign") != 0 || !e->good) continue;
        stm_text_copy(result->signed_by, sizeof result->signed_by, e->name);
        stm_text_copy(result->key, sizeof result->key, e->key);
        stm_text_copy(result->signed_at, sizeof result->signed_at, e->time);
        stm_text_copy(result->reason, sizeof result->reason, e->why);
    }
    const struct stm_log_entry *const last = log->n ? &log->entry[log->n - 1] : NULL;
    if (result->signed_by[0] && strcmp(last->what, "sign") != 0) {
        result->signed_by[0] = result->key[0] = '\0';
        stm_findings_add(&result->findings, STM_FINDING_NOTE, file, 0, NULL,
                         "entries were added after the last signature: it does not cover them");
    }
    if (options->n_trusted && !is_trusted(options, result->key))
        stm_findings_add(&result->findings, STM_FINDING_UNPROVEN, file, 0, "signature",
                         "the present state is not signed with a trusted key");
}

/* A manifest that is not the one in the log proves nothing: what the files say beside it are remarks. */
static void check_beside_altered(const struct stm_json_value *manifest, const char *directory,
                                 const char *prefix, struct stm_lines *known, struct stm_findings *findings)
{
    struct stm_findings apart = {0};
    stm_manifest_check(manifest, directory, prefix, known, &apart);
    for (size_t i = 0; i < apart.n; i++)
        stm_findings_add(findings, STM_FINDING_NOTE, apart.list[i].file, apart.list[i].row,
                         apart.list[i].field, "differs from the altered manifest, either may be right");
    stm_findings_free(&apart);
}

static void check_inputs(const struct stm_json_value *manifest, const char *folder,
                         struct stm_audit_result *result)
{
    const struct stm_json_value *const inputs = stm_json_get(manifest, "inputs");
    for (size_t i = 0; stm_json_is_array(inputs) && i < stm_json_size(inputs); i++) {
        char path[STM_PATH], hex[STM_SHA256_HEX];
        const char *name = "", *sum = "";
        struct stm_error err = {0};
        const struct stm_json_value *const entry = stm_json_at(inputs, i, NULL);
        if (!stm_json_get_text(stm_json_get(entry, "path"), &name) ||
            !stm_json_get_text(stm_json_get(entry, "sha256"), &sum) || !sum[0])
            continue;
        result->files++;
        if (!stm_tree_path(path, folder, stm_text_basename(name), &err) ||
            (!stm_sha256_file(path, hex, &err) && !stm_sha256_file(name, hex, &err)))
            stm_findings_add(&result->findings, STM_FINDING_MISSING, name, 0, NULL,
                             "the image is neither in %s nor where it was", folder);
        else if (strcmp(hex, sum) != 0)
            stm_findings_add(&result->findings, STM_FINDING_ALTERED, name, 0, NULL,
                             "the image is not the one that was measured");
    }
}

/* The manifest in `directory` must have the SHA-256 that the log says; then its files are compared. False
 * when it has not: then it does not tell what belongs to the report. */
static bool check_manifest(const char *directory, const char *prefix, const char *expected,
                           const struct stm_audit_options *options, struct stm_lines *known,
                           struct stm_audit_result *result)
{
    char path[STM_PATH], hex[STM_SHA256_HEX], name[STM_PATH];
    struct stm_json_value *manifest;
    struct stm_error err = {0};
    const size_t before = known->n;
    snprintf(name, sizeof name, "%smanifest.json", prefix);
    stm_lines_add(known, name);
    if (!stm_tree_path(path, directory, "manifest.json", &err) || !stm_sha256_file(path, hex, &err)) {
        stm_findings_add(&result->findings, STM_FINDING_MISSING, name, 0, NULL,
                         "the file is not there: nothing can be compared with it");
        return false;
    }
    const bool intact = !strcmp(hex, expected);
    if (!intact) stm_manifest_check_lines(directory, prefix, &result->findings);
    if (!stm_manifest_read(&manifest, directory, &err)) {
        if (intact)
            stm_findings_add(&result->findings, STM_FINDING_ALTERED, name, 0, NULL, "%s", err.message);
        return false;
    }
    if (intact)
        stm_manifest_check(manifest, directory, prefix, known, &result->findings);
    else
        check_beside_altered(manifest, directory, prefix, known, &result->findings);
    if (intact && options->inputs && !prefix[0]) check_inputs(manifest, options->inputs, result);
    stm_json_free(&manifest);
    result->files += known->n - before;
    return intact;
}

/* Entries since the last run that have outputs of their own: overrides. */
static void check_versions(const struct stm_log *log, const char *directory,
                           const struct stm_audit_options *options, struct stm_lines *known,
                           struct stm_audit_result *result)
{
    for (size_t i = 0; i < log->n; i++) {
        char folder[STM_PATH], prefix[STM_PATH];
        struct stm_error err = {0};
        const char *const below = stm_log_text(&log->entry[i], "outputs");
        if (!below[0] || below[0] == '/' || strstr(below, "..")) continue;
        if (!stm_tree_path(folder, directory, below, &err)) continue;
        snprintf(prefix, sizeof prefix, "%s/", below);
        check_manifest(folder, prefix, stm_log_text(&log->entry[i], "manifest"), options, known, result);
    }
}

static bool is_known(const struct stm_lines *known, const char *name)
{
    for (size_t lo = 0, hi = known->n; lo < hi;) {
        const size_t middle = (lo + hi) / 2;
        const int order = strcmp(name, known->line[middle]);
        if (!order) return true;
        if (order < 0)
            hi = middle;
        else
            lo = middle + 1;
    }
    return false;
}

/* Locks and unfinished work lie in the folder while a run goes on; they are not results. */
static const char working[] = ".stroma-";

static bool report_added(const char *directory, struct stm_lines *known, struct stm_audit_result *result,
                         struct stm_error *err)
{
    struct stm_lines there = {0};
    stm_lines_add(known, "audit.log");
    stm_lines_sort(known);
    const bool good = stm_tree_list(&there, directory, err);
    for (size_t i = 0; good && i < there.n; i++)
        if (!is_known(known, there.line[i]) && strncmp(there.line[i], working, strlen(working)) != 0)
            stm_findings_add(&result->findings, STM_FINDING_ADDED, there.line[i], 0, NULL,
                             "the file is not part of the report");
    stm_lines_free(&there);
    return good;
}

static bool whole(const struct stm_audit_result *result, struct stm_error *err)
{
    return !result->findings.failed || stm_fail(err, STM_NO_MEMORY, "no memory for what was found");
}

bool stm_report_check(const char *directory, const struct stm_audit_options *options,
                      struct stm_audit_result *result, struct stm_error *err)
{
    struct stm_log log = {0};
    struct stm_lines known = {0};
    bool good = stm_log_read(&log, directory, &result->findings, err), told = false;
    const struct stm_log_entry *const run = stm_log_run(&log);
    if (good && run)
        told = check_manifest(directory, "", stm_log_text(run, "manifest"), options, &known, result);
    else if (good)
        stm_findings_add(&result->findings, STM_FINDING_MISSING, "audit.log", 0, NULL,
                         "there is no entry of a finished run: nothing can be compared with it");
    if (good && run && !told)
        stm_findings_add(&result->findings, STM_FINDING_NOTE, "manifest.json", 0, NULL,
                         "without it nobody can say which files belong to the report");
    if (good && run) check_versions(&log, directory, options, &known, result);
    good = good && (!told || report_added(directory, &known, result, err));
    if (good) stm_audit_signatures(&log, "audit.log", options, result);
    stm_lines_free(&known);
    stm_log_free(&log);
    return good && whole(result, err);
}

bool stm_log_file_check(const char *path, const struct stm_audit_options *options,
                        struct stm_audit_result *result, struct stm_error *err)
{
    char *text;
    size_t n;
    struct stm_log log = {0};
    if (!stm_file_read_all(path, (size_t)1 << 28, &text, &n, err)) return false;
    const bool good = stm_log_parse(&log, text, n, stm_text_basename(path), &result->findings, err);
    if (good && !n)
        stm_findings_add(&result->findings, STM_FINDING_MISSING, stm_text_basename(path), 0, NULL,
                         "the log is empty");
    if (good) stm_audit_signatures(&log, stm_text_basename(path), options, result);
    stm_log_free(&log);
    free(text);
    return good && whole(result, err);
}
