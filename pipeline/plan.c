/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/plan.h"

#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"
#include "pipeline/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const z_choices[] = {"max", "middle", "first", NULL};

const struct stm_param stm_input_rows[] = {
    STM_REAL(stm_input_params, pixel_um, "um", 0, 1000, 0,
             "size of a pixel in the specimen; 0 = as the files say"),
    STM_TEXT(stm_input_params, channels, "",
             "roles in file order (nuclei,dead) or by name (nuclei=w1,dead=w2)"),
    STM_TEXT(stm_input_params, pattern, "",
             "how file names are read; empty = the convention that fits most files"),
    STM_TEXT(stm_input_params, blank, "",
             "images of an empty, evenly lit field, channels as in the plate; empty = none"),
    STM_CHOICE(stm_input_params, z, z_choices, STM_Z_MAX, "which plane of a focal series is measured"),
    {0},
};

static bool add_stage(struct stm_plan *plan, const struct stm_stage *stage, struct stm_error *err)
{
    if (plan->n_stages == STM_MAX_STAGES)
        return stm_fail(err, STM_INTERNAL, "assay %s has more than %d stages", plan->assay->name,
                        STM_MAX_STAGES);
    struct stm_plan_stage *const ps = &plan->stage[plan->n_stages++];
    ps->stage = stage;
    ps->params = calloc(1, stage->params_size + 1);
    ps->plate = calloc(1, stage->plate_bytes + 1);
    if (!ps->params || !ps->plate) return stm_fail(err, STM_NO_MEMORY, "no memory for stage %s", stage->name);
    stm_param_defaults(stage->params, ps->params);
    return true;
}

/* Every slot a stage reads is written by an earlier one. */
static bool check_slots(const struct stm_plan *plan, struct stm_error *err)
{
    unsigned written = STM_SLOT_RAW;
    for (int i = 0; i < plan->n_stages; i++) {
        const struct stm_stage *const stage = plan->stage[i].stage;
        const unsigned missing = stage->reads & ~written;
        if (missing)
            return stm_fail(err, STM_INTERNAL,
                            "assay %s: stage %s reads slots 0x%x that nothing before it writes",
                            plan->assay->name, stage->name, missing);
        written |= stage->writes;
    }
    return true;
}

static bool unknown_assay(const char *name, struct stm_error *err)
{
    const char *names[16];
    size_t n = 0;
    for (; stm_assays[n] && n < 16; n++)
        names[n] = stm_assays[n]->name;
    const char *const near = stm_text_nearest(name, names, n);
    return stm_fail(err, STM_USAGE, "there is no assay '%s'%s%s%s; `stroma assays` lists them", name,
                    near ? ", did you mean '" : "", near ? near : "", near ? "'" : "");
}

bool stm_plan_begin(struct stm_plan *plan, const char *assay, struct stm_error *err)
{
    memset(plan, 0, sizeof *plan);
    plan->assay = stm_assay_find(assay);
    if (!plan->assay) return unknown_assay(assay, err);
    stm_param_defaults(stm_input_rows, &plan->input);
    for (int i = 0; plan->assay->stages[i]; i++)
        if (!add_stage(plan, plan->assay->stages[i], err)) return false;
    for (const struct stm_assay_default *d = plan->assay->defaults; d->param; d++)
        if (!stm_plan_set(plan, d->param, d->value, err)) return false;
    return check_slots(plan, err);
}

/* The rows and struct of a section: "input" or one of the plan's stages. */
static const struct stm_param *section(struct stm_plan *plan, const char *name, void **params)
{
    if (!strcmp(name, "input")) return *params = &plan->input, stm_input_rows;
    for (int i = 0; i < plan->n_stages; i++)
        if (!strcmp(plan->stage[i].stage->name, name))
            return *params = plan->stage[i].params, plan->stage[i].stage->params;
    return NULL;
}

static bool unknown_section(const struct stm_plan *plan, const char *name, struct stm_error *err)
{
    const char *names[STM_MAX_STAGES + 1] = {"input"};
    size_t n = 1;
    for (int i = 0; i < plan->n_stages; i++)
        names[n++] = plan->stage[i].stage->name;
    const char *const near = stm_text_nearest(name, names, n);
    return stm_fail(
        err, STM_USAGE, "assay %s has no stage '%s'%s%s%s; parameters are written stage.name=value",
        plan->assay->name, name, near ? ", did you mean '" : "", near ? near : "", near ? "'" : "");
}

bool stm_plan_set(struct stm_plan *plan, const char *name, const char *value, struct stm_error *err)
{
    char stage[64];
    void *params = NULL;
    const char *const dot = strchr(name, '.');
    if (plan->locked)
        return stm_fail(err, STM_USAGE, "the protocol '%s' is locked: %s cannot be changed",
                        plan->protocol_name, name);
    if (!dot || (size_t)(dot - name) >= sizeof stage)
        return stm_fail(err, STM_USAGE, "'%s' is not a parameter; they are written stage.name=value", name);
    memcpy(stage, name, (size_t)(dot - name));
    stage[dot - name] = '\0';
    const struct stm_param *const rows = section(plan, stage, &params);
    if (!rows && !params) return unknown_section(plan, stage, err);
    if (stm_param_set(rows, params, dot + 1, value, err)) return true;
    return stm_fail_in(err, "%s", stage);
}

static int n_columns(const struct stm_measure *m, int channels)
{
    int n = 0;
    for (; m && m->name; m++)
        n += stm_text_ends_with(m->name, "_*") ? channels : 1;
    return n;
}

static void add_column(struct stm_columns *columns, const struct stm_measure *m, const char *channel)
{
    struct stm_column *const c = &columns->column[columns->n++];
    c->measure = m;
    if (channel)
        snprintf(c->name, sizeof c->name, "%.*s%s", (int)strlen(m->name) - 1, m->name, channel);
    else
        snprintf(c->name, sizeof c->name, "%s", m->name);
}

/* Fixed measures first, then for each channel all that are repeated (stage.h). Returns the first column's
 * index. */
static int add_columns(const struct stm_plan *plan, struct stm_columns *columns,
                       const struct stm_measure *table)
{
    const int first = columns->n;
    for (const struct stm_measure *m = table; m && m->name; m++)
        if (!stm_text_ends_with(m->name, "_*")) add_column(columns, m, NULL);
    for (int c = 0; c < plan->channels; c++)
        for (const struct stm_measure *m = table; m && m->name; m++)
            if (stm_text_ends_with(m->name, "_*")) add_column(columns, m, plan->channel_name[c]);
    return first;
}

static bool reserve_columns(const struct stm_plan *plan, struct stm_columns *columns, size_t table_offset)
{
    int n = 0;
    for (int i = 0; i < plan->n_stages; i++)
        n += n_columns(*(const struct stm_measure *const *)(const void *)((const char *)plan->stage[i].stage +
                                                                          table_offset),
                       plan->channels);
    columns->n = 0;
    columns->column = calloc((size_t)n + 1, sizeof *columns->column);
    return columns->column != NULL;
}

/* Two columns of one name would make readers of the table take the wrong one. */
static bool check_names(const struct stm_columns *columns, struct stm_error *err)
{
    for (int i = 0; i < columns->n; i++)
        if (stm_columns_find(columns, columns->column[i].name) != i)
            return stm_fail(err, STM_INTERNAL, "two stages declare the column %s", columns->column[i].name);
    return true;
}

static void name_channels(struct stm_plan *plan, const enum stm_role *roles)
{
    for (int c = 0; c < plan->channels; c++) {
        int same = 1;
        for (int d = 0; d < c; d++)
            same += roles[d] == roles[c];
        plan->channel_role[c] = roles[c];
        if (same > 1)
            snprintf(plan->channel_name[c], STM_NAME, "%s%d", stm_role_name(roles[c]), same);
        else
            snprintf(plan->channel_name[c], STM_NAME, "%s", stm_role_name(roles[c]));
    }
}

/* Stages whose channels nobody imaged go behind the others: they have no columns and are not run. */
static void set_idle_aside(struct stm_plan *plan)
{
    struct stm_plan_stage idle[STM_MAX_STAGES];
    unsigned imaged = 0;
    int n = 0, k = 0;
    for (int c = 0; c < plan->channels; c++)
        imaged |= 1u << plan->channel_role[c];
    for (int i = 0; i < plan->n_stages; i++)
        if (plan->stage[i].stage->roles && !(plan->stage[i].stage->roles & imaged))
            idle[k++] = plan->stage[i];
        else
            plan->stage[n++] = plan->stage[i];
    memcpy(plan->stage + n, idle, (size_t)k * sizeof *idle);
    plan->n_stages = n;
    plan->n_idle = k;
}

bool stm_plan_finish(struct stm_plan *plan, const enum stm_role *roles, int n, struct stm_error *err)
{
    struct stm_string text = {0};
    plan->channels = n;
    name_channels(plan, roles);
    set_idle_aside(plan);
    if (!reserve_columns(plan, &plan->object_columns, offsetof(struct stm_stage, object_columns)) ||
        !reserve_columns(plan, &plan->site_columns, offsetof(struct stm_stage, site_columns)) ||
        !reserve_columns(plan, &plan->well_columns, offsetof(struct stm_stage, well_columns)))
        return stm_fail(err, STM_NO_MEMORY, "no memory for the columns");
    for (int i = 0; i < plan->n_stages; i++) {
        struct stm_plan_stage *const ps = &plan->stage[i];
        ps->object_first = add_columns(plan, &plan->object_columns, ps->stage->object_columns);
        ps->site_first = add_columns(plan, &plan->site_columns, ps->stage->site_columns);
        ps->well_first = add_columns(plan, &plan->well_columns, ps->stage->well_columns);
    }
    if (!check_names(&plan->object_columns, err) || !check_names(&plan->site_columns, err) ||
        !check_names(&plan->well_columns, err))
        return false;
    stm_plan_canonical(plan, &text);
    const bool good = !text.failed;
    if (good) stm_sha256_hex(text.text, text.length, plan->hash);
    stm_string_free(&text);
    return good || stm_fail(err, STM_NO_MEMORY, "no memory for the protocol's text");
}

bool stm_plan_check(const struct stm_plan *plan, const struct stm_geometry *geo, struct stm_error *err)
{
    for (int i = 0; i < plan->n_stages; i++) {
        const struct stm_stage *const stage = plan->stage[i].stage;
        if (stage->check && !stage->check(plan->stage[i].params, geo, err))
            return stm_fail_in(err, "stage %s", stage->name);
    }
    return true;
}

size_t stm_plan_scratch_bytes(const struct stm_plan *plan, const struct stm_geometry *geo)
{
    size_t most = 0;
    for (int i = 0; i < plan->n_stages; i++) {
        const struct stm_plan_stage *const ps = &plan->stage[i];
        const size_t bytes = ps->stage->scratch_bytes ? ps->stage->scratch_bytes(ps->params, geo) : 0;
        if (bytes > most) most = bytes;
    }
    return most;
}

static bool images(const struct stm_plan *plan, enum stm_role role)
{
    bool has = false;
    for (int c = 0; c < plan->channels; c++)
        has |= plan->channel_role[c] == role;
    return has;
}

struct stm_assay_words stm_plan_words(const struct stm_plan *plan)
{
    const struct stm_assay *const a = plan->assay;
    if (a->bodies.title && images(plan, STM_ROLE_BODY) && !images(plan, STM_ROLE_NUCLEI)) return a->bodies;
    return (struct stm_assay_words){a->title, a->summary, a->object_name, a->default_measure};
}

static bool runs(const struct stm_plan *plan, unsigned slot)
{
    bool has = false;
    for (int i = 0; i < plan->n_stages; i++)
        has |= (plan->stage[i].stage->writes & slot) != 0;
    return has;
}

/* Rows of planes are padded to a cache line. Previews are at most as large as the planes in pixels,
 * half as large beside full pictures. Segments:
 * a frame cannot hold more runs than half its pixels. Objects: a nucleus of fewer than 16 pixels is not
 * measured. */
size_t stm_plan_site_bytes(const struct stm_plan *plan, const struct stm_geometry *geo)
{
    const size_t stride = ((size_t)geo->width + 63) / 64 * 64, px = stride * (size_t)geo->height + 64;
    const size_t object = sizeof(struct stm_object) + (size_t)plan->object_columns.n * sizeof(double);
    const size_t channels = (size_t)(geo->channels > 0 ? geo->channels : 1);
    const bool second = images(plan, STM_ROLE_BODY) || runs(plan, STM_SLOT_NUCLEI);
    const size_t cells = second ? px / 2 * sizeof(struct stm_segment) : 0;
    return px * (2 * channels + 4 + 1 + channels) + px / 2 * channels + px / 2 * sizeof(struct stm_segment) +
           (px / 16 + 16) * object + cells + (size_t)plan->site_columns.n * sizeof(double) +
           stm_pictures_scratch() + 64 * 64;
}

static void add_section(struct stm_string *out, const char *name, const struct stm_param *rows,
                        const void *params)
{
    char value[STM_PARAM_TEXT];
    if (!rows || !rows->name) return;
    stm_string_addf(out, "\n[%s]\n", name);
    for (const struct stm_param *row = rows; row->name; row++)
        stm_string_addf(out, "%s = %s\n", row->name, stm_param_get(row, params, value, sizeof value));
}

void stm_plan_canonical(const struct stm_plan *plan, struct stm_string *out)
{
    stm_string_addf(out, "[protocol]\nassay = %s\nassay_version = %s\n", plan->assay->name,
                    plan->assay->version);
    add_section(out, "input", stm_input_rows, &plan->input);
    for (int i = 0; plan->assay->stages[i]; i++)
        for (int k = 0; k < plan->n_stages + plan->n_idle; k++)
            if (plan->stage[k].stage == plan->assay->stages[i] &&
                !(k >= plan->n_stages && plan->stage[k].stage->unsaid))
                add_section(out, plan->stage[k].stage->name, plan->stage[k].stage->params,
                            plan->stage[k].params);
}

void stm_plan_free(struct stm_plan *plan)
{
    for (int i = 0; i < plan->n_stages + plan->n_idle; i++) {
        free(plan->stage[i].params);
        free(plan->stage[i].plate);
    }
    free(plan->object_columns.column);
    free(plan->site_columns.column);
    free(plan->well_columns.column);
    memset(plan, 0, sizeof *plan);
}
