/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "pipeline/assay.h"

#include <stdio.h>

static const struct stm_option options[] = {{"--json", 0, NULL, "as JSON"}, {0}};

static int version(const struct stm_arguments *args, struct stm_error *err)
{
    (void)err;
    const bool json = stm_option_given(args, "--json");
    printf(json ? "{\"program\": \"stroma\", \"version\": \"%s\", \"assays\": {" : "stroma %s\n",
           STM_VERSION);
    for (int i = 0; stm_assays[i]; i++)
        printf(json ? "%s\"%s\": \"%s\"" : "%sassay %s version %s\n", i && json ? ", " : "",
               stm_assays[i]->name, stm_assays[i]->version);
    printf(json ? "}}\n" : "licence GPL-2.0-or-later\n");
    return STM_EXIT_OK;
}

const struct stm_command stm_command_version = {
    .name = "version",
    .operands = "",
    .summary = "says which version this is",
    .options = options,
    .run = version,
};
