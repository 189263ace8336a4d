/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/version.h"

#include "pipeline/audit/log.h"
#include "pipeline/audit/manifest.h"
#include "pipeline/audit/report.h"

#include <string.h>

static bool fail_altered(const char *directory, const char *file, struct stm_error *err)
{
    stm_fail(err, STM_BAD_INPUT, "is not as it was sealed; `stroma audit %s` says where", directory);
    return stm_fail_file(err, file);
}

static bool has_hash(const char *path, const char *expected)
{
    char hex[STM_SHA256_HEX];
    struct stm_error ignored = {0}; /* what cannot be read is not as it was, either */
    return stm_sha256_file(path, hex, &ignored) && !strcmp(hex, expected);
}

/* The log has the hash of the manifest, the manifest those of the tables. */
static bool check_tables(const char *directory, const char *folder, const char *expected,
                         struct stm_error *err)
{
    static const char *const tables[] = {"wells.csv", "images.csv", "objects.csv"};
    char path[STM_PATH];
    struct stm_manifest_file file;
    struct stm_json_value *manifest = NULL;
    bool good = stm_tree_path(path, folder, "manifest.json", err) &&
                (has_hash(path, expected) || fail_altered(directory, path, err)) &&
                stm_manifest_read(&manifest, folder, err);
    for (size_t i = 0; good && i < sizeof tables / sizeof *tables; i++)
        good = stm_tree_path(path, folder, tables[i], err) &&
               ((stm_manifest_find(manifest, tables[i], &file) && has_hash(path, file.sha256)) ||
                fail_altered(directory, path, err));
    stm_json_free(&manifest);
    return good;
}

static bool take_entry(struct stm_version *v, const char *directory, const struct stm_log_entry *e,
                       struct stm_error *err)
{
    const char *const below = stm_log_text(e, "outputs");
    if (below[0] == '/' || strstr(below, "..")) return fail_altered(directory, "audit.log", err);
    v->entry = e->n;
    return stm_tree_path(v->folder, directory, below, err) &&
           check_tables(directory, v->folder, stm_log_text(e, "manifest"), err);
}

bool stm_version_find(struct stm_version *v, const char *directory, struct stm_error *err)
{
    struct stm_log log = {0};
    struct stm_findings findings = {0};
    *v = (struct stm_version){0};
    if (!stm_text_copy(v->folder, sizeof v->folder, directory))
        return stm_fail(err, STM_USAGE, "the name of the folder is longer than %d bytes", STM_PATH - 1);
    bool good = stm_log_read(&log, directory, &findings, err);
    if (good && findings.breaks) good = fail_altered(directory, "audit.log", err);
    const struct stm_log_entry *const newest = good ? stm_log_version(&log) : NULL;
    if (newest) good = take_entry(v, directory, newest, err);
    stm_findings_free(&findings);
    stm_log_free(&log);
    return good;
}
