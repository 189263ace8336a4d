/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage nuclei of assay adherent: stained nuclei, imaged beside the cells in transmitted light. The method is
 * that of assay fluorescence (pipeline/nuclei). */
#include "pipeline/cells/twins.h"
#include "pipeline/nuclei/in_site.h"
#include "pipeline/stage.h"

struct knobs {
    int method;
    double nucleus_um, least_um, greatest_um, twin_um;
};

static const struct stm_param params[] = {
    STM_CHOICE(
        knobs, method, stm_nuclei_methods, STM_NUCLEI_NET,
        "by levels of light, by a neural network, or by one threshold for the whole field (docs/nuclei.md)"),
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

static struct stm_nuclei_sizes sizes_of(const struct knobs *k)
{
    return (struct stm_nuclei_sizes){k->nucleus_um, k->least_um, k->greatest_um};
}

static bool check(const void *params_, const struct stm_geometry *geo, struct stm_error *err)
{
    const struct stm_nuclei_sizes sizes = sizes_of(params_);
    return stm_nuclei_check_sizes(&sizes, geo, err);
}

static size_t scratch_bytes(const void *params_, const struct stm_geometry *geo)
{
    const struct knobs *const k = params_;
    const size_t find = stm_nuclei_find_in_site_scratch(k->method, geo),
                 twins = stm_cells_twins_bytes((size_t)geo->width * (size_t)geo->height / 16 + 256);
    return find > twins ? find : twins;
}

static bool find(struct stm_nuclei *found, struct stm_site *site, const struct stm_stage_env *env,
                 struct stm_error *err)
{
    const struct knobs *const k = env->params;
    const struct stm_nuclei_sizes sizes = sizes_of(k);
    struct stm_nuclei_options options = {
        .sensitivity = 0.5, .boundary = 0.45, .polarity = STM_POLARITY_AUTO, .declump = true};
    stm_nuclei_set_sizes(&options, &sizes, &site->geo);
    return stm_nuclei_find_in_site(found, site, k->method, &options, env, err);
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
    double *const value = site->site_values + env->site_first;
    struct stm_nuclei found;
    if (!find(&found, site, env, err)) return false;
    keep(site, &found);
    if (!find_twins(site, &found, env, err)) return false;
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
