/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/setup.h"

#include "kernels/kernels.h"
#include "pipeline/core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set_pair(struct stm_plan *plan, const char *pair, struct stm_error *err)
{
    char name[128];
    const char *const equals = strchr(pair, '=');
    if (!equals || (size_t)(equals - pair) >= sizeof name)
        return stm_fail(err, STM_USAGE, "--set takes stage.param=value, not '%s'", pair);
    memcpy(name, pair, (size_t)(equals - pair));
    name[equals - pair] = '\0';
    return stm_plan_set(plan, name, equals + 1, err);
}

static bool set_shortcut(const struct stm_arguments *args, struct stm_plan *plan, const char *option,
                         const char *param, struct stm_error *err)
{
    const char *const value = stm_option_value(args, option);
    return !value || stm_plan_set(plan, param, value, err) || stm_fail_in(err, "%s", option);
}

bool stm_setup_plan(const struct stm_arguments *args, struct stm_plan *plan, struct stm_error *err)
{
    char from_protocol[64] = "";
    const char *const *pairs = NULL;
    const char *const protocol = stm_option_value(args, "--protocol");
    const char *assay = stm_option_value(args, "--assay");
    memset(plan, 0, sizeof *plan);
    if (protocol && !stm_plan_protocol_assay(protocol, from_protocol, sizeof from_protocol, err))
        return false;
    if (!assay) assay = from_protocol[0] ? from_protocol : stm_assays[0]->name;
    if (!stm_plan_begin(plan, assay, err) || (protocol && !stm_plan_protocol(plan, protocol, err)))
        return false;
    const int n = stm_option_values(args, "--set", &pairs);
    for (int i = 0; i < n; i++)
        if (!set_pair(plan, pairs[i], err)) return false;
    return set_shortcut(args, plan, "--channels", "input.channels", err) &&
           set_shortcut(args, plan, "--pixel-size", "input.pixel_um", err) &&
           set_shortcut(args, plan, "--pattern", "input.pattern", err);
}

bool stm_setup_intake(const struct stm_arguments *args, struct stm_plan *plan, struct stm_intake *input,
                      struct stm_error *err)
{
    return stm_intake_open(input, args->operands, args->n_operands, plan, err) &&
           stm_plan_finish(plan, input->roles, input->n_roles, err);
}

void stm_setup_sinks(const struct stm_arguments *args, const struct stm_sink **chosen, int room)
{
    char option[64];
    int n = 0;
    for (int i = 0; stm_sinks[i] && n < room - 1; i++) {
        snprintf(option, sizeof option, "--no-%s", stm_sinks[i]->name);
        if (stm_sinks[i]->default_on && !stm_option_given(args, option)) chosen[n++] = stm_sinks[i];
    }
    chosen[n] = NULL;
}

bool stm_setup_kernels(const struct stm_arguments *args, struct stm_run_options *o, struct stm_error *err)
{
    char why[256];
    enum stm_isa isa;
    if (!stm_isa_choose(stm_option_value(args, "--isa"), &isa, why, sizeof why))
        return stm_fail(err, STM_USAGE, "--isa: %s", why);
    o->kernels = stm_kernels_for(isa);
    o->isa = stm_isa_name(isa);
    return true;
}

char *stm_setup_command_line(const struct stm_arguments *args)
{
    struct stm_string s = {0};
    for (int i = 0; i < args->argc; i++)
        stm_string_addf(&s, "%s%s", i ? " " : "", args->argv[i]);
    return s.text;
}
