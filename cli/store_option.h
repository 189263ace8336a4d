/* The store that a command means. */
#ifndef STM_CLI_STORE_OPTION_H
#define STM_CLI_STORE_OPTION_H

#include "cli/command.h"

/* --store, STROMA_STORE, or lab.sqlite in the user's data folder (XDG_DATA_HOME, else ~/.local/share),
 * below stroma/, which is made. */
bool stm_store_path(const struct stm_arguments *args, char path[4096], struct stm_error *err);

/* The first two only: "" when neither is given. */
const char *stm_store_named(const struct stm_arguments *args);

/* Puts a results directory into the store and says so. */
bool stm_store_directory(const char *store_path, const char *directory, const struct stm_arguments *args,
                         bool quiet, struct stm_error *err);

#endif
