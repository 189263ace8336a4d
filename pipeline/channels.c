/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/channels.h"

#include "pipeline/core/text.h"

#include <stdio.h>
#include <string.h>

static enum stm_role exact_role(const char *text)
{
    for (int r = 0; r < STM_ROLES; r++)
        if (!stm_text_casecmp(text, stm_role_name((enum stm_role)r))) return (enum stm_role)r;
    return !strcmp(text, "-") ? STM_ROLE_IGNORE : STM_ROLES;
}

static bool unknown_role(const char *text, struct stm_error *err)
{
    const char *names[STM_ROLES];
    for (int r = 0; r < STM_ROLES; r++)
        names[r] = stm_role_name((enum stm_role)r);
    const char *const near = stm_text_nearest(text, names, STM_ROLES);
    return stm_fail(
        err, STM_USAGE,
        "'%s' in the channels is not a role%s%s%s; roles are nuclei, dead, live, body, brightfield, "
        "phase, stain, red, green, blue, other, ignore",
        text, near ? "; did you mean '" : "", near ? near : "", near ? "'" : "");
}

static bool parse_item(struct stm_channel_spec *spec, char *item, struct stm_error *err)
{
    const int i = spec->n;
    char *const equals = strchr(item, '=');
    if (i > 0 && spec->named != (equals != NULL))
        return stm_fail(err, STM_USAGE,
                        "channels are given by position (nuclei,dead) or by name (nuclei=w1), not both");
    spec->named = equals != NULL;
    if (equals) *equals = '\0';
    enum stm_role role = exact_role(item);
    const char *name = equals ? equals + 1 : "";
    if (equals && role == STM_ROLES) {
        role = exact_role(name);
        name = item;
    }
    if (role == STM_ROLES) return unknown_role(item, err);
    spec->item[i].role = role;
    stm_text_copy(spec->item[i].name, sizeof spec->item[i].name, name);
    spec->n++;
    return true;
}

bool stm_channel_spec_parse(struct stm_channel_spec *spec, const char *text, struct stm_error *err)
{
    char item[128];
    *spec = (struct stm_channel_spec){0};
    while (*text) {
        const size_t n = strcspn(text, ",");
        if (n >= sizeof item || spec->n >= (int)(sizeof spec->item / sizeof *spec->item))
            return stm_fail(err, STM_USAGE, "the list of channels is too long");
        memcpy(item, text, n);
        item[n] = '\0';
        if (!parse_item(spec, item, err)) return false;
        text += n + (text[n] == ',');
    }
    return true;
}

enum stm_role stm_channel_role(const struct stm_channel_spec *spec, int position, int n, const char *name,
                               const char *key, enum stm_role lone)
{
    if (spec->n && !spec->named) return position < spec->n ? spec->item[position].role : STM_ROLE_IGNORE;
    for (int i = 0; i < spec->n; i++)
        if (!stm_text_casecmp(spec->item[i].name, name) || !stm_text_casecmp(spec->item[i].name, key))
            return spec->item[i].role;
    if (spec->n) return STM_ROLE_IGNORE;
    enum stm_role role = stm_role_of(name);
    if (role == STM_ROLES) role = stm_role_of(key);
    if (role == STM_ROLES && n == 1) role = lone;
    return role;
}

bool stm_channel_spec_splits_colour(const struct stm_channel_spec *spec)
{
    if (!spec->named) return spec->n >= 3;
    for (int i = 0; i < spec->n; i++)
        if (!stm_text_casecmp(spec->item[i].name, "red") || !stm_text_casecmp(spec->item[i].name, "green") ||
            !stm_text_casecmp(spec->item[i].name, "blue"))
            return true;
    return false;
}
