/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

/* The work is done before a command runs (stm_command_main): help needs every other command's table. */
static int help(const struct stm_arguments *args, struct stm_error *err)
{
    (void)args;
    (void)err;
    return STM_EXIT_OK;
}

const struct stm_command stm_command_help_entry = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "lists the commands or explains one",
    .max_operands = 1,
    .run = help,
};
