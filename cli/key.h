/* Keys on the command line: passphrases come from the environment or the terminal. */
#ifndef STM_CLI_KEY_H
#define STM_CLI_KEY_H

#include "cli/command.h"
#include "pipeline/core/sign.h"

/* For stm_key_open: STROMA_PASSPHRASE, or a question on the terminal. */
bool stm_ask_passphrase(void *context, const char *path, char *text, struct stm_error *err);

/* A new passphrase, asked for twice. */
bool stm_ask_new_passphrase(const char *path, char *text, struct stm_error *err);

/* Opens the key of --key, which must be given. */
bool stm_open_key(const struct stm_arguments *args, struct stm_secret_key **key, struct stm_error *err);

/* The text of --reason, which must be given and say something. */
bool stm_take_reason(const struct stm_arguments *args, const char **reason, struct stm_error *err);

#endif
