/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the wells concerned and counting them twice: as they are, and with the reviewer's classes. */
#include "pipeline/audit/recount.h"

#include "pipeline/audit/recount_private.h"
#include "pipeline/audit/table.h"
#include "pipeline/audit/tree.h"
#include "pipeline/core/text.h"
#include "pipeline/well.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct stm_recount_object *stm_recount_find(const struct stm_recount_state *s, long image, long object)
{
    for (size_t i = 0; i < s->n_objects; i++)
        if (s->objects[i].image == image && s->objects[i].object == object) return &s->objects[i];
    return NULL;
}

static bool open_table(const struct stm_recount_state *s, struct stm_table **t, const char *name,
                       struct stm_error *err)
{
    char path[STM_PATH];
    *t = NULL;
    return stm_tree_path(path, s->directory, name, err) && stm_table_open(t, path, err);
}

/* "dead2" -> dead: the role that the channel was named after. */
static enum stm_role role_of(const char *channel)
{
    char name[STM_NAME];
    stm_text_copy(name, sizeof name, channel);
    for (size_t n = strlen(name); n > 0 && isdigit((unsigned char)name[n - 1]); n--)
        name[n - 1] = '\0';
    return stm_role_of(name);
}

/* The plan that the run had, from its run.json. */
static bool make_plan(struct stm_plan *plan, const struct stm_json_value *run, struct stm_error *err)
{
    struct stm_string text = {0};
    enum stm_role roles[STM_MAX_CHANNELS];
    const char *line;
    const struct stm_json_value *const lines = stm_json_get(stm_json_get(run, "protocol"), "text"),
                                       *const channels = stm_json_get(run, "channels");
    for (size_t i = 0; stm_json_is_array(lines) && i < stm_json_size(lines); i++)
        if (stm_json_get_text(stm_json_at(lines, i, NULL), &line)) stm_string_addf(&text, "%s\n", line);
    const size_t n = stm_json_is_array(channels) ? stm_json_size(channels) : 0;
    bool good =
        (!text.failed && n <= STM_MAX_CHANNELS) || stm_fail(err, STM_BAD_INPUT, "run.json is damaged");
    for (size_t i = 0; good && i < n; i++)
        roles[i] = stm_json_get_text(stm_json_at(channels, i, NULL), &line) ? role_of(line) : STM_ROLES;
    good = good && stm_plan_from_text(plan, text.text ? text.text : "", err) &&
           stm_plan_finish(plan, roles, (int)n, err);
    stm_string_free(&text);
    if (!good) return false;
    for (int i = 0; i < plan->n_stages; i++)
        if (plan->stage[i].stage->recount) return true;
    return stm_fail(err, STM_USAGE, "assay %s gives its objects no classes that could be overridden",
                    plan->assay->name);
}

static bool read_identity(const struct stm_table *t, char plate[STM_NAME], char well[8],
                          struct stm_error *err)
{
    return stm_table_text_of(t, "Metadata_Plate", plate, STM_NAME, err) &&
           stm_table_text_of(t, "Metadata_Well", well, 8, err);
}

static struct stm_recount_well *find_well(struct stm_recount_state *s, const char *plate, const char *well)
{
    for (size_t i = 0; i < s->n_wells; i++)
        if (!strcmp(s->well[i].plate, plate) && !strcmp(s->well[i].well, well)) return &s->well[i];
    return NULL;
}

/* First pass over images.csv: the wells in which an object was overridden. */
static bool list_wells(struct stm_recount_state *s, struct stm_error *err)
{
    struct stm_table *t;
    bool row = true, good = open_table(s, &t, "images.csv", err);
    s->well = calloc(s->n_objects + 1, sizeof *s->well);
    if (good && !s->well) good = stm_fail(err, STM_NO_MEMORY, "no memory for %zu wells", s->n_objects);
    const size_t number = good ? stm_table_find(t, "ImageNumber") : 0;
    while (good && (good = stm_table_next(t, &row, err)) && row) {
        char plate[STM_NAME], well[8];
        const double image = stm_table_number(t, number);
        bool wanted = false;
        for (size_t i = 0; i < s->n_objects; i++)
            wanted |= image == (double)s->objects[i].image;
        if (!wanted) continue;
        good = read_identity(t, plate, well, err);
        if (!good || find_well(s, plate, well)) continue;
        struct stm_recount_well *const w = &s->well[s->n_wells++];
        memcpy(w->plate, plate, sizeof plate);
        memcpy(w->well, well, sizeof well);
    }
    stm_table_close(&t);
    return good;
}

static double *take_values(const struct stm_columns *columns, struct stm_error *err)
{
    double *const values = malloc(((size_t)columns->n + 1) * sizeof *values);
    if (!values) stm_fail(err, STM_NO_MEMORY, "no memory for %d columns", columns->n);
    for (int i = 0; values && i < columns->n; i++)
        values[i] = NAN;
    return values;
}

static bool read_columns(const struct stm_table *t, const struct stm_columns *columns, double *values,
                         struct stm_error *err)
{
    for (int i = 0; i < columns->n; i++) {
        const size_t at = stm_table_find(t, columns->column[i].name);
        if (at == STM_TABLE_COLUMNS)
            return stm_fail(err, STM_BAD_INPUT, "the table has no column %s", columns->column[i].name);
        values[i] = stm_table_number(t, at);
    }
    return true;
}

static enum stm_verdict verdict_called(const char *name)
{
    int v = STM_VERDICT_OK;
    while (v < STM_VERDICT_FAILED && strcmp(stm_verdict_name((enum stm_verdict)v), name) != 0)
        v++;
    return (enum stm_verdict)v;
}

static bool add_field(struct stm_recount_state *s, const struct stm_table *t, struct stm_recount_well *w,
                      struct stm_error *err)
{
    char status[32];
    struct stm_recount_field *const grown = realloc(s->field, (s->n_fields + 1) * sizeof *grown);
    if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for a field of view");
    s->field = grown;
    struct stm_recount_field *const f = &grown[s->n_fields++];
    *f = (struct stm_recount_field){.image = (long)stm_table_number(t, stm_table_find(t, "ImageNumber"))};
    if (w->n++ == 0) w->first = s->n_fields - 1;
    memcpy(f->row.plate, w->plate, sizeof f->row.plate);
    memcpy(f->row.well, w->well, sizeof f->row.well);
    f->row.image_number = (int)f->image;
    f->row.width = (int)stm_table_number(t, stm_table_find(t, "Width"));
    f->row.height = (int)stm_table_number(t, stm_table_find(t, "Height"));
    f->row.pixel_um = stm_table_number(t, stm_table_find(t, "PixelSize_um"));
    f->row.channels = s->plan.channels;
    if (!stm_table_text_of(t, "Status", status, sizeof status, err) ||
        !stm_table_text_of(t, "Reason", f->row.reason, sizeof f->row.reason, err) ||
        !(f->before = take_values(&s->plan.site_columns, err)) ||
        !(f->after = take_values(&s->plan.site_columns, err)))
        return false;
    f->row.verdict = verdict_called(status);
    if (!read_columns(t, &s->plan.site_columns, f->before, err)) return false;
    memcpy(f->after, f->before, (size_t)s->plan.site_columns.n * sizeof *f->after);
    return true;
}

/* Second pass: the fields of these wells, which stand together in the table. */
static bool read_fields(struct stm_recount_state *s, struct stm_error *err)
{
    struct stm_table *t;
    bool row = true, good = open_table(s, &t, "images.csv", err);
    while (good && (good = stm_table_next(t, &row, err)) && row) {
        char plate[STM_NAME], well[8];
        good = read_identity(t, plate, well, err);
        struct stm_recount_well *const w = good ? find_well(s, plate, well) : NULL;
        good = good && (!w || add_field(s, t, w, err));
    }
    stm_table_close(&t);
    return good;
}

static struct stm_recount_field *find_field(const struct stm_recount_state *s, double image)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if ((double)s->field[i].image == image) return &s->field[i];
    return NULL;
}

static bool grow(struct stm_recount_field *f, int columns, struct stm_error *err)
{
    if (f->n < f->capacity) return true;
    const int capacity = f->capacity ? 2 * f->capacity : 256;
    struct stm_object *const objects = realloc(f->objects, (size_t)capacity * sizeof *objects);
    if (objects) f->objects = objects;
    double *const values =
        realloc(f->object_values, ((size_t)capacity * (size_t)columns + 1) * sizeof *values);
    if (values) f->object_values = values;
    if (!objects || !values) return stm_fail(err, STM_NO_MEMORY, "no memory for %d objects", capacity);
    f->capacity = capacity;
    return true;
}

static bool class_called(const char *name, uint8_t *class)
{
    for (*class = 0; *class < STM_CLASSES; ++*class)
        if (!strcmp(stm_class_name((enum stm_class) * class), name)) return true;
    return false;
}

static bool add_object(struct stm_recount_state *s, const struct stm_table *t, struct stm_recount_field *f,
                       struct stm_error *err)
{
    char class[32];
    const int columns = s->plan.object_columns.n;
    if (!grow(f, columns, err) || !stm_table_text_of(t, "Class", class, sizeof class, err)) return false;
    struct stm_object *const o = &f->objects[f->n];
    *o = (struct stm_object){.number = (uint32_t)stm_table_number(t, stm_table_find(t, "ObjectNumber")),
                             .counted = stm_table_number(t, stm_table_find(t, "Counted")) == 1,
                             .cx = stm_table_number(t, stm_table_find(t, "Location_Center_X")),
                             .cy = stm_table_number(t, stm_table_find(t, "Location_Center_Y"))};
    if (!class_called(class, &o->class)) return stm_fail(err, STM_BAD_INPUT, "'%s' is no class", class);
    return read_columns(t, &s->plan.object_columns, f->object_values + (size_t)f->n++ * (size_t)columns, err);
}

static bool read_objects(struct stm_recount_state *s, struct stm_error *err)
{
    struct stm_table *t;
    bool row = true, good = open_table(s, &t, "objects.csv", err);
    const size_t number = good ? stm_table_find(t, "ImageNumber") : 0;
    while (good && (good = stm_table_next(t, &row, err)) && row) {
        struct stm_recount_field *const f = find_field(s, stm_table_number(t, number));
        good = !f || add_object(s, t, f, err);
    }
    stm_table_close(&t);
    return good;
}

static struct stm_stage_env env_of(const struct stm_plan *plan, int i)
{
    const struct stm_plan_stage *const ps = &plan->stage[i];
    return (struct stm_stage_env){
        .params = ps->params,
        .plate = ps->plate,
        .object_columns = &plan->object_columns,
        .site_columns = &plan->site_columns,
        .well_columns = &plan->well_columns,
        .object_first = ps->object_first,
        .site_first = ps->site_first,
        .well_first = ps->well_first,
    };
}

static void count_field(const struct stm_plan *plan, struct stm_recount_field *f, double *values)
{
    struct stm_site site = {.row = f->row,
                            .geo = {f->row.width, f->row.height, f->row.channels, f->row.pixel_um},
                            .objects = f->objects,
                            .n_objects = f->n,
                            .object_values = f->object_values,
                            .site_values = values};
    for (int i = 0; i < plan->n_stages; i++) {
        const struct stm_stage_env env = env_of(plan, i);
        if (plan->stage[i].stage->recount && f->row.verdict != STM_VERDICT_FAILED)
            plan->stage[i].stage->recount(&site, &env);
    }
    f->row.values = values;
    f->row.objects = f->objects;
    f->row.object_values = f->object_values;
    f->row.n_objects = f->n;
}

static bool count_well(struct stm_recount_state *s, const struct stm_recount_well *w,
                       struct stm_well_row *row, double *values, struct stm_error *err)
{
    struct stm_site_row *const sites = malloc((w->n + 1) * sizeof *sites);
    if (!sites) return stm_fail(err, STM_NO_MEMORY, "no memory for a well");
    struct stm_well well = {.values = values, .sites = sites, .n_sites = (int)w->n};
    memcpy(well.row.plate, w->plate, sizeof well.row.plate);
    memcpy(well.row.well, w->well, sizeof well.row.well);
    well.row.values = values;
    well.row.sites = (int)w->n;
    for (size_t i = 0; i < w->n; i++) {
        sites[i] = s->field[w->first + i].row;
        well.row.sites_used += sites[i].verdict <= STM_VERDICT_WARN;
    }
    bool good = true;
    for (int i = 0; good && i < s->plan.n_stages; i++) {
        const struct stm_stage_env env = env_of(&s->plan, i);
        if (s->plan.stage[i].stage->well) good = s->plan.stage[i].stage->well(&well, &env, err);
    }
    *row = well.row;
    free(sites);
    return good;
}

static void apply(const struct stm_recount_state *s, struct stm_recount_field *f)
{
    for (int i = 0; i < f->n; i++) {
        const struct stm_recount_object *const o = stm_recount_find(s, f->image, f->objects[i].number);
        if (o) f->objects[i].class = (uint8_t)o->class;
    }
}

static bool count_twice(struct stm_recount_state *s, struct stm_recount_well *w, struct stm_error *err)
{
    w->before = take_values(&s->plan.well_columns, err);
    w->after = w->before ? take_values(&s->plan.well_columns, err) : NULL;
    if (!w->after) return false;
    for (size_t i = 0; i < w->n; i++)
        count_field(&s->plan, &s->field[w->first + i], s->field[w->first + i].before);
    if (!count_well(s, w, &w->row_before, w->before, err)) return false;
    for (size_t i = 0; i < w->n; i++) {
        apply(s, &s->field[w->first + i]);
        count_field(&s->plan, &s->field[w->first + i], s->field[w->first + i].after);
    }
    return count_well(s, w, &w->row_after, w->after, err);
}

static void clear(struct stm_recount_state *s)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        free(s->field[i].before);
        free(s->field[i].after);
        free(s->field[i].objects);
        free(s->field[i].object_values);
    }
    for (size_t i = 0; i < s->n_wells; i++) {
        free(s->well[i].before);
        free(s->well[i].after);
    }
    free(s->field);
    free(s->well);
    stm_plan_free(&s->plan);
}

bool stm_recount(const char *directory, const char *folder, const struct stm_json_value *run_json,
                 const struct stm_recount_object *objects, size_t n, struct stm_lines *changes,
                 struct stm_error *err)
{
    struct stm_recount_state s = {
        .directory = directory, .folder = folder, .objects = objects, .n_objects = n, .changes = changes};
    bool good = make_plan(&s.plan, run_json, err) && list_wells(&s, err) && read_fields(&s, err) &&
                read_objects(&s, err);
    for (size_t i = 0; good && i < s.n_wells; i++)
        good = count_twice(&s, &s.well[i], err) || stm_fail_in(err, "well %s", s.well[i].well);
    good = good && stm_recount_write(&s, err);
    clear(&s);
    return good;
}
