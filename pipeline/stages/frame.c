/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage frame: which objects count, and in which part of the field. See docs/measurements.md. */
#include "pipeline/stage.h"

#include <math.h>

enum edge_rule { FRAME, MIDDLE, ALL, EXCLUDE_BORDER };
static const char *const edge_rules[] = {"frame", "middle", "all", "exclude_border", NULL};

struct knobs {
    int edge_rule;
    double guard_percent;
};

static const struct stm_param params[] = {
    STM_CHOICE(knobs, edge_rule, edge_rules, FRAME,
               "objects at the image's edge: frame = what it cuts is counted at the top and left, not at the "
               "bottom and right (unbiased); middle = counted is what has its middle guard_percent inside "
               "(unbiased, also where a rest that an edge leaves is hardly seen); all = counted; "
               "exclude_border = what it cuts is not counted"),
    STM_REAL(knobs, guard_percent, "%", 0, 40, 3,
             "edge_rule middle: distance of the counting frame to all edges, of the image's shorter side"),
    {0},
};

enum { COUNTED_AREA, COUNTED_AREA_MM2, SITE_COLUMNS };
static const struct stm_measure site_columns[SITE_COLUMNS + 1] = {
    [COUNTED_AREA] =
        {"Counted_Area", "px", 0,
         "where objects are counted: the counting frame, less Confluence_Excluded where there is "
         "that column"},
    [COUNTED_AREA_MM2] = {"Counted_Area_mm2", "mm2", 5,
                          "Counted_Area * pixel size squared; empty when the pixel size is unknown"},
};

/* guard: pixels along each edge that middles of objects keep to. */
struct frame {
    int guard, w, h;
};

static struct frame frame_of(const struct knobs *k, const struct stm_geometry *geo)
{
    const int shorter = geo->width < geo->height ? geo->width : geo->height,
              guard = k->edge_rule == MIDDLE ? (int)(shorter * k->guard_percent / 100 + 0.5) : 0;
    return (struct frame){guard, geo->width, geo->height};
}

/* Whether a place, as it is printed, is between guard and size - guard; pixel 0 reaches from -1/2 to 1/2. */
static bool inside(double place, int guard, int size)
{
    const double printed = floor(place * 1000 + 0.5) / 1000 + 0.5;
    return printed >= guard && printed < size - guard;
}

static bool is_counted(const struct stm_object *o, int rule, const struct frame *f)
{
    const bool top_left = o->x0 == 0 || o->y0 == 0, bottom_right = o->x1 == f->w || o->y1 == f->h;
    if (rule == MIDDLE) return inside(o->cx, f->guard, f->w) && inside(o->cy, f->guard, f->h);
    return rule == ALL || !(bottom_right || (rule == EXCLUDE_BORDER && top_left));
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct knobs *const k = env->params;
    const struct frame f = frame_of(k, &site->geo);
    const double um = site->geo.pixel_um, all = (double)(f.w - 2 * f.guard) * (f.h - 2 * f.guard);
    double *const value = site->site_values + env->site_first;
    (void)err;
    value[COUNTED_AREA] = floor(all * (1 - site->confluence.excluded / 100) + 0.5);
    value[COUNTED_AREA_MM2] = value[COUNTED_AREA] * um * um * 1e-6;
    for (int i = 0; i < site->n_objects; i++)
        site->objects[i].counted = is_counted(&site->objects[i], k->edge_rule, &f);
    return true;
}

const struct stm_stage stm_stage_frame = {
    .name = "frame",
    .summary = "which objects count, and in which part of the field",
    .reads = STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .site_columns = site_columns,
    .run = run,
};
