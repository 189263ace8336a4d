/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/kernels.h"
#include "cli/command.h"

#include <stdio.h>

static const struct stm_option options[] = {
    {"--isa", 0, "NAME", "instruction set, as for `stroma run`"},
    {0},
};

static void print_header(enum stm_isa chosen)
{
    printf("%-18s", "kernel");
    for (int isa = 0; isa < STM_ISAS; isa++)
        printf("%-8s", stm_isa_name((enum stm_isa)isa));
    printf("\n%-18s", "on this machine");
    for (int isa = 0; isa < STM_ISAS; isa++) {
        const bool here = stm_isa_available((enum stm_isa)isa);
        printf("%-8s", isa == (int)chosen ? "in use" : here ? "yes" : "no");
    }
    printf("\n");
}

static int kernels(const struct stm_arguments *args, struct stm_error *err)
{
    char why[256];
    enum stm_isa chosen;
    if (!stm_isa_choose(stm_option_value(args, "--isa"), &chosen, why, sizeof why)) {
        stm_fail(err, STM_USAGE, "--isa: %s", why);
        return STM_EXIT_USAGE;
    }
    print_header(chosen);
    for (int i = 0; stm_kernel_name(i); i++) {
        printf("%-18s", stm_kernel_name(i));
        for (int isa = 0; isa < STM_ISAS; isa++)
            printf("%-8s", stm_kernel_has(i, (enum stm_isa)isa) ? "own" : "-");
        printf("\n");
    }
    return STM_EXIT_OK;
}

const struct stm_command stm_command_kernels = {
    .name = "kernels",
    .operands = "",
    .summary = "lists the inner loops and the instruction sets they have versions for",
    .text = "Results never depend on the instruction set. A kernel without a version of its own uses the "
            "portable "
            "one. The environment variable STROMA_ISA chooses as --isa does.",
    .options = options,
    .run = kernels,
};
