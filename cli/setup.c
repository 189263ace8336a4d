/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/setup.h"

#include "pipeline/core/text.h"

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
