/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Protocol files: what stm_plan_canonical writes, with a name and a lock (docs/protocols.md). */
#include "pipeline/core/ini.h"
#include "pipeline/core/text.h"
#include "pipeline/plan.h"

#include <stdio.h>
#include <string.h>

struct protocol {
    struct stm_plan *plan;
    bool locked;
    char assay[64];
};

static bool set_lock(struct protocol *p, const char *value, struct stm_error *err)
{
    p->locked = !strcmp(value, "yes");
    return p->locked || !strcmp(value, "no") ||
           stm_fail(err, STM_USAGE, "locked = '%s': it takes yes or no", value);
}

/* The section [protocol]; `plan` is NULL while only the assay's name is wanted. */
static bool own_entry(struct protocol *p, const char *name, const char *value, struct stm_error *err)
{
    if (!strcmp(name, "assay")) {
        stm_text_copy(p->assay, sizeof p->assay, value);
        if (!p->plan || !strcmp(value, p->plan->assay->name)) return true;
        return stm_fail(err, STM_USAGE, "the protocol is for the assay %s, not %s", value,
                        p->plan->assay->name);
    }
    if (!p->plan) return true;
    if (!strcmp(name, "assay_version")) {
        if (!strcmp(value, p->plan->assay->version)) return true;
        return stm_fail(
            err, STM_USAGE,
            "the protocol was written for version %s of the assay, this is version %s: results may "
            "differ; check them and change assay_version",
            value, p->plan->assay->version);
    }
    if (!strcmp(name, "name")) {
        stm_text_copy(p->plan->protocol_name, sizeof p->plan->protocol_name, value);
        return true;
    }
    if (!strcmp(name, "locked")) return set_lock(p, value, err);
    static const char *const names[] = {"name", "assay", "assay_version", "locked"};
    const char *const near = stm_text_nearest(name, names, sizeof names / sizeof *names);
    return stm_fail(err, STM_USAGE, "[protocol] knows name, assay, assay_version and locked, not '%s'%s%s%s",
                    name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool take_entry(void *context, const char *section, const char *name, const char *value, int line,
                       struct stm_error *err)
{
    struct protocol *const p = context;
    char full[128];
    (void)line;
    if (!strcmp(section, "protocol")) return own_entry(p, name, value, err);
    if (!p->plan) return true;
    snprintf(full, sizeof full, "%s.%s", section, name);
    return stm_plan_set(p->plan, full, value, err);
}

bool stm_plan_protocol(struct stm_plan *plan, const char *path, struct stm_error *err)
{
    struct protocol p = {.plan = plan};
    if (!stm_ini_read(path, take_entry, &p, err)) return false;
    if (!plan->protocol_name[0]) stm_text_stem(plan->protocol_name, sizeof plan->protocol_name, path);
    plan->locked = p.locked;
    return true;
}

bool stm_plan_from_text(struct stm_plan *plan, const char *text, struct stm_error *err)
{
    struct protocol p = {.plan = NULL};
    memset(plan, 0, sizeof *plan);
    if (!stm_ini_parse(text, strlen(text), take_entry, &p, err) || !stm_plan_begin(plan, p.assay, err))
        return false;
    p.plan = plan;
    return stm_ini_parse(text, strlen(text), take_entry, &p, err);
}

bool stm_plan_protocol_assay(const char *path, char *assay, size_t size, struct stm_error *err)
{
    struct protocol p = {.plan = NULL};
    if (!stm_ini_read(path, take_entry, &p, err)) return false;
    stm_text_copy(assay, size, p.assay);
    return true;
}
