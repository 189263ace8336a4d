/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/key.h"
#include "pipeline/audit/report.h"
#include "pipeline/io/sqlite.h"
#include "pipeline/store/store.h"

#include <stdio.h>

static const struct stm_option options[] = {
    {"--key", 'k', "FILE", "secret key (`stroma keygen`)"},
    {"--reason", 'r', "TEXT", "what the signature means: measured, reviewed, released …"},
    {0},
};

static int sign(const struct stm_arguments *args, struct stm_error *err)
{
    const char *reason;
    struct stm_secret_key *key;
    if (!stm_take_reason(args, &reason, err)) return STM_EXIT_USAGE;
    if (!stm_open_key(args, &key, err)) return STM_EXIT_FAILED;
    const bool good = (stm_sqlite_is_one(args->operands[0]) ? stm_store_sign : stm_report_sign)(
        args->operands[0], key, reason, err);
    if (good)
        printf("%s is signed by %s (%.16s…): %s\n", args->operands[0], stm_key_public(key)->name,
               stm_key_public(key)->hex, reason);
    stm_key_close(&key);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_sign = {
    .name = "sign",
    .operands = "OUT|STORE",
    .summary = "signs a report or store as it stands, with a reason",
    .text = "The report is checked first; one that was altered is not signed.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = sign,
};
