/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/override.h"
#include "cli/key.h"
#include "pipeline/sinks/json.h"

#include <limits.h>
#include <stdio.h>

static const struct stm_option options[] = {
    {"--object", 'o', "WHICH", "well=B03,image=FILE,object=17; also site=, plate=; may be repeated"},
    {"--class", 'c', "CLASS", "what it is: live, dead, ambiguous or debris"},
    {"--revert", 0, "N", "take back what entry N of the audit log did, instead"},
    {"--reason", 'r', "TEXT", "why (required)"},
    {"--key", 'k', "FILE", "secret key to sign with (required; `stroma keygen`)"},
    {"--json", 0, NULL, "say what changed as JSON"},
    {0},
};

static void print_json(const char *directory, const struct stm_override_result *r)
{
    struct stm_string text = {0};
    struct stm_json json = {.out = &text, .pretty = true};
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "report", directory);
    stm_json_integer(&json, "entry", r->n);
    stm_json_text(&json, "outputs", r->outputs);
    stm_json_open(&json, "changes", '[');
    for (size_t i = 0; i < r->changes.n; i++)
        stm_json_text(&json, NULL, r->changes.line[i]);
    stm_json_close(&json, ']');
    stm_json_close(&json, '}');
    printf("%s\n", text.text ? text.text : "");
    stm_string_free(&text);
}

static void print_text(const char *directory, const struct stm_override_result *r)
{
    printf("entry %lld of %s/audit.log; the tables are in %s/%s\n", (long long)r->n, directory, directory,
           r->outputs);
    printf(r->changes.n ? "against the original tables:\n" : "the tables are the original ones\n");
    for (size_t i = 0; i < r->changes.n; i++)
        printf("  %s\n", r->changes.line[i]);
}

/* Either objects with a class, or an entry to take back. */
static bool check_options(const struct stm_arguments *args, struct stm_error *err)
{
    const bool revert = stm_option_given(args, "--revert"), object = stm_option_given(args, "--object"),
               class = stm_option_given(args, "--class");
    if (revert ? !object && !class : object && class) return true;
    return stm_fail(err, STM_USAGE, "give --object and --class, or --revert N");
}

static bool act(const struct stm_arguments *args, const char *reason, const struct stm_secret_key *key,
                struct stm_override_result *result, struct stm_error *err)
{
    long entry;
    const char *const *specs = NULL;
    if (!stm_option_long(args, "--revert", 1, LONG_MAX, 0, &entry, err)) return false;
    if (entry) return stm_override_revert(args->operands[0], entry, reason, key, result, err);
    const int n = stm_option_values(args, "--object", &specs);
    return stm_override_add(args->operands[0], specs, n, stm_option_value(args, "--class"), reason, key,
                            result, err);
}

static int override(const struct stm_arguments *args, struct stm_error *err)
{
    const char *reason;
    struct stm_secret_key *key;
    struct stm_override_result result = {0};
    if (!check_options(args, err) || !stm_take_reason(args, &reason, err)) return STM_EXIT_USAGE;
    if (!stm_open_key(args, &key, err)) return STM_EXIT_FAILED;
    const bool good = act(args, reason, key, &result, err);
    if (good) (stm_option_given(args, "--json") ? print_json : print_text)(args->operands[0], &result);
    stm_lines_free(&result.changes);
    stm_key_close(&key);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_override = {
    .name = "override",
    .operands = "OUT",
    .summary = "gives single objects another class, signed and with a reason, and counts anew",
    .text =
        "The report's own files stay as they are; the new wells.csv, images.csv and the rows of the objects\n"
        "concerned go to OUT/overrides/. A locked protocol allows no overrides. docs/audit.md tells more.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = override,
};
