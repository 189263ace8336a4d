/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "pipeline/assay.h"
#include "pipeline/stage.h"

#include <stdio.h>

/* Of several required channels one will do. */
static const char *remark(const struct stm_assay *assay, const struct stm_assay_role *role)
{
    int n = 0;
    for (const struct stm_assay_role *r = assay->roles; r->role != STM_ROLES; r++)
        n += r->required;
    return !role->required ? "" : n > 1 ? " (required, or another so marked)" : " (required)";
}

static void print_assay(const struct stm_assay *assay)
{
    printf("%s (version %s): %s\n  %s\n  channels:", assay->name, assay->version, assay->title,
           assay->summary);
    for (const struct stm_assay_role *r = assay->roles; r->role != STM_ROLES; r++)
        printf(" %s%s", stm_role_name(r->role), remark(assay, r));
    printf("\n  stages:");
    for (int i = 0; assay->stages[i]; i++)
        printf(" %s", assay->stages[i]->name);
    printf("\n");
}

static int assays(const struct stm_arguments *args, struct stm_error *err)
{
    (void)args;
    (void)err;
    for (int i = 0; stm_assays[i]; i++)
        print_assay(stm_assays[i]);
    return STM_EXIT_OK;
}

const struct stm_command stm_command_assays = {
    .name = "assays",
    .operands = "",
    .summary = "lists the methods with their channels and stages",
    .run = assays,
};
