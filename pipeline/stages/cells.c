/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the cells of a suspension, one by one, and the grid they lie on. The method is in pipeline/chamber.
 */
#include "pipeline/chamber/cells.h"
#include "pipeline/chamber/geometry.h"
#include "pipeline/chamber/squares.h"
#include "pipeline/chamber/typical.h"
#include "pipeline/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct knobs {
    int chamber, squares;
    double spacing_um, cell_um, noise, dark, bright, neck;
};

static const struct stm_param params[] = {
    STM_CHOICE(knobs, chamber, stm_counting_chamber_names, 0, "which counting chamber: its lines and depth"),
    STM_CHOICE(knobs, squares, stm_square_names, 0,
               "what is counted: all that is visible, or whole squares of the chamber that bear this name"),
    STM_REAL(knobs, spacing_um, "um", 0, 10000, 0,
             "distance of neighbouring grid lines; 0 = that of the chamber which fits the size of the cells"),
    STM_REAL(
        knobs, cell_um, "um", 1, 200, 15,
        "diameter of a usual cell, to within a factor of 2: tells one ruling of the chamber from another"),
    STM_REAL(knobs, noise, "", 1, 50, 6,
             "something differs from the chamber by this multiple of the noise, within the next two"),
    STM_REAL(knobs, dark, "", 0.01, 0.9, 0.06,
             "least darkening that is something, part of the chamber's light"),
    STM_REAL(knobs, bright, "", 0.01, 5, 0.1,
             "least brightening that is something, part of the chamber's light"),
    STM_REAL(knobs, neck, "", 0.3, 1, 0.93,
             "touching cells are cut apart where they narrow to this part of the thinner one"),
    {0},
};

static const struct stm_measure object_columns[] = {
    {"Cell_Diameter", "px", 2, "of the disc with the same area"},
    {"Cell_Diameter_um", "um", 2, "the same in micrometres; empty without a pixel size"},
    {"Cell_AxisRatio", "", 3, "shorter over longer axis of the ellipse with the same second moments"},
    {"Cell_Mean", "", 3, "mean light over the empty chamber's, minus 1"},
    {"Cell_Contrast", "", 3, "deviation of the light in the cell, over the empty chamber's"},
    {"Cell_Peak", "", 3, "greatest light over the empty chamber's, minus 1: the focus of a live cell's lens"},
    {"Cell_Headroom", "", 3,
     "how much brighter than the empty chamber a pixel can be here before it saturates"},
    {"Cell_Dip", "", 3, "least light over the empty chamber's, minus 1: the rim"},
    {"Cell_Core", "", 3, "mean light of the inner half over the empty chamber's, minus 1"},
    {"Cell_Rim", "", 3, "the same of the outer half"},
    {"Cell_Blur", "px", 2, "deviation of a blur that makes edges as soft as the cell's sharpest ones are"},
    {"Cell_Steepness", "1/px", 4, "mean change of light from pixel to pixel: focus"},
    {"Cell_Dye", "", 3, "optical density of the inner half in red light minus that in blue light"},
    {"Cell_Density", "", 3, "optical density of the inner half, mean of the colours"},
    {"Cell_Cut", "", 0, "1: cut by the edge of the picture or of what is visible"},
    {"Cell_InClump", "", 0, "1: touched another cell and was cut apart from it"},
    {"Cell_OnLines", "", 2, "part of its box that lies on grid lines of one direction, the more of the two"},
    {"Cell_OnCross", "", 2, "the same of the other direction"},
    {"Cell_Square", "", 0,
     "number of the counted square it belongs to, row by row; 0 = none; empty when all that is visible "
     "counts"},
    {"Cell_SquarePart", "", 0, "sixteenth of that square, row by row"},
    {0},
};

static const struct stm_measure site_columns[] = {
    {"Chamber_Pitch", "px", 2, "distance of neighbouring grid lines; empty when no grid is seen"},
    {"Chamber_PitchX", "px", 2, "the same from lines along y"},
    {"Chamber_PitchY", "px", 2, "the same from lines along x"},
    {"Chamber_Spacing_um", "um", 0, "what that distance is taken to be"},
    {"Chamber_Pixel_um", "um", 4, "Chamber_Spacing_um / Chamber_Pitch"},
    {"Chamber_PixelError", "%", 2,
     "standard error of Chamber_Pixel_um, from how much gaps of the grid differ"},
    {"Chamber_Visible", "px", 0, "pixels in which cells can be seen"},
    {"Chamber_Area_mm2", "mm2", 5, "area in which cells are counted: theirs, or that of the counted squares"},
    {"Chamber_Depth_um", "um", 1, "depth of the chamber named in the protocol"},
    {"Chamber_Noise", "%", 2, "deviation of a pixel of the empty chamber, of its light, after smoothing"},
    {"Chamber_Chroma", "%", 2, "deviation of red over blue from pixel to pixel; 0 = a grey picture"},
    {"Cells_Diameter", "px", 2, "of the usual cell: median, weighted by area and contrast"},
    {"Cells_Candidates", "", 0, "objects found, debris included"},
    {"Squares_Counted", "", 0, "whole squares named by cells.squares; empty when all that is visible counts"},
    {0},
};
enum {
    PITCH,
    PITCH_X,
    PITCH_Y,
    SPACING,
    PIXEL,
    PIXEL_ERROR,
    VISIBLE,
    AREA,
    DEPTH,
    NOISE,
    CHROMA,
    DIAMETER,
    CANDIDATES,
    SQUARES
};
enum { ON_LINES = 16, ON_CROSS, CELL_SQUARE, CELL_PART }; /* object columns */

static size_t scratch_bytes(const void *p, const struct stm_geometry *geo)
{
    (void)p;
    const int w = geo->width, h = geo->height;
    const size_t look = stm_chamber_scratch(w, h), find = stm_cells_scratch(w, h);
    return stm_arena_cost(((size_t)w + 64) * (size_t)h * 2) + stm_chamber_kept(w, h) +
           (look > find ? look : find) + stm_typical_scratch(w, h);
}

/* The colours of a colour picture, or the one channel seen by transmitted light. */
static int list_planes(const struct stm_site *site, struct stm_cu16 planes[3], int *bits)
{
    static const enum stm_role colour[] = {STM_ROLE_RED, STM_ROLE_GREEN, STM_ROLE_BLUE},
                               grey[] = {STM_ROLE_BRIGHTFIELD, STM_ROLE_PHASE, STM_ROLE_STAIN};
    int n = 0;
    *bits = 8;
    for (int i = 0; i < 3; i++) {
        const int c = stm_site_channel(site, colour[i]);
        if (c < 0) break;
        planes[n++] = (struct stm_cu16)STM_CONST(site->plane[c]);
        *bits = site->row.channel[c].true_bits > *bits ? site->row.channel[c].true_bits : *bits;
    }
    if (n == 3) return n;
    for (int i = 0; i < 3; i++) {
        const int c = stm_site_channel(site, grey[i]);
        if (c < 0) continue;
        planes[0] = (struct stm_cu16)STM_CONST(site->plane[c]);
        *bits = site->row.channel[c].true_bits > *bits ? site->row.channel[c].true_bits : *bits;
        return 1;
    }
    return 0;
}

/* The grid gives the size of a pixel where nothing else does; where both are known they must agree. */
static void set_scale(struct stm_site *site, const struct knobs *k, const struct stm_chamber *chamber,
                      double diameter, double *value)
{
    const struct stm_counting_chamber *const kind = &stm_counting_chambers[k->chamber];
    const double spacing =
        k->spacing_um > 0 ? k->spacing_um : stm_chamber_spacing(kind, chamber->pitch, diameter, k->cell_um);
    value[DEPTH] = kind->depth_um;
    if (isnan(chamber->pitch) || !(spacing > 0)) return;
    const struct stm_ruling *const r = chamber->ruling;
    const double gaps = r[0].gaps + r[1].gaps, spread = r[0].gaps >= r[1].gaps ? r[0].spread : r[1].spread;
    value[SPACING] = spacing;
    value[PIXEL] = spacing / chamber->pitch;
    value[PIXEL_ERROR] = 100 * spread / sqrt(gaps > 1 ? gaps : 1);
    if (isnan(site->geo.pixel_um)) {
        site->geo.pixel_um = site->row.pixel_um = value[PIXEL];
    } else if (fabs(value[PIXEL] / site->geo.pixel_um - 1) > 0.05)
        stm_row_flag(&site->row, STM_VERDICT_WARN,
                     "the grid says that a pixel is %.3f um, the file or the protocol %.3f um: check "
                     "cells.chamber, cells.spacing_um and the pixel size",
                     value[PIXEL], site->geo.pixel_um);
}

static bool check(const void *p, const struct stm_geometry *geo, struct stm_error *err)
{
    const struct knobs *const k = p;
    const struct stm_counting_chamber *const kind = &stm_counting_chambers[k->chamber];
    (void)geo;
    if (!k->squares || stm_chamber_square(kind, stm_square_names[k->squares])) return true;
    char known[128] = "visible";
    for (int i = 0; i < STM_NAMED && kind->square[i].name; i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, ", %s", kind->square[i].name);
    }
    return stm_fail(err, STM_USAGE, "a chamber %s has no squares called %s; cells.squares can be %s",
                    kind->name, stm_square_names[k->squares], known);
}

/* Counts in whole squares of the grid: their area is as engraved, whatever the pixel size is. */
static void find_squares(struct stm_site *site, const struct knobs *k, const struct stm_chamber *chamber,
                         double *value, struct stm_squares *squares)
{
    const char *const name = stm_square_names[k->squares];
    const struct stm_named_square *const named = stm_chamber_square(&stm_counting_chambers[k->chamber], name);
    squares->n = 0;
    if (!k->squares || !named) return;
    if (value[SPACING] > 0) stm_squares_find(squares, chamber, named, chamber->pitch / value[SPACING]);
    value[SQUARES] = squares->n;
    value[AREA] = squares->n * named->side_um * named->side_um * 1e-6;
    if (isnan(value[SPACING]))
        stm_row_flag(&site->row, STM_VERDICT_REJECTED,
                     "cells are to be counted in %s squares (cells.squares), but no grid is seen", name);
    else if (!squares->n)
        stm_row_flag(&site->row, STM_VERDICT_REJECTED,
                     "no %s square is whole in the picture, with both of its borders (cells.squares)", name);
}

/* Part of [from, to) that is line, in the row or column `along`. */
static double on_lines(const struct stm_tracks *t, double along, int from, int to)
{
    double on = 0;
    for (int i = 0; i < t->n; i++) {
        const double at = stm_track_at(t, i, along) + 0.5, half = t->track[i].extent / 2;
        const double a = at - half > from ? at - half : from, b = at + half < to ? at + half : to;
        on += b > a ? b - a : 0;
    }
    return on < to - from ? on / (to - from) : 1;
}

static void look_for_lines(double *v, const struct stm_object *o, const struct stm_chamber *chamber)
{
    const double x = on_lines(&chamber->tracks[0], o->cy, o->x0, o->x1),
                 y = on_lines(&chamber->tracks[1], o->cx, o->y0, o->y1);
    v[ON_LINES] = x > y ? x : y;
    v[ON_CROSS] = x > y ? y : x;
}

static void place_in_squares(double *v, const struct stm_object *o, const struct stm_squares *squares,
                             const struct stm_chamber *chamber)
{
    int part;
    v[CELL_SQUARE] = stm_squares_of(squares, chamber, o->x1, o->y1, &part);
    v[CELL_PART] = part;
}

static void fill_object(double *v, const struct stm_cell *c, double pixel_um)
{
    const double values[] = {c->diameter, c->diameter * pixel_um,
                             c->axes,     c->mean,
                             c->contrast, c->peak,
                             c->headroom, c->dip,
                             c->core,     c->rim,
                             c->blur,     c->slope,
                             c->dye,      c->neutral,
                             c->cut,      c->clumped};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        v[i] = values[i];
}

static bool take_objects(struct stm_site *site, const struct stm_cells *found,
                         const struct stm_chamber *chamber, const struct stm_squares *squares,
                         const struct stm_stage_env *env, struct stm_error *err)
{
    const size_t columns = (size_t)env->object_columns->n, n = columns * (size_t)found->objects;
    site->segments = found->segment;
    site->n_segments = found->segments;
    site->objects = found->object;
    site->n_objects = found->objects;
    site->object_values = stm_arena_take(site->arena, n * sizeof(double) + 1, "the columns of cells", err);
    if (!site->object_values) return false;
    for (size_t i = 0; i < n; i++)
        site->object_values[i] = NAN;
    for (int i = 0; i < found->objects; i++) {
        struct stm_object *const o = &found->object[i];
        o->counted = o->x1 < site->geo.width && o->y1 < site->geo.height;
        double *const v = site->object_values + columns * (size_t)i + env->object_first;
        fill_object(v, &found->cell[i], site->geo.pixel_um);
        look_for_lines(v, o, chamber);
        if (((const struct knobs *)env->params)->squares) place_in_squares(v, o, squares, chamber);
    }
    return true;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct knobs *const k = env->params;
    double *const value = site->site_values + env->site_first;
    const int w = site->geo.width, h = site->geo.height;
    const ptrdiff_t stride = ((ptrdiff_t)w + 31) / 32 * 32;
    const struct stm_cells_options options = {k->noise, k->dark, k->bright, k->neck};
    struct stm_cu16 planes[3];
    struct stm_chamber chamber = {.light = {NULL, stride, w, h}};
    struct stm_cells found;
    int bits;
    const int n = list_planes(site, planes, &bits);
    if (!n) return stm_fail(err, STM_BAD_INPUT, "there is no picture by transmitted light");
    chamber.light.px = stm_arena_take(env->scratch, (size_t)stride * (size_t)h * 2, "the light", err);
    if (!chamber.light.px ||
        !stm_chamber_look(&chamber, planes, n, bits, env->kernels, env->scratch, env->scratch, err) ||
        !stm_cells_find(&found, site->labels, &chamber, planes, env->kernels, &options, env->scratch,
                        site->arena, err))
        return false;
    if (found.crowded)
        stm_row_flag(&site->row, STM_VERDICT_REJECTED, "the picture is texture all over, no cells in it");
    struct stm_typical usual;
    if (!stm_typical_of(&usual, found.cell, found.objects, env->scratch, err)) return false;
    value[PITCH] = chamber.pitch;
    value[PITCH_X] = chamber.ruling[0].pitch;
    value[PITCH_Y] = chamber.ruling[1].pitch;
    set_scale(site, k, &chamber, usual.diameter, value);
    value[VISIBLE] = chamber.visible;
    value[AREA] = chamber.visible * site->geo.pixel_um * site->geo.pixel_um * 1e-6;
    value[CHROMA] = 100 * chamber.chroma;
    value[NOISE] = 100 * chamber.noise;
    value[DIAMETER] = usual.diameter;
    value[CANDIDATES] = found.objects;
    struct stm_squares squares;
    find_squares(site, k, &chamber, value, &squares);
    return take_objects(site, &found, &chamber, &squares, env, err);
}

const struct stm_stage stm_stage_cells = {
    .name = "cells",
    .summary = "find the cells of a suspension, one by one, and the grid of the chamber",
    .reads = STM_SLOT_RAW,
    /* Light is made even inside; the planes stay as they were read, and may be measured. */
    .writes = STM_SLOT_FLAT | STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .object_columns = object_columns,
    .site_columns = site_columns,
    .check = check,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
