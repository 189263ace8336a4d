/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "pipeline/audit/report.h"
#include "pipeline/io/sqlite.h"
#include "pipeline/sinks/json.h"
#include "pipeline/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct stm_option options[] = {
    {"--trust", 't', "FILE.pub",
     "a public key that may have signed; then a valid signature is needed. Repeat"},
    {"--inputs", 'i', "DIR", "compare the images as well: they are in DIR, or where they were"},
    {"--json", 0, NULL, "as JSON"},
    {0},
};

static bool read_trusted(const struct stm_arguments *args, struct stm_public_key *keys, int *n,
                         struct stm_error *err)
{
    const char *const *paths = NULL;
    *n = stm_option_values(args, "--trust", &paths);
    for (int i = 0; i < *n; i++)
        if (!stm_key_read_public(&keys[i], paths[i], err)) return false;
    return true;
}

static bool check(const char *path, const struct stm_audit_options *options_in,
                  struct stm_audit_result *result, struct stm_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        stm_fail(err, STM_IO, "is not there");
        return stm_fail_file(err, path);
    }
    if (S_ISDIR(st.st_mode)) return stm_report_check(path, options_in, result, err);
    if (stm_sqlite_is_one(path) || stm_text_ends_with(path, ".sqlite") || stm_text_ends_with(path, ".db"))
        return stm_store_check(path, options_in, result, err);
    return stm_log_file_check(path, options_in, result, err);
}

static void put_json(const char *path, const struct stm_audit_result *r)
{
    struct stm_string text = {0};
    struct stm_json json = {.out = &text, .pretty = true};
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "audited", path);
    stm_json_bool(&json, "intact", !r->findings.breaks);
    stm_json_integer(&json, "files", (int64_t)r->files);
    if (r->pages) stm_json_integer(&json, "runs", (int64_t)r->runs);
    if (r->pages) stm_json_integer(&json, "pages", (int64_t)r->pages);
    stm_json_integer(&json, "entries", (int64_t)r->entries);
    stm_json_text(&json, "signed_by", r->signed_by[0] ? r->signed_by : NULL);
    stm_json_text(&json, "key", r->signed_by[0] ? r->key : NULL);
    stm_json_text(&json, "signed_at", r->signed_by[0] ? r->signed_at : NULL);
    stm_json_text(&json, "reason", r->signed_by[0] ? r->reason : NULL);
    stm_json_open(&json, "findings", '[');
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct stm_finding *const f = &r->findings.list[i];
        stm_json_open(&json, NULL, '{');
        stm_json_text(&json, "kind", stm_finding_name(f->kind));
        stm_json_text(&json, "file", f->file);
        if (f->row) stm_json_integer(&json, "line", f->row);
        if (f->field[0]) stm_json_text(&json, "field", f->field);
        stm_json_text(&json, "text", f->text);
        stm_json_close(&json, '}');
    }
    stm_json_close(&json, ']');
    stm_json_close(&json, '}');
    printf("%s\n", text.text ? text.text : "");
    stm_string_free(&text);
}

static void put_text(const char *path, const struct stm_audit_result *r)
{
    struct stm_string line = {0};
    char text[2048];
    for (size_t i = 0; i < r->findings.n; i++) {
        stm_finding_text(&r->findings.list[i], text, sizeof text);
        line.length = 0;
        stm_string_add_utf8(&line, text, strlen(text));
        printf("%s\n", line.text ? line.text : "");
    }
    stm_string_free(&line);
    if (r->signed_by[0] && r->findings.breaks) printf("what is listed above is not what was signed\n");
    if (r->signed_by[0])
        printf("signed by %s (key %.16s…) at %s: %s\n", r->signed_by, r->key, r->signed_at, r->reason);
    else
        printf("the present state is not signed\n");
    printf("%s: %s (", path, r->findings.breaks ? "NOT AS IT WAS SEALED" : "intact");
    if (r->pages)
        printf("runs: %zu, pages: %zu", r->runs, r->pages);
    else
        printf("files: %zu", r->files);
    printf(", entries of the log: %zu)\n", r->entries);
}

static int audit(const struct stm_arguments *args, struct stm_error *err)
{
    struct stm_public_key keys[STM_MAX_VALUES];
    struct stm_audit_result result = {0};
    struct stm_audit_options o = {.trusted = keys, .inputs = stm_option_value(args, "--inputs")};
    if (!read_trusted(args, keys, &o.n_trusted, err)) return STM_EXIT_FAILED;
    const bool good = check(args->operands[0], &o, &result, err);
    if (good) (stm_option_given(args, "--json") ? put_json : put_text)(args->operands[0], &result);
    const bool intact = good && !result.findings.breaks;
    stm_findings_free(&result.findings);
    return intact ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_audit = {
    .name = "audit",
    .operands = "OUT|STORE|LOG",
    .summary = "says which file, row or field of a report or store was altered, added or is missing",
    .text = "OUT is a results directory, STORE a database of them, LOG an audit.log. Exit codes: 0 intact, 1 "
            "not as it was sealed or\n"
            "not readable, 2 usage. docs/audit.md says what can be found out and what not.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = audit,
};
