/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <stddef.h>

/* The work is done before a command runs (stm_command_main): help needs every other command's table. */
static int help(const struct stm_arguments *args, struct stm_error *err)
{
    (void)args;
    (void)err;
    return STM_EXIT_OK;
}

static const struct stm_option options[] = {
    {"--man", 0, NULL, "the manual page, for installation"},
    {"--bash", 0, NULL, "completion for bash"},
    {"--zsh", 0, NULL, "completion for zsh"},
    {0},
};

const struct stm_command stm_command_help_entry = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "lists the commands or explains one",
    .options = options,
    .max_operands = 1,
    .run = help,
};
