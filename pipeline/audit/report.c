/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sealing and signing; report_check.c checks. */
#include "pipeline/audit/report.h"

#include "pipeline/audit/manifest.h"
#include "pipeline/audit/tree.h"
#include "pipeline/sinks/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a sink has written: one file, or the files of a folder. */
static bool list_output(struct stm_lines *outputs, const char *directory, const char *writes,
                        struct stm_error *err)
{
    char path[STM_PATH];
    struct stm_lines inside = {0};
    if (!stm_tree_path(path, directory, writes, err)) return false;
    if (!stm_text_ends_with(writes, "/")) {
        struct stat there; /* the run may have had nothing for it */
        if (!stat(path, &there)) stm_lines_add(outputs, writes);
        return true;
    }
    DIR *const there = opendir(path); /* no site had any: then there is no folder */
    if (!there) return true;
    closedir(there);
    const bool good = stm_tree_list(&inside, path, err);
    for (size_t i = 0; good && i < inside.n; i++)
        stm_lines_addf(outputs, "%s%s", writes, inside.line[i]);
    stm_lines_free(&inside);
    return good;
}

static bool list_each(struct stm_lines *outputs, const char *directory, const char *writes,
                      struct stm_error *err)
{
    char name[64];
    for (size_t n; *writes; writes += n + (writes[n] == ' ')) {
        n = strcspn(writes, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, writes);
        if (!list_output(outputs, directory, name, err)) return false;
    }
    return true;
}

static bool list_outputs(struct stm_lines *outputs, const char *directory,
                         const struct stm_sink *const *sinks, struct stm_error *err)
{
    for (; *sinks; sinks++)
        if ((*sinks)->writes && !list_each(outputs, directory, (*sinks)->writes, err)) return false;
    stm_lines_sort(outputs);
    return !outputs->failed || stm_fail(err, STM_NO_MEMORY, "no memory to list the outputs");
}

static bool log_run(const struct stm_run_info *info, const char *manifest, struct stm_error *err)
{
    struct stm_string details = {0};
    struct stm_json json = {.out = &details};
    stm_json_text(&json, "manifest", manifest);
    stm_json_text(&json, "program", STM_VERSION);
    stm_json_text(&json, "assay", info->assay);
    stm_json_text(&json, "protocol", info->protocol_hash);
    stm_json_text(&json, "inputs", info->inputs_hash);
    const struct stm_log_event event = {"run", "", details.text, NULL};
    const bool good = !details.failed ? stm_log_append(info->directory, &event, NULL, err)
                                      : stm_fail(err, STM_NO_MEMORY, "no memory for the audit log");
    stm_string_free(&details);
    return good;
}

bool stm_report_seal(const struct stm_run_info *info, const struct stm_sink *const *sinks,
                     struct stm_error *err)
{
    char hex[STM_SHA256_HEX];
    struct stm_lines outputs = {0};
    struct stm_manifest_input *const inputs = calloc((size_t)info->n_inputs + 1, sizeof *inputs);
    for (int i = 0; inputs && i < info->n_inputs; i++)
        inputs[i] =
            (struct stm_manifest_input){info->inputs[i].path, info->inputs[i].sha256, info->inputs[i].bytes};
    const struct stm_manifest_head head = {info->assay,
                                           info->assay_version,
                                           info->protocol_name,
                                           info->protocol_hash,
                                           info->protocol_locked,
                                           info->inputs_hash,
                                           inputs,
                                           info->n_inputs};
    const bool good = (inputs || stm_fail(err, STM_NO_MEMORY, "no memory to list the inputs")) &&
                      list_outputs(&outputs, info->directory, sinks, err) &&
                      stm_manifest_write(info->directory, &head, &outputs, hex, err) &&
                      log_run(info, hex, err);
    stm_lines_free(&outputs);
    free(inputs);
    return good;
}

bool stm_report_sign(const char *directory, const struct stm_secret_key *key, const char *reason,
                     struct stm_error *err)
{
    char path[STM_PATH], hex[STM_SHA256_HEX], details[128];
    static const struct stm_audit_options options;
    struct stm_audit_result result = {0};
    bool good = stm_report_check(directory, &options, &result, err);
    if (good && result.findings.breaks) {
        stm_fail(err, STM_BAD_INPUT, "is not intact (`stroma audit` says where), so it is not signed");
        good = stm_fail_file(err, directory);
    }
    stm_findings_free(&result.findings);
    if (!good || !stm_tree_path(path, directory, "manifest.json", err) || !stm_sha256_file(path, hex, err))
        return false;
    snprintf(details, sizeof details, "\"manifest\":\"%s\"", hex);
    return stm_log_append(directory, &(struct stm_log_event){"sign", reason, details, key}, NULL, err);
}

const struct stm_log_entry *stm_log_run(const struct stm_log *log)
{
    for (size_t i = log->n; i-- > 0;)
        if (!strcmp(log->entry[i].what, "run")) return &log->entry[i];
    return NULL;
}

const struct stm_log_entry *stm_log_version(const struct stm_log *log)
{
    for (size_t i = log->n; i-- > 0 && strcmp(log->entry[i].what, "run") != 0;)
        if (stm_log_text(&log->entry[i], "outputs")[0]) return &log->entry[i];
    return NULL;
}
