/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/groups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH, CONDITION, DOSE, UNIT, CONTROL, FIELDS };

/* A well as it is sorted: its group's texts, its place among the wells, its value. */
struct member {
    struct stm_group group;
    int index;
    double value;
};

static const char *told(const struct stm_pdf_well *well, int at)
{
    return at < 0 || !well->metadata ? "" : well->metadata[at];
}

static int compare(const struct stm_group *a, const struct stm_group *b)
{
    const int batch = strcmp(a->batch, b->batch), condition = strcmp(a->condition, b->condition);
    const double x = isfinite(a->dose) ? a->dose : -INFINITY, y = isfinite(b->dose) ? b->dose : -INFINITY;
    const int dose = (x > y) - (x < y), text = strcmp(a->dose_text, b->dose_text),
              unit = strcmp(a->unit, b->unit);
    return batch       ? batch
           : condition ? condition
           : dose      ? dose
           : text      ? text
           : unit      ? unit
                       : strcmp(a->control, b->control);
}

static int by_group(const void *a, const void *b)
{
    const struct member *const x = a, *const y = b;
    const int order = compare(&x->group, &y->group);
    return order ? order : x->index - y->index;
}

static void sum_up(struct stm_group *g)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < g->n; i++)
        sum += g->value[i];
    g->mean = g->n ? sum / g->n : NAN;
    for (int i = 0; i < g->n; i++)
        squares += (g->value[i] - g->mean) * (g->value[i] - g->mean);
    g->sd = g->n > 1 ? sqrt(squares / (g->n - 1)) : NAN;
}

static int list_members(struct member *members, const struct stm_run_info *info,
                        const struct stm_pdf_well *wells, int n, int column)
{
    static const char *const names[FIELDS] = {"Batch", "Condition", "Concentration", "ConcentrationUnit",
                                              "Control"};
    int at[FIELDS], found = 0;
    for (int f = 0; f < FIELDS; f++) {
        at[f] = -1;
        for (int i = 0; i < info->n_metadata; i++)
            if (!strcmp(info->metadata[i], names[f])) at[f] = i;
    }
    for (int i = 0; i < n; i++) {
        struct stm_group g = {.batch = told(&wells[i], at[BATCH]),
                              .condition = told(&wells[i], at[CONDITION]),
                              .dose_text = told(&wells[i], at[DOSE]),
                              .unit = told(&wells[i], at[UNIT]),
                              .control = told(&wells[i], at[CONTROL])};
        if (!stm_text_to_double(g.dose_text, &g.dose)) g.dose = NAN;
        if (!g.batch[0] && !g.condition[0] && !g.dose_text[0] && !g.control[0]) continue;
        const double value = wells[i].verdict < STM_VERDICT_REJECTED ? wells[i].values[column] : NAN;
        members[found++] = (struct member){g, i, value};
    }
    qsort(members, (size_t)found, sizeof *members, by_group);
    return found;
}

static void form_groups(struct stm_groups *groups, const struct member *members, int n)
{
    double *next = groups->values;
    for (int i = 0; i < n; i++) {
        struct stm_group *g = groups->n ? &groups->group[groups->n - 1] : NULL;
        if (!g || compare(g, &members[i].group)) {
            g = &groups->group[groups->n++];
            *g = members[i].group;
            g->value = next;
        }
        g->wells++;
        if (!isfinite(members[i].value)) continue;
        *next++ = members[i].value;
        g->n++;
    }
    for (int i = 0; i < groups->n; i++)
        sum_up(&groups->group[i]);
}

/* All wells of each control, whatever else is said of them; their values are behind those of the groups. */
static void form_controls(struct stm_groups *groups, const struct member *members, int n)
{
    static const char *const names[] = {"positive", "negative"};
    double *next = groups->values + groups->n_wells;
    for (int c = 0; c < 2; c++) {
        struct stm_group *const g = &groups->control[c];
        *g = (struct stm_group){
            .control = names[c], .batch = "", .condition = "", .dose_text = "", .unit = "", .value = next};
        for (int i = 0; i < n; i++)
            if (!stm_text_casecmp(members[i].group.control, names[c]) && isfinite(members[i].value)) {
                *next++ = members[i].value;
                g->n++;
            }
        g->wells = g->n;
        sum_up(g);
    }
    const struct stm_group *const p = &groups->control[0], *const q = &groups->control[1];
    const double gap = fabs(p->mean - q->mean);
    groups->z_prime = p->n > 1 && q->n > 1 && gap > 0 ? 1 - 3 * (p->sd + q->sd) / gap : NAN;
}

bool stm_groups_find(struct stm_groups *groups, const struct stm_run_info *info,
                     const struct stm_pdf_well *wells, int n, int column)
{
    struct member *const members = malloc(((size_t)n + 1) * sizeof *members);
    *groups = (struct stm_groups){.group = malloc(((size_t)n + 1) * sizeof *groups->group),
                                  .values = malloc((2 * (size_t)n + 1) * sizeof(double)),
                                  .n_wells = n,
                                  .z_prime = NAN};
    const bool ok = members && groups->group && groups->values;
    if (ok) {
        const int found = list_members(members, info, wells, n, column);
        form_groups(groups, members, found);
        form_controls(groups, members, found);
    } else {
        stm_groups_free(groups);
    }
    free(members);
    return ok;
}

void stm_groups_free(struct stm_groups *groups)
{
    free(groups->group);
    free(groups->values);
    *groups = (struct stm_groups){0};
}

void stm_group_name(const struct stm_group *g, char *out, size_t size)
{
    const char *const parts[] = {g->batch, g->condition, g->dose_text, g->dose_text[0] ? g->unit : ""};
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i][0] && n < size) n += (size_t)snprintf(out + n, size - n, "%s%s", n ? " " : "", parts[i]);
    if (!n) snprintf(out, size, "%s control", g->control);
}

bool stm_groups_z_words(const struct stm_groups *groups, char *out, size_t size)
{
    const struct stm_group *const p = &groups->control[0], *const q = &groups->control[1];
    const double z = groups->z_prime;
    char number[32];
    if (!p->n && !q->n) return false;
    if (!isfinite(z))
        return snprintf(out, size, "No Z' (%d positive, %d negative wells): %s.", p->n, q->n,
                        p->n < 2 || q->n < 2 ? "it needs two measured wells of each control"
                                             : "the controls have the same mean") > 0;
    stm_text_number(number, sizeof number, z, 2);
    return snprintf(out, size, "Z' = %s (%d positive, %d negative wells): %s.", number, p->n, q->n,
                    p->sd == 0 && q->sd == 0
                        ? "the controls do not vary at all, which says nothing about the assay"
                    : z >= 0.5 ? "the controls are well apart"
                    : z > 0    ? "the controls are apart, but not by much"
                               : "the controls overlap") > 0;
}
