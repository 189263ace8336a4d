/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage shape: what kind of cell it looks like. From the areas and radii that stage measure left. */
#include "pipeline/stage.h"

#include <math.h>

struct knobs {
    double spindle_score, flat_um2;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, spindle_score, "", 0, 1, 0.5, "Shape_SpindleScore from which a cell is a spindle"),
    STM_REAL(knobs, flat_um2, "um2", 100, 1000000, 4700,
             "area from which a cell that is no spindle is flat: between that of early mesenchymal cells "
             "(1800 to 2500) and 4.8 times it"),
    {0},
};

enum { ELONGATION, LENGTH, WIDTH, SCORE, OBJECT_COLUMNS };
static const struct stm_measure object_columns[OBJECT_COLUMNS + 1] = {
    [ELONGATION] =
        {"Shape_Elongation", "", 3,
         "Area / (pi * MaximumRadius^2): 1 for a disc, the axis ratio of an ellipse, and the same when "
         "it is bent"},
    [LENGTH] =
        {"Shape_Length_um", "um", 2,
         "Elongation * Width: length along the middle of the ellipse, straight or bent, of this area and "
         "width; empty when the pixel size is unknown"},
    [WIDTH] = {"Shape_Width_um", "um", 2, "2 * MaximumRadius: width at the widest place"},
    [SCORE] = {"Shape_SpindleScore", "", 4,
               "e^2 / (e^2 + 1.5^2) with e = sqrt(Elongation * MajorAxisLength / MinorAxisLength) - 1, at "
               "least 0: 0 "
               "for a disc, 0.5 for an ellipse 2.5 times as long as wide, towards 1; cells with several "
               "corners are "
               "long but have no long axis"},
};

enum { CELLS, SPINDLE, POLYGONAL, FLAT, ROUNDED, ALIGNMENT, DIRECTION, SITE_COLUMNS };
static const struct stm_measure site_columns[SITE_COLUMNS + 1] = {
    [CELLS] = {"Count_Cells", "", 0, "counted cells (the counting frame decides at the edges)"},
    [SPINDLE] = {"Count_Spindle", "", 0,
                 "counted cells with Shape_SpindleScore of shape.spindle_score or more"},
    [POLYGONAL] = {"Count_Polygonal", "", 0, "counted cells of no other class"},
    [FLAT] = {"Count_Flat", "", 0, "counted cells of shape.flat_um2 or more that are no spindles"},
    [ROUNDED] = {"Count_Rounded", "", 0, "counted cells that are bright and compact: dividing, or afloat"},
    [ALIGNMENT] =
        {"Shape_Alignment", "", 3,
         "nematic order of the counted spread cells, weighted by their SpindleScore: length of the mean "
         "of (cos 2a, sin 2a) over their directions a; 0 = in all directions, 1 = in one"},
    [DIRECTION] = {"Shape_AlignmentAngle", "deg", 1, "that direction, counted as AreaShape_Orientation"},
};

/* Elongation at which the score is one half, over 1. */
static const double half_way = 1.5, pi = 3.14159265358979323846;

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

/* A value as it will be printed: decisions use that. */
static double rounded(double v, double scale)
{
    return floor(v * scale + 0.5) / scale;
}

static void fill(double *value, const double *row, const struct inputs *in, double um)
{
    const double area = row[in->area], r = row[in->radius];
    const double elongation = r > 0 ? fmax(1, area / (pi * r * r)) : NAN;
    const double axes = row[in->minor] > 0 ? row[in->major] / row[in->minor] : elongation * elongation;
    const double e = fmax(0, sqrt(elongation * axes) - 1);
    value[ELONGATION] = elongation;
    value[WIDTH] = 2 * r * um;
    value[LENGTH] = elongation * value[WIDTH];
    value[SCORE] = e * e / (e * e + half_way * half_way);
}

static enum stm_class class_of(const struct knobs *k, double score, double area_um2)
{
    if (rounded(score, 1e4) >= k->spindle_score) return STM_CLASS_SPINDLE;
    return rounded(area_um2, 100) >= k->flat_um2 ? STM_CLASS_FLAT : STM_CLASS_POLYGONAL;
}

/* Sums over counted cells. */
struct sums {
    int n[STM_CLASSES];
    double c, s, weight;
};

static void add(struct sums *sum, const struct stm_object *o, double degrees, double score)
{
    if (!o->counted) return;
    sum->n[o->class]++;
    if (o->class == STM_CLASS_ROUNDED || isnan(score)) return;
    sum->c += score * cos(degrees * pi / 90);
    sum->s += score * sin(degrees * pi / 90);
    sum->weight += score;
}

static void fill_site(double *v, const struct sums *sum)
{
    v[SPINDLE] = sum->n[STM_CLASS_SPINDLE];
    v[POLYGONAL] = sum->n[STM_CLASS_POLYGONAL];
    v[FLAT] = sum->n[STM_CLASS_FLAT];
    v[ROUNDED] = sum->n[STM_CLASS_ROUNDED];
    v[CELLS] = v[SPINDLE] + v[POLYGONAL] + v[FLAT] + v[ROUNDED];
    if (!(sum->weight > 0)) return;
    v[ALIGNMENT] = sqrt(sum->c * sum->c + sum->s * sum->s) / sum->weight;
    v[DIRECTION] = atan2(sum->s, sum->c) * 90 / pi;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    struct inputs in;
    struct sums sum = {0};
    const double um = site->geo.pixel_um > 0 ? site->geo.pixel_um : NAN;
    if (!find_inputs(&in, env, err)) return false;
    for (int i = 0; i < site->n_objects; i++) {
        struct stm_object *o = &site->objects[i];
        double *row = site->object_values + (ptrdiff_t)i * env->object_columns->n,
               *value = row + env->object_first;
        fill(value, row, &in, um);
        if (o->class != STM_CLASS_ROUNDED)
            o->class = (uint8_t)class_of(env->params, value[SCORE], row[in.area] * um * um);
        add(&sum, o, row[in.orientation], value[SCORE]);
    }
    fill_site(site->site_values + env->site_first, &sum);
    return true;
}

const struct stm_stage stm_stage_shape = {
    .name = "shape",
    .summary = "spindle, polygonal, flat or rounded, and how the cells lie",
    .reads = STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .object_columns = object_columns,
    .site_columns = site_columns,
    .run = run,
};
