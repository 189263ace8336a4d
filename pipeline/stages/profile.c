/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage profile: size, shape and stains of every cell whose body is stained, beside its nucleus, and the
 * cells of a well together. docs/bodies.md. */
#include "kernels/moments.h"
#include "kernels/runs.h"
#include "pipeline/stages/features/form.h"
#include "pipeline/stages/features/groups.h"
#include "pipeline/stages/features/skeleton.h"
#include "pipeline/stats/quantile.h"
#include "pipeline/stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct knobs {
    double spindle_score, flat_um2, rounded_um2;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, spindle_score, "", 0, 1, 0.5, "Shape_SpindleScore from which a cell is a spindle"),
    STM_REAL(knobs, flat_um2, "um2", 100, 1000000, 4700,
             "area from which a cell that is no spindle is flat, as in assay adherent"),
    STM_REAL(knobs, rounded_um2, "um2", 0, 100000, 700,
             "area below which a cell with an elongation below 1.4 is rounded: that of a ball of 30 um"),
    {0},
};

/* Elongation from which a small cell is not rounded. */
static const double compact = 1.4;

enum {
    AREA,
    AREA_UM2,
    PERIMETER,
    FORM_FACTOR,
    ECCENTRICITY,
    MAJOR,
    MINOR,
    ORIENTATION,
    SOLIDITY,
    EXTENT,
    MIN_FERET,
    MAX_FERET,
    MAXIMUM_RADIUS,
    MEAN_RADIUS,
    CENTER_X,
    CENTER_Y,
    FEATURES
};
static const enum stm_feature feature_of[FEATURES] = {
    STM_AREA,           STM_AREA_UM2,    STM_PERIMETER, STM_FORM_FACTOR, STM_ECCENTRICITY, STM_MAJOR_AXIS,
    STM_MINOR_AXIS,     STM_ORIENTATION, STM_SOLIDITY,  STM_EXTENT,      STM_MIN_FERET,    STM_MAX_FERET,
    STM_MAXIMUM_RADIUS, STM_MEAN_RADIUS, STM_CENTER_X,  STM_CENTER_Y,
};

/* Shape_* are columns [FORM, CLASS); those of channels come last. */
enum { NEIGHBORS = FEATURES, TO_CELL, TO_CYTOPLASM, CLASS, FORM, FIXED = FORM + STM_FORM_COLUMNS };
enum { MEAN, SUM, PER_CHANNEL };

static const struct stm_measure object_columns[FIXED + PER_CHANNEL + 1] = {
    [AREA] = {"Cells_AreaShape_Area", "px", 0,
              "pixels of the cell, its nucleus among them; empty, like all of these, for a nucleus without a "
              "cell"},
    [AREA_UM2] = {"Cells_AreaShape_Area_um2", "um2", 2, "the same in square micrometres"},
    [PERIMETER] = {"Cells_AreaShape_Perimeter", "px", 3, "as AreaShape_Perimeter, of the cell"},
    [FORM_FACTOR] = {"Cells_AreaShape_FormFactor", "", 4, "as AreaShape_FormFactor"},
    [ECCENTRICITY] = {"Cells_AreaShape_Eccentricity", "", 4, "as AreaShape_Eccentricity"},
    [MAJOR] = {"Cells_AreaShape_MajorAxisLength", "px", 3, "as AreaShape_MajorAxisLength"},
    [MINOR] = {"Cells_AreaShape_MinorAxisLength", "px", 3, "as AreaShape_MinorAxisLength"},
    [ORIENTATION] = {"Cells_AreaShape_Orientation", "deg", 2, "as AreaShape_Orientation"},
    [SOLIDITY] = {"Cells_AreaShape_Solidity", "", 4, "as AreaShape_Solidity"},
    [EXTENT] = {"Cells_AreaShape_Extent", "", 4, "as AreaShape_Extent"},
    [MIN_FERET] = {"Cells_AreaShape_MinFeretDiameter", "px", 3, "as AreaShape_MinFeretDiameter"},
    [MAX_FERET] = {"Cells_AreaShape_MaxFeretDiameter", "px", 3, "as AreaShape_MaxFeretDiameter"},
    [MAXIMUM_RADIUS] = {"Cells_AreaShape_MaximumRadius", "px", 3, "as AreaShape_MaximumRadius"},
    [MEAN_RADIUS] = {"Cells_AreaShape_MeanRadius", "px", 3, "as AreaShape_MeanRadius"},
    [CENTER_X] = {"Cells_Location_Center_X", "px", 3, "mean x of the cell's pixel centres"},
    [CENTER_Y] = {"Cells_Location_Center_Y", "px", 3, "mean y of the cell's pixel centres"},
    [NEIGHBORS] = {"Cells_Neighbors_NumberOfNeighbors_Adjacent", "", 0, "other cells that touch it"},
    [TO_CELL] = {"Cells_NucleusToCell", "", 4,
                 "N/C ratio: area of the nucleus / area of the cell; empty without a channel of nuclei"},
    [TO_CYTOPLASM] = {"Cells_NucleusToCytoplasm", "", 4,
                      "area of the nucleus / (area of the cell - area of the nucleus)"},
    [CLASS] = {"Shape_Class", "", 0, "5 = spindle, 6 = polygonal, 7 = flat, 8 = rounded (docs/bodies.md)"},
    [FORM + STM_FORM_ELONGATION] = STM_FORM_ROW_ELONGATION,
    [FORM + STM_FORM_LENGTH] = STM_FORM_ROW_LENGTH,
    [FORM + STM_FORM_WIDTH] = STM_FORM_ROW_WIDTH,
    [FORM + STM_FORM_SCORE] = STM_FORM_ROW_SCORE,
    [FORM + STM_FORM_AXIS_LENGTH] = STM_FORM_ROW_AXIS_LENGTH,
    [FORM + STM_FORM_AXIS_WIDTH] = STM_FORM_ROW_AXIS_WIDTH,
    [FIXED + MEAN] = {"Cells_Intensity_MeanIntensity_*", "counts", 3, "mean pixel value of the cell"},
    [FIXED + SUM] = {"Cells_Intensity_IntegratedIntensity_*", "counts", 3, "sum of the cell's pixel values"},
};

static const struct stm_measure site_columns[STM_FORM_SITE_COLUMNS + 1] = {STM_FORM_SITE_ROWS};

enum { LISTS = 8, COVERED = STM_GROUP_FIXED + STM_GROUP_PER_LIST * LISTS, COVERED_LOW, COVERED_HIGH, WELL };
static const char *const lists[LISTS] = {
    "Cells_AreaShape_Area_um2", "Shape_Elongation",        "Shape_SpindleScore",     "Shape_Length_um",
    "Shape_Width_um",           "Shape_SkeletonLength_um", "Shape_SkeletonWidth_um", "Cells_NucleusToCell"};
static const struct stm_measure well_columns[WELL + 1] = {
    STM_GROUP_ROWS,
    STM_GROUP_LIST("Cells_AreaShape_Area_um2", "um2", 2),
    STM_GROUP_LIST("Shape_Elongation", "", 3),
    STM_GROUP_LIST("Shape_SpindleScore", "", 4),
    STM_GROUP_LIST("Shape_Length_um", "um", 2),
    STM_GROUP_LIST("Shape_Width_um", "um", 2),
    STM_GROUP_LIST("Shape_SkeletonLength_um", "um", 2),
    STM_GROUP_LIST("Shape_SkeletonWidth_um", "um", 2),
    STM_GROUP_LIST("Cells_NucleusToCell", "", 4),
    {"Bodies_Covered", "%", 2, "mean of Bodies_Covered over the sites in use"},
    {"Bodies_Covered_Low", "%", 2, "lower limit, 95 %: Student's t between the sites; empty for one site"},
    {"Bodies_Covered_High", "%", 2, "upper limit of the same"},
};

/* The cells of a site: around the nuclei, or the objects themselves. */
struct cells {
    const struct stm_segment *run; /* by object, then raster order */
    size_t *first, runs;
    uint32_t *neighbors;
};

static bool group(struct cells *c, const struct stm_site *site, struct stm_arena *arena,
                  struct stm_error *err)
{
    const struct stm_segment *all = site->cells ? site->cells : site->segments;
    const size_t n = (size_t)site->n_objects;
    c->runs = site->cells ? site->n_cells : site->n_segments;
    struct stm_segment *run = stm_arena_take(arena, (c->runs + 1) * sizeof *run, "runs by cell", err);
    c->first = stm_arena_take(arena, (n + 2) * sizeof *c->first, "runs by cell", err);
    c->neighbors = stm_arena_take(arena, (n + 1) * sizeof *c->neighbors, "neighbours", err);
    if (!run || !c->first || !c->neighbors) return false;
    stm_runs_group(run, c->first, all, c->runs, (uint32_t)n);
    c->run = run;
    const size_t mark = stm_arena_mark(arena);
    const bool ok = stm_feature_neighbors(all, c->runs, c->neighbors, site->n_objects, arena, err);
    stm_arena_reset(arena, mark);
    return ok;
}

static bool measure(double *value, const struct cells *c, int i, double um, const struct stm_stage_env *env,
                    struct stm_error *err)
{
    double feature[STM_FEATURES], axis[2];
    struct stm_blob b = {.run = c->run + c->first[i + 1], .n_runs = c->first[i + 2] - c->first[i + 1]};
    const size_t mark = stm_arena_mark(env->scratch);
    if (!stm_blob_make(&b, env->scratch, err)) return false;
    stm_feature_moments(&b, um, feature);
    stm_feature_outline(&b, feature);
    if (!stm_feature_skeleton(&b, env->kernels, env->scratch, axis, err) ||
        !stm_feature_hull(&b, env->scratch, feature, err) ||
        !stm_feature_radius(&b, env->kernels, env->scratch, feature, err))
        return false;
    stm_arena_reset(env->scratch, mark);
    for (int f = 0; f < FEATURES; f++)
        value[f] = feature[feature_of[f]];
    value[NEIGHBORS] = c->neighbors[i];
    value[FORM + STM_FORM_AXIS_LENGTH] = axis[0] * um;
    value[FORM + STM_FORM_AXIS_WIDTH] = axis[1] * um;
    return true;
}

static enum stm_class class_of(const struct knobs *k, const double *value)
{
    const struct stm_form_limits limits = {k->spindle_score, k->flat_um2};
    const enum stm_class class = stm_form_class(&limits, value[FORM + STM_FORM_SCORE], value[AREA_UM2]);
    const bool small = value[AREA_UM2] < k->rounded_um2 && value[FORM + STM_FORM_ELONGATION] < compact;
    return class == STM_CLASS_POLYGONAL && small ? STM_CLASS_ROUNDED : class;
}

static void compare_nucleus(double *value, double nucleus)
{
    value[TO_CELL] = nucleus / value[AREA];
    value[TO_CYTOPLASM] = value[AREA] > nucleus ? nucleus / (value[AREA] - nucleus) : NAN;
}

/* Mean and sum of each channel under the cells, in the file's unit. */
static bool fill_stains(struct stm_site *site, const struct cells *c, const struct stm_stage_env *env,
                        struct stm_error *err)
{
    const size_t n = (size_t)site->n_objects + 1;
    struct stm_intensity *sum = stm_arena_take(env->scratch, n * sizeof *sum, "stains of cells", err);
    if (!sum) return false;
    for (int ch = 0; ch < site->row.channels; ch++) {
        if (!site->plane[ch].px) continue;
        const struct stm_channel *channel = &site->row.channel[ch];
        const double scale = channel->scale != 0 ? channel->scale : 1;
        memset(sum, 0, n * sizeof *sum);
        stm_intensity_runs(env->kernels, sum, (struct stm_cu16)STM_CONST(site->plane[ch]), c->run, c->runs);
        for (int i = 0; i < site->n_objects; i++) {
            const double area = (double)sum[i + 1].n;
            double *v = site->object_values + (ptrdiff_t)i * env->object_columns->n + env->object_first +
                        FIXED + (ptrdiff_t)ch * PER_CHANNEL;
            if (!sum[i + 1].n) continue;
            v[MEAN] = scale * ((double)sum[i + 1].sum / area) + channel->offset;
            v[SUM] = scale * (double)sum[i + 1].sum + channel->offset * area;
        }
    }
    return true;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const int area = site->cells ? stm_columns_find(env->object_columns, "AreaShape_Area") : -1;
    const double um = site->geo.pixel_um > 0 ? site->geo.pixel_um : NAN;
    struct stm_form_sums sums = {0};
    struct cells c;
    if (!group(&c, site, env->scratch, err)) return false;
    for (int i = 0; i < site->n_objects; i++) {
        double *row = site->object_values + (ptrdiff_t)i * env->object_columns->n,
               *v = row + env->object_first;
        if (c.first[i + 2] == c.first[i + 1]) continue;
        if (!measure(v, &c, i, um, env, err)) return false;
        stm_form_fill(v + FORM, v[AREA], v[MAXIMUM_RADIUS], v[MAJOR], v[MINOR], um);
        v[CLASS] = class_of(env->params, v);
        if (area >= 0) compare_nucleus(v, row[area]);
        if (site->objects[i].counted)
            stm_form_add(&sums, (enum stm_class)v[CLASS], v[ORIENTATION], v[FORM + STM_FORM_SCORE]);
    }
    stm_form_site(site->site_values + env->site_first, &sums);
    return fill_stains(site, &c, env, err);
}

/* Where no stain says live or dead, shape is what there is to say. */
static bool classify(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    (void)err;
    for (int i = 0; i < site->n_objects; i++) {
        const double class =
            site->object_values[(ptrdiff_t)i * env->object_columns->n + env->object_first + CLASS];
        if (site->objects[i].class == STM_CLASS_NONE && !isnan(class))
            site->objects[i].class = (uint8_t) class;
    }
    return true;
}

static void fill_covered(double *v, const struct stm_well *well, int column)
{
    double *list = calloc((size_t)well->n_sites + 1, sizeof *list);
    size_t n = 0;
    for (int s = 0; list && column >= 0 && s < well->n_sites; s++)
        if (well->sites[s].verdict <= STM_VERDICT_WARN) list[n++] = well->sites[s].values[column];
    const struct stm_summary of = list && n ? stm_summarise(list, n) : (struct stm_summary){.mean = NAN};
    free(list);
    v[COVERED] = of.mean;
    if (n < 2) return;
    const double error = stm_quantile_student(0.975, (double)n - 1) * of.sd / sqrt((double)n);
    v[COVERED_LOW] = fmax(of.mean - error, 0);
    v[COVERED_HIGH] = fmin(of.mean + error, 100);
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    static const struct stm_groups groups = {lists, LISTS, "Shape_Class"};
    int used;
    if (!stm_groups_well(well, &groups, env, &used, err)) return false;
    fill_covered(well->values + env->well_first, well, stm_columns_find(env->site_columns, "Bodies_Covered"));
    /* with nuclei, stage aggregate has said it */
    if (stm_columns_find(env->well_columns, "Count_Nuclei") < 0) stm_groups_judge(well, used);
    return true;
}

/* As stage measure: a run in every 4th pixel, an object in every 16th, and one as large as the image. */
static size_t scratch_bytes(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const size_t w = (size_t)geo->width, h = (size_t)geo->height, px = w * h, runs = px / 4 + 64,
                 objects = px / 16 + 64;
    const size_t rows = h + 2, row_bytes = (w + 65) / 64 * 8;
    const size_t kept = stm_arena_cost(runs * sizeof(struct stm_segment)) + stm_arena_cost(objects * 8) +
                        stm_arena_cost(objects * 4);
    const size_t pairs = stm_arena_cost(objects * 4 * 8) + 2 * stm_arena_cost(objects * 4);
    const size_t blob = 3 * stm_arena_cost(rows * (row_bytes + 8));
    const size_t hull =
        stm_arena_cost(4 * rows * 4) + stm_arena_cost(8 * rows * 8) + stm_arena_cost(4 * rows * 4);
    const size_t radius = stm_arena_cost(px * 2 + (rows + w) * 2 + 4096) + 2 * stm_arena_cost(px + 64) +
                          stm_arena_cost((w + 1024) * 8);
    const size_t stains = stm_arena_cost(objects * sizeof(struct stm_intensity));
    const size_t axis = stm_feature_skeleton_bytes(geo->width, geo->height);
    const size_t object = blob + (axis > hull + radius ? axis : hull + radius),
                 other = pairs > stains ? pairs : stains;
    return kept + (object > other ? object : other);
}

const struct stm_stage stm_stage_profile = {
    .name = "profile",
    .summary = "size, shape and stains of the cells whose bodies are stained, and of a well's cells together",
    .roles = 1u << STM_ROLE_BODY,
    .reads = STM_SLOT_FLAT | STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .object_columns = object_columns,
    .site_columns = site_columns,
    .well_columns = well_columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
    .classify = classify,
    .well = well,
};
