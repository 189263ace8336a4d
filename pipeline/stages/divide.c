/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage segment of assay adherent: which part of a field cells cover, and which cells, one by one. The
 * methods are in pipeline/cells; what follows them is common to all. */
#include "kernels/label_row.h"
#include "kernels/runs.h"
#include "pipeline/cells/cells.h"
#include "pipeline/cells/foreground.h"
#include "pipeline/core/text.h"
#include "pipeline/stage.h"
#include "pipeline/stages/features/groups.h"

#include <math.h>
#include <string.h>

static const char *const methods[] = {"classical", "net", NULL};
enum method { CLASSICAL, NET };
static const char *const weights[] = {"auto", "general", "phase", NULL}; /* enum stm_cells_weights */
static const char *const contrasts[] = {"auto", "positive", "negative", "texture", NULL};

struct knobs {
    int method, weights, networks, contrast;
    double cell_um, sharpness, least_sharpness, least_um2, patch_um2, texture_percent, neck,
        uncertainty_percent;
};

static const struct stm_param params[] = {
    STM_CHOICE(knobs, method, methods, NET,
               "by contrast, texture and necks, or by a neural network (docs/adherent.md)"),
    STM_CHOICE(
        knobs, weights, weights, STM_WEIGHTS_AUTO,
        "net: trained on clear phase contrast alone (phase) or on all kinds of images (general); auto = "
        "as the image looks"),
    STM_INT(knobs, networks, "", 1, 2, 2,
            "net: asked about each image; two are more accurate, one is faster"),
    STM_REAL(knobs, cell_um, "um", 0, 1000, 0,
             "net: diameter of a disc as large as the usual cell; 0 = found in each image"),
    STM_REAL(knobs, sharpness, "", 0, 1, 0.45,
             "net: where the network is less decided (Segment_Sharpness), the field is said to be doubtful"),
    STM_REAL(knobs, least_sharpness, "", 0, 1, 0.15,
             "net: where it is less decided than that, the classical method is used, which is said, too"),
    STM_REAL(knobs, least_um2, "um2", 1, 100000, 120,
             "smaller parts, or below a fifth of the usual cell, belong to their neighbour"),
    STM_CHOICE(
        knobs, contrast, contrasts, STM_CONTRAST_AUTO,
        "classical: phase contrast with dark cells (positive) or bright ones (negative), or whatever is not "
        "smooth (texture); auto = texture for brightfield, else as the halos are"),
    STM_REAL(knobs, texture_percent, "%", 0.1, 50, 2.2,
             "classical: bare surface varies less than this, of its light, over 6 um; noise is added to it"),
    STM_REAL(knobs, patch_um2, "um2", 1, 100000, 120, "classical: smaller covered patches are dirt"),
    STM_REAL(knobs, neck, "", 0.05, 0.95, 0.55,
             "classical: what is joined by a passage wider than this part of the narrower side is one cell"),
    STM_REAL(knobs, uncertainty_percent, "%", 0, 80, 20,
             "classical: uncertainty of all thresholds that Confluence_Low and Confluence_High come from"),
    {0},
};

enum { CELLS, BY_NET, BY_PHASE_NET, SHARPNESS, DIAMETER, COLUMNS };
static const struct stm_measure columns[COLUMNS + 1] = {
    [CELLS] = {"Segment_Cells", "", 0, "cells found, whether cut by an edge or not"},
    [BY_NET] = {"Segment_ByNet", "", 0, "1 = cells were found by the network, 0 = by the classical method"},
    [BY_PHASE_NET] = {"Segment_ByPhaseNet", "", 0,
                      "1 = the network's weights were those for clear phase contrast, 0 = the general ones"},
    [SHARPNESS] =
        {"Segment_Sharpness", "", 3,
         "how decided the network was, also where it was not followed: part with log odds above 1 of "
         "what has log odds above -1"},
    [DIAMETER] = {"Segment_Diameter", "px", 1,
                  "equivalent diameter of the usual cell where the network found the cells"},
};

static int channel_of(const struct stm_site *site)
{
    const int phase = stm_site_channel(site, STM_ROLE_PHASE);
    return phase >= 0 ? phase : stm_site_channel(site, STM_ROLE_BRIGHTFIELD);
}

static bool check(const void *params_, const struct stm_geometry *geo, struct stm_error *err)
{
    const struct knobs *const k = params_;
    if (geo->pixel_um > 0 || !(k->cell_um > 0)) return true;
    return stm_fail(err, STM_USAGE,
                    "cell_um is %g um, but the size of a pixel is not known; add --pixel-size", k->cell_um);
}

static size_t scratch_bytes(const void *params_, const struct stm_geometry *geo)
{
    const struct knobs *const k = params_;
    const size_t classical = stm_cells_classical_bytes(geo->width, geo->height, geo->pixel_um),
                 net = k->method == NET ? stm_cells_by_net_bytes(geo->width, geo->height, geo->pixel_um) : 0;
    const size_t px = (size_t)geo->width * (size_t)geo->height, numbers = stm_arena_cost((px / 4 + 256) * 4),
                 nuclei = geo->channels > 1 ? stm_arena_cost(px * 4) : 0;
    return (classical > net ? classical : net) + numbers + nuclei;
}

/* Numbers in raster order of the first pixel; those of cells that are gone are not used. Returns how many;
 * *runs: how many runs they have. */
static int renumber(struct stm_u32 labels, uint32_t *number, uint32_t n, size_t *runs)
{
    uint32_t next = 0;
    memset(number, 0, ((size_t)n + 1) * sizeof *number);
    *runs = 0;
    for (int y = 0; y < labels.h; y++) {
        uint32_t *row = labels.px + y * labels.stride;
        for (int x = 0, end; x < labels.w; x = end) {
            const uint32_t old = row[x];
            end = stm_label_run_end(row, x, labels.w);
            if (!old) continue;
            ++*runs;
            if (!number[old]) number[old] = ++next;
            for (int i = x; i < end; i++)
                row[i] = number[old];
        }
    }
    return (int)next;
}

static void grow_box(struct stm_object *o, const struct stm_segment *s)
{
    o->x0 = s->x0 < o->x0 ? s->x0 : o->x0;
    o->x1 = s->x1 > o->x1 ? s->x1 : o->x1;
    o->y0 = s->y < o->y0 ? s->y : o->y0;
    o->y1 = s->y + 1;
}

static bool list_objects(struct stm_site *site, int n, size_t runs, struct stm_error *err)
{
    const struct stm_cu32 labels = STM_CONST(site->labels);
    site->segments = stm_arena_take(site->arena, (runs + 1) * sizeof *site->segments, "runs of cells", err);
    site->objects = stm_arena_take(site->arena, ((size_t)n + 1) * sizeof *site->objects, "cells", err);
    if (!site->segments || !site->objects) return false;
    site->n_segments = stm_label_runs(site->segments, runs, labels, 0, 0);
    site->n_objects = n;
    for (int i = 0; i < n; i++)
        site->objects[i] =
            (struct stm_object){.number = (uint32_t)i + 1, .x0 = site->geo.width, .y0 = site->geo.height};
    for (size_t i = 0; i < site->n_segments; i++)
        grow_box(&site->objects[site->segments[i].label - 1], &site->segments[i]);
    return true;
}

/* Numbers change on the way: number[] has the new one of each. */
static void mark_rounded(struct stm_site *site, const struct stm_cells *cells, const uint32_t *number)
{
    for (uint32_t i = 1; i <= cells->n; i++)
        if (number[i] && cells->rounded[i]) site->objects[number[i] - 1].class = STM_CLASS_ROUNDED;
}

/* The nuclei that an earlier stage found, as an image in scratch; none where none are imaged. */
static bool paint_nuclei(struct stm_cells_options *o, const struct stm_site *site, struct stm_arena *scratch,
                         struct stm_error *err)
{
    const int w = site->geo.width, h = site->geo.height;
    const size_t px = (size_t)w * (size_t)h;
    if (!site->nuclei) return true;
    const struct stm_u32 image = {stm_arena_take(scratch, px * sizeof *image.px, "nuclei", err), w, w, h};
    if (!image.px) return false;
    memset(image.px, 0, px * sizeof *image.px);
    stm_runs_paint(image, 0, 0, site->nuclei, site->n_nuclei);
    o->nuclei = (struct stm_cu32)STM_CONST(image);
    o->n_nuclei = site->nucleus_count;
    o->twin = site->twin;
    return true;
}

/* Says so where the network is undecided; whether so much that it is not followed. */
static bool doubted(struct stm_site *site, double sharpness, const struct knobs *k)
{
    if (sharpness >= k->sharpness) return false;
    const bool left = sharpness < k->least_sharpness;
    stm_row_flag(&site->row, STM_VERDICT_WARN,
                 "unlike the images the network knows (sharpness %.2f, at least %.2f is usual): %s",
                 sharpness, k->sharpness,
                 left ? "cells found by the classical method, do not rely on their count"
                      : "look at the overlay before relying on the count");
    return left;
}

/* The network first, unless it is not wanted; where it is undecided, the classical method after it. */
static bool find(struct stm_cells *cells, struct stm_site *site, int c, const struct stm_stage_env *env,
                 struct stm_error *err)
{
    const struct knobs *k = env->params;
    const bool brightfield = site->row.channel[c].role == STM_ROLE_BRIGHTFIELD;
    struct stm_cells_options options = {
        .contrast = k->contrast == STM_CONTRAST_AUTO && brightfield ? STM_CONTRAST_TEXTURE : k->contrast,
        .texture_percent = k->texture_percent,
        .patch_um2 = k->patch_um2,
        .spread = k->uncertainty_percent / 100,
        .neck = k->neck,
        .least_um2 = k->least_um2,
        .cell_um = k->cell_um,
        .weights = k->weights,
        .networks = k->networks};
    if (!paint_nuclei(&options, site, env->scratch, err)) return false;
    const struct stm_cu16 plane = STM_CONST(site->plane[c]);
    const size_t mark = stm_arena_mark(env->scratch);
    double *const value = site->site_values + env->site_first, pixel_um = site->geo.pixel_um;
    value[BY_NET] = k->method == NET;
    if (k->method == NET) {
        if (!stm_cells_by_net(cells, plane, pixel_um, &options, env->kernels, env->scratch, err))
            return false;
        value[BY_PHASE_NET] = cells->phase;
        value[SHARPNESS] = cells->sharpness;
        value[DIAMETER] = cells->usual_px;
        if (!cells->n || !doubted(site, cells->sharpness, k)) return true;
        value[BY_NET] = 0;
    }
    stm_arena_reset(env->scratch, mark);
    return stm_cells_classical(cells, plane, pixel_um, &options, env->kernels, env->scratch, err);
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    struct stm_cells cells = {.labels = site->labels, .mask = site->mask};
    const int c = channel_of(site);
    if (c < 0) return stm_fail(err, STM_BAD_INPUT, "the image by transmitted light is missing");
    if (!find(&cells, site, c, env, err)) return false;
    site->confluence = cells.confluence;
    uint32_t *number = stm_arena_take(env->scratch, ((size_t)cells.n + 1) * sizeof *number, "numbers", err);
    if (!number) return false;
    size_t runs;
    const int found = renumber(site->labels, number, cells.n, &runs);
    site->site_values[env->site_first + CELLS] = found;
    if (!list_objects(site, found, runs, err)) return false;
    mark_rounded(site, &cells, number);
    return true;
}

/* Fields whose cells were found with each of the network's sets of weights. */
struct tally {
    int phase, general;
};

static void tally(struct tally *t, const double *value)
{
    if (!(value[BY_NET] > 0)) return;
    t->phase += value[BY_PHASE_NET] > 0;
    t->general += !(value[BY_PHASE_NET] > 0);
}

static void note(const struct stm_site *site, const struct stm_stage_env *env)
{
    tally(env->plate, site->site_values + env->site_first);
}

static bool conclude(const struct stm_stage_env *env, struct stm_error *err)
{
    const struct tally *t = env->plate;
    (void)err;
    if (t->phase && t->general && env->notes)
        stm_string_addf(env->notes,
                        "%d of %d fields of view look like clear phase contrast, and their cells were found "
                        "with the weights made for it, the others with the general ones; to compare wells, "
                        "set segment.weights to phase or general\n",
                        t->phase, t->phase + t->general);
    return true;
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    struct tally t = {0};
    (void)err;
    for (int i = 0; i < well->n_sites; i++)
        tally(&t, well->sites[i].values + env->site_first);
    if (t.phase && t.general)
        stm_groups_flag(&well->row,
                        "cells of %d of %d fields of view were found with the weights for clear phase "
                        "contrast, the others with the general ones",
                        t.phase, t.phase + t.general);
    return true;
}

const struct stm_stage stm_stage_divide = {
    .name = "segment",
    .summary = "find adherent cells, one by one, and what they cover",
    .reads = STM_SLOT_RAW | STM_SLOT_FLAT,
    .writes = STM_SLOT_FOREGROUND | STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .site_columns = columns,
    .plate_bytes = sizeof(struct tally),
    .check = check,
    .scratch_bytes = scratch_bytes,
    .run = run,
    .note = note,
    .conclude = conclude,
    .well = well,
};
