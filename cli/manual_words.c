/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/manual_words.h"

#include "cli/command.h"
#include "kernels/isa.h"
#include "pipeline/io/naming.h"
#include "pipeline/plan.h"

#include <stdio.h>
#include <string.h>

static void assays(void)
{
    for (int i = 0; stm_assays[i]; i++)
        printf("%s%s", i ? " " : "", stm_assays[i]->name);
}

static void stages(void)
{
    for (int i = 0; stm_stages[i]; i++)
        printf("%s%s", i ? " " : "", stm_stages[i]->name);
}

static void params(void)
{
    for (const struct stm_param *row = stm_input_rows; row->name; row++)
        printf("input.%s= ", row->name);
    for (int i = 0; stm_stages[i]; i++)
        for (const struct stm_param *row = stm_stages[i]->params; row && row->name; row++)
            printf("%s.%s= ", stm_stages[i]->name, row->name);
}

static void commands(void)
{
    for (int i = 0; stm_commands[i]; i++)
        printf("%s%s", i ? " " : "", stm_commands[i]->name);
}

static void isas(void)
{
    for (int i = 0; i < STM_ISAS; i++)
        printf("%s%s", i ? " " : "", stm_isa_name((enum stm_isa)i));
}

static void roles(void)
{
    for (int i = 0; i < STM_ROLES; i++)
        printf("%s%s", i ? " " : "", stm_role_name((enum stm_role)i));
}

static void namings(void)
{
    for (int i = 0; stm_namings[i].name; i++)
        printf("%s%s", i ? " " : "", stm_namings[i].name);
}

static const struct {
    const char *name;
    void (*print)(void);
} words[] = {{"--assay", assays},    {"--set", params},   {"--isa", isas},        {"--channels", roles},
             {"--pattern", namings}, {"[STAGE]", stages}, {"[COMMAND]", commands}};

static int find(const char *name)
{
    for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
        if (!strcmp(words[i].name, name)) return i;
    return -1;
}

bool stm_manual_has_words(const char *name)
{
    return find(name) >= 0;
}

void stm_manual_words(const char *name)
{
    const int i = find(name);
    if (i >= 0) words[i].print();
}
