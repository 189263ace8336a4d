/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/key.h"
#include "pipeline/audit/log.h"

#include <stdio.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--name", 0, "TEXT", "whose key it is; default: the user and the machine"},
    {"--passphrase", 0, NULL, "encrypt the secret key (asked for, or from STROMA_PASSPHRASE)"},
    {0},
};

static int keygen(const struct stm_arguments *args, struct stm_error *err)
{
    char who[STM_WHO], passphrase[STM_PASSPHRASE] = "";
    struct stm_public_key key;
    const char *name = stm_option_value(args, "--name");
    const bool encrypt = stm_option_given(args, "--passphrase");
    stm_log_who(who);
    who[STM_KEY_NAME - 1] = '\0';
    if (encrypt && !stm_ask_new_passphrase(args->operands[0], passphrase, err)) return STM_EXIT_FAILED;
    const bool good =
        stm_key_generate(args->operands[0], name ? name : who, encrypt ? passphrase : NULL, &key, err);
    memset(passphrase, 0, sizeof passphrase);
    if (!good) return STM_EXIT_FAILED;
    printf("secret key: %s (keep it)\npublic key: %s.pub (give it to those who check)\nname:       %s\n"
           "key:        %s\n",
           args->operands[0], args->operands[0], key.name, key.hex);
    return STM_EXIT_OK;
}

const struct stm_command stm_command_keygen = {
    .name = "keygen",
    .operands = "FILE",
    .summary = "makes a pair of Ed25519 keys to sign reports with",
    .text = "FILE gets the secret key, readable by its owner only; FILE.pub the public one. docs/audit.md\n"
            "says what a signature proves.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = keygen,
};
