/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage shape: what kind of cell it looks like. From the areas and radii that stage measure left, and
 * the lines that are left of a cell when it is thinned. */
#include "kernels/runs.h"
#include "pipeline/core/team.h"
#include "pipeline/stage.h"
#include "pipeline/stages/features/form.h"
#include "pipeline/stages/features/skeleton.h"

#include <math.h>

static const struct stm_param params[] = {
    STM_REAL(stm_form_limits, spindle_score, "", 0, 1, 0.5,
             "Shape_SpindleScore from which a cell is a spindle"),
    STM_REAL(stm_form_limits, flat_um2, "um2", 100, 1000000, 4700,
             "area from which a cell that is no spindle is flat: between that of early mesenchymal cells "
             "(1800 to 2500) and 4.8 times it"),
    {0},
};

static const struct stm_measure object_columns[STM_FORM_COLUMNS + 1] = {
    [STM_FORM_ELONGATION] = STM_FORM_ROW_ELONGATION,
    [STM_FORM_LENGTH] = STM_FORM_ROW_LENGTH,
    [STM_FORM_WIDTH] = STM_FORM_ROW_WIDTH,
    [STM_FORM_SCORE] = STM_FORM_ROW_SCORE,
    [STM_FORM_AXIS_LENGTH] = STM_FORM_ROW_AXIS_LENGTH,
    [STM_FORM_AXIS_WIDTH] = STM_FORM_ROW_AXIS_WIDTH,
};
static const struct stm_measure site_columns[STM_FORM_SITE_COLUMNS + 1] = {STM_FORM_SITE_ROWS};

/* Where stage measure put what is needed. */
struct inputs {
    int area, radius, orientation, major, minor;
};

static bool find_inputs(struct inputs *in, const struct stm_stage_env *env, struct stm_error *err)
{
    in->area = stm_columns_find(env->object_columns, "AreaShape_Area");
    in->radius = stm_columns_find(env->object_columns, "AreaShape_MaximumRadius");
    in->orientation = stm_columns_find(env->object_columns, "AreaShape_Orientation");
    in->major = stm_columns_find(env->object_columns, "AreaShape_MajorAxisLength");
    in->minor = stm_columns_find(env->object_columns, "AreaShape_MinorAxisLength");
    return (in->area >= 0 && in->radius >= 0 && in->orientation >= 0 && in->major >= 0 && in->minor >= 0) ||
           stm_fail(err, STM_USAGE, "stage shape needs the columns of stage measure before it");
}

/* Objects are thinned in shares, by as many threads as there are. */
struct shares {
    const struct stm_site *site;
    const struct stm_stage_env *env;
    const struct stm_segment *run; /* of object i: run[first[i + 1]] … run[first[i + 2] - 1] */
    const size_t *first;
    double um;
    struct stm_team team;
};

enum { SHARE = 64 }; /* objects */

static bool fill_share(void *context, int worker, int item, struct stm_error *err)
{
    const struct shares *const s = context;
    struct stm_arena *const arena = s->team.arena[worker];
    const int n = s->site->n_objects, end = n - item * SHARE < SHARE ? n : (item + 1) * SHARE;
    const size_t mark = stm_arena_mark(arena);
    for (int i = item * SHARE; i < end; i++) {
        double axis[2],
            *value = s->site->object_values + (ptrdiff_t)i * s->env->object_columns->n + s->env->object_first;
        struct stm_blob b = {.run = s->run + s->first[i + 1], .n_runs = s->first[i + 2] - s->first[i + 1]};
        if (!b.n_runs) continue;
        if (!stm_blob_make(&b, arena, err) || !stm_feature_skeleton(&b, s->env->kernels, arena, axis, err))
            return false;
        value[STM_FORM_AXIS_LENGTH] = axis[0] * s->um;
        value[STM_FORM_AXIS_WIDTH] = axis[1] * s->um;
        stm_arena_reset(arena, mark);
    }
    return true;
}

/* Length and width along the middle, of every object that has pixels. */
static bool fill_axes(struct stm_site *site, double um, const struct stm_stage_env *env,
                      struct stm_error *err)
{
    const size_t n = (size_t)site->n_objects;
    struct stm_segment *run =
        stm_arena_take(env->scratch, (site->n_segments + 1) * sizeof *run, "runs by cell", err);
    size_t *first = stm_arena_take(env->scratch, (n + 2) * sizeof *first, "runs by cell", err);
    if (!run || !first) return false;
    stm_runs_group(run, first, site->segments, site->n_segments, (uint32_t)n);
    struct shares s = {.site = site, .env = env, .run = run, .first = first, .um = um};
    const int items = (site->n_objects + SHARE - 1) / SHARE;
    stm_team_gather(&s.team, env->scratch, items, env->scratch->size - env->scratch->used);
    const bool good = stm_team_run(&s.team, items, &s, fill_share, err);
    stm_team_dismiss(&s.team);
    return good;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    struct inputs in;
    struct stm_form_sums sum = {0};
    const double um = site->geo.pixel_um > 0 ? site->geo.pixel_um : NAN;
    if (!find_inputs(&in, env, err)) return false;
    for (int i = 0; i < site->n_objects; i++) {
        struct stm_object *o = &site->objects[i];
        double *row = site->object_values + (ptrdiff_t)i * env->object_columns->n,
               *value = row + env->object_first;
        stm_form_fill(value, row[in.area], row[in.radius], row[in.major], row[in.minor], um);
        if (o->class != STM_CLASS_ROUNDED)
            o->class = (uint8_t)stm_form_class(env->params, value[STM_FORM_SCORE], row[in.area] * um * um);
        if (o->counted) stm_form_add(&sum, o->class, row[in.orientation], value[STM_FORM_SCORE]);
    }
    stm_form_site(site->site_values + env->site_first, &sum);
    return fill_axes(site, um, env, err);
}

/* As stage measure: a run in every 4th pixel, an object in every 16th, one as large as the image. */
static size_t scratch_bytes(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const size_t w = (size_t)geo->width, h = (size_t)geo->height, px = w * h;
    return stm_arena_cost((px / 4 + 64) * sizeof(struct stm_segment)) + stm_arena_cost((px / 16 + 64) * 8) +
           3 * stm_arena_cost((h + 2) * ((w + 65) / 64 * 8)) +
           stm_feature_skeleton_bytes(geo->width, geo->height);
}

const struct stm_stage stm_stage_shape = {
    .name = "shape",
    .summary = "spindle, polygonal, flat or rounded, and how the cells lie",
    .reads = STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct stm_form_limits),
    .object_columns = object_columns,
    .site_columns = site_columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
