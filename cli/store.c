/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/store/store.h"
#include "cli/command.h"
#include "cli/store_option.h"
#include "pipeline/core/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--store", 0, "FILE",
     "the store; default: STROMA_STORE, or stroma/lab.sqlite in the user's data folder"},
    {"--meta", 0, "KEY=VALUE",
     "what else is known of all these runs: batch=B7, donor=D12 …; may be repeated"},
    {"--quiet", 'q', NULL, "say nothing"},
    {0},
};

const char *stm_store_named(const struct stm_arguments *args)
{
    const char *const given = stm_option_value(args, "--store"), *const named = getenv("STROMA_STORE");
    return given ? given : named ? named : "";
}

bool stm_store_path(const struct stm_arguments *args, char path[4096], struct stm_error *err)
{
    const char *const named = stm_store_named(args), *const data = getenv("XDG_DATA_HOME"),
                      *const home = getenv("HOME");
    int n;
    if (named[0])
        n = snprintf(path, 4096, "%s", named);
    else if (data && data[0])
        n = snprintf(path, 4096, "%s/stroma", data);
    else if (home && home[0])
        n = snprintf(path, 4096, "%s/.local/share/stroma", home);
    else
        return stm_fail(err, STM_USAGE, "which store? --store FILE");
    if (n < 0 || n > 4000) return stm_fail(err, STM_USAGE, "the store's path is too long");
    if (named[0]) return true;
    if (!stm_file_mkdirs(path, err)) return false;
    snprintf(path + n, 4096 - (size_t)n, "/lab.sqlite");
    return true;
}

static bool add_directory(struct stm_store *store, const char *store_path, const char *directory,
                          const struct stm_arguments *args, bool quiet, struct stm_error *err)
{
    struct stm_store_run run = {0};
    const char *const *pairs = NULL;
    const int n = stm_option_values(args, "--meta", &pairs);
    bool added;
    const bool good =
        stm_store_read_report(&run, directory, pairs, n, err) && stm_store_add(store, &run, &added, err);
    if (good && !quiet)
        fprintf(stderr, "stroma: %s %s %s\n", directory,
                added ? "is stored in" : "was in the store already:", store_path);
    stm_store_run_free(&run);
    return good;
}

bool stm_store_directory(const char *store_path, const char *directory, const struct stm_arguments *args,
                         bool quiet, struct stm_error *err)
{
    struct stm_store *store;
    if (!stm_store_open(&store, store_path, true, err)) return false;
    const bool good = add_directory(store, store_path, directory, args, quiet, err);
    stm_store_close(&store);
    return good;
}

static int store(const struct stm_arguments *args, struct stm_error *err)
{
    char path[4096];
    struct stm_store *s;
    const bool quiet = stm_option_given(args, "--quiet");
    if (!stm_store_path(args, path, err) || !stm_store_open(&s, path, true, err)) return STM_EXIT_FAILED;
    bool good = true;
    for (int i = 0; good && i < args->n_operands; i++)
        good = add_directory(s, path, args->operands[i], args, quiet, err);
    stm_store_close(&s);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_store = {
    .name = "store",
    .operands = "OUT…",
    .summary = "puts the results of runs into a database, for `stroma history`",
    .text = "A report must be as it was sealed. Each is one transaction; what is there already stays as it\n"
            "is. docs/store.md has the tables.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = store,
};
