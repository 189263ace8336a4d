/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <stddef.h>

extern const struct stm_command stm_command_run, stm_command_inspect, stm_command_stages, stm_command_assays,
    stm_command_kernels, stm_command_linearity, stm_command_synth, stm_command_verify, stm_command_version,
    stm_command_help_entry;
extern const struct stm_command stm_command_compare;
extern const struct stm_command stm_command_capture, stm_command_finish, stm_command_watch;
extern const struct stm_command stm_command_audit, stm_command_keygen, stm_command_sign, stm_command_store,
    stm_command_history, stm_command_override;
extern const struct stm_command stm_command_view;

/* In the order of `stroma help`, one a line. */
/* clang-format off */
const struct stm_command *const stm_commands[] = {
    &stm_command_run,
    &stm_command_capture,
    &stm_command_watch,
    &stm_command_finish,
    &stm_command_verify,
    &stm_command_view,
    &stm_command_compare,
    &stm_command_linearity,
    &stm_command_store,
    &stm_command_history,
    &stm_command_audit,
    &stm_command_sign,
    &stm_command_override,
    &stm_command_keygen,
    &stm_command_inspect,
    &stm_command_stages,
    &stm_command_assays,
    &stm_command_kernels,
    &stm_command_synth,
    &stm_command_version,
    &stm_command_help_entry,
    NULL,
};
/* clang-format on */
