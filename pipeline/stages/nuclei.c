/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage nuclei of assay adherent: stained nuclei, imaged beside the cells in transmitted light. The method is
 * that of assay fluorescence (pipeline/nuclei). */
#include "pipeline/cells/twins.h"
#include "pipeline/nuclei/by_net.h"
#include "pipeline/stage.h"

#include <math.h>

static const char *const methods[] = {"classical", "net", NULL};
enum method { CLASSICAL, NET };

struct knobs {
    int method;
    double nucleus_um, least_um, greatest_um, twin_um;
};

static const struct stm_param params[] = {
    STM_CHOICE(knobs, method, methods, NET,
               "by levels of light, or by a neural network, as in assay fluorescence (docs/nuclei.md)"),
    STM_REAL(knobs, nucleus_um, "um", 0, 1000, 0, "diameter of a usual nucleus; 0 = found in each image"),
    STM_REAL(knobs, least_um, "um", 0, 1000, 0,
             "smaller is debris (equivalent diameter); 0 = judged by what is usual in the image"),
    STM_REAL(knobs, greatest_um, "um", 0, 1000, 0, "larger is debris (equivalent diameter); 0 = no limit"),
    STM_REAL(knobs, twin_um, "um", 0, 20, 2,
             "two nuclei in one body whose outlines are at most this far apart are one binucleate cell; 0 = "
             "only when they touch"),
    {0},
};

enum { FOUND, DEBRIS, DIAMETER, COLUMNS };
static const struct stm_measure columns[COLUMNS + 1] = {
    [FOUND] = {"Nuclei_Found", "", 0, "nuclei found, whether in a cell or not, cut by an edge or not"},
    [DEBRIS] = {"Nuclei_Debris", "", 0, "candidates that are too small, too faint or too blurred for nuclei"},
    [DIAMETER] = {"Nuclei_Diameter", "px", 1, "equivalent diameter of the usual nucleus"},
};

static bool check(const void *params_, const struct stm_geometry *geo, struct stm_error *err)
{
    const struct knobs *const k = params_;
    if (k->greatest_um > 0 && k->greatest_um <= k->least_um)
        return stm_fail(err, STM_USAGE, "greatest_um (%g) is not above least_um (%g)", k->greatest_um,
                        k->least_um);
    if (!isnan(geo->pixel_um) || !(k->nucleus_um > 0 || k->least_um > 0 || k->greatest_um > 0)) return true;
    return stm_fail(err, STM_USAGE,
                    "diameters are given in um, but the size of a pixel is not known; add --pixel-size");
}

static size_t scratch_bytes(const void *params_, const struct stm_geometry *geo)
{
    const struct knobs *const k = params_;
    const size_t find = k->method == NET ? stm_nuclei_by_net_scratch(geo->width, geo->height)
                                         : stm_nuclei_scratch(geo->width, geo->height),
                 twins = stm_cells_twins_bytes((size_t)geo->width * (size_t)geo->height / 16 + 256);
    return find > twins ? find : twins;
}

static bool find(struct stm_nuclei *found, struct stm_site *site, int channel,
                 const struct stm_stage_env *env, struct stm_error *err)
{
    const struct knobs *const k = env->params;
    const double scale = site->geo.pixel_um > 0 ? 1 / site->geo.pixel_um : 0;
    const struct stm_nuclei_options options = {.diameter_px = k->nucleus_um * scale,
                                               .least_px = k->least_um * scale,
                                               .greatest_px = k->greatest_um * scale,
                                               .sensitivity = 0.5,
                                               .boundary = 0.45,
                                               .polarity = STM_POLARITY_AUTO,
                                               .declump = true};
    const struct stm_cu16 plane = STM_CONST(site->plane[channel]);
    if (k->method == NET)
        return stm_nuclei_find_by_net(found, site->labels, plane, env->kernels, &options, site->geo.pixel_um,
                                      env->scratch, site->arena, err);
    return stm_nuclei_find(found, site->labels, plane, env->kernels, &options, env->scratch, site->arena,
                           err);
}

/* Nuclei without debris, which has the last numbers. */
static void keep(struct stm_site *site, const struct stm_nuclei *found)
{
    site->nuclei = found->segment;
    site->n_nuclei = 0;
    site->nucleus_count = (uint32_t)(found->objects - found->debris);
    for (size_t i = 0; i < found->segments; i++)
        if (found->segment[i].label <= site->nucleus_count)
            site->nuclei[site->n_nuclei++] = found->segment[i];
}

/* Where no pixel size is known, as if a nucleus were as large as usual ones are. */
static const double usual_um = 15;

static bool find_twins(struct stm_site *site, const struct stm_nuclei *found, const struct stm_stage_env *env,
                       struct stm_error *err)
{
    const struct knobs *const k = env->params;
    const double um = site->geo.pixel_um > 0 ? site->geo.pixel_um : usual_um / found->diameter_px;
    site->twin = stm_arena_take(site->arena, ((size_t)site->nucleus_count + 1) * sizeof *site->twin,
                                "pairs of nuclei", err);
    if (!site->twin) return false;
    return stm_cells_twins(site->twin, (struct stm_cu32)STM_CONST(site->labels), site->nucleus_count,
                           um > 0 ? k->twin_um / um : 0, env->scratch, err);
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const int c = stm_site_channel(site, STM_ROLE_NUCLEI);
    double *const value = site->site_values + env->site_first;
    struct stm_nuclei found;
    if (c < 0) return stm_fail(err, STM_BAD_INPUT, "the image of the nuclei is missing");
    if (!find(&found, site, c, env, err)) return false;
    keep(site, &found);
    if (!find_twins(site, &found, env, err)) return false;
    if (found.crowded)
        stm_row_flag(&site->row, STM_VERDICT_REJECTED,
                     "the nuclei channel is texture all over, no nuclei in it");
    value[FOUND] = site->nucleus_count;
    value[DEBRIS] = found.debris;
    value[DIAMETER] = found.diameter_px;
    return true;
}

const struct stm_stage stm_stage_nuclei = {
    .name = "nuclei",
    .summary = "find stained nuclei beside cells that are not stained",
    .roles = 1u << STM_ROLE_NUCLEI,
    .unsaid = true,
    .reads = STM_SLOT_RAW | STM_SLOT_FLAT,
    .writes = STM_SLOT_NUCLEI | STM_SLOT_LABELS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .site_columns = columns,
    .check = check,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
