/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the nuclei of a field. The method is in pipeline/nuclei. */
#include "pipeline/nuclei/in_site.h"
#include "pipeline/stage.h"

static const char *const polarities[] = {"auto", "bright", "dark", NULL};

struct segment {
    double nucleus_um, least_um, greatest_um, sensitivity, boundary;
    int method, polarity;
    bool declump;
};

static const struct stm_param params[] = {
    STM_CHOICE(
        segment, method, stm_nuclei_methods, STM_NUCLEI_NET,
        "by levels of light, by a neural network, or by one threshold for the whole field (docs/nuclei.md)"),
    STM_REAL(segment, nucleus_um, "um", 0, 1000, 0, "diameter of a usual nucleus; 0 = found in each image"),
    STM_REAL(segment, least_um, "um", 0, 1000, 0,
             "smaller is debris (equivalent diameter); 0 = judged by what is usual in the image"),
    STM_REAL(segment, greatest_um, "um", 0, 1000, 0, "larger is debris (equivalent diameter); 0 = no limit"),
    STM_REAL(segment, sensitivity, "", 0, 1, 0.5,
             "towards 1 finds fainter nuclei and more that are none, towards 0 the opposite"),
    STM_REAL(segment, boundary, "", 0.1, 0.9, 0.45,
             "where a nucleus ends: light there over its own height above the ground"),
    STM_CHOICE(segment, polarity, polarities, STM_POLARITY_AUTO, "nuclei brighter or darker than the ground"),
    STM_BOOL(segment, declump, true, "cut touching nuclei apart"),
    {0},
};

static const struct stm_measure columns[] = {
    {"Segment_Nuclei", "", 0, "nuclei found, whether cut by an edge or not"},
    {"Segment_Debris", "", 0, "candidates that are too small, too faint or too blurred for nuclei"},
    {"Segment_Diameter", "px", 1, "equivalent diameter of the usual nucleus"},
    {"Segment_Contrast", "counts", 1, "median light of nuclei above the ring around them"},
    {"Segment_Noise", "counts", 2, "noise of a pixel after smoothing"},
    {0},
};

enum column { NUCLEI, DEBRIS, DIAMETER, CONTRAST, NOISE };

static struct stm_nuclei_sizes sizes_of(const struct segment *p)
{
    return (struct stm_nuclei_sizes){p->nucleus_um, p->least_um, p->greatest_um};
}

static bool check(const void *params_, const struct stm_geometry *geo, struct stm_error *err)
{
    const struct stm_nuclei_sizes sizes = sizes_of(params_);
    return stm_nuclei_check_sizes(&sizes, geo, err);
}

static size_t scratch_bytes(const void *params_, const struct stm_geometry *geo)
{
    const struct segment *const p = params_;
    return stm_nuclei_find_in_site_scratch(p->method, geo);
}

static void take_objects(struct stm_site *site, const struct stm_nuclei *found)
{
    site->segments = found->segment;
    site->n_segments = found->segments;
    site->objects = found->object;
    site->n_objects = found->objects;
}

static bool find(struct stm_nuclei *found, struct stm_site *site, const struct stm_stage_env *env,
                 struct stm_error *err)
{
    const struct segment *const p = env->params;
    const struct stm_nuclei_sizes sizes = sizes_of(p);
    struct stm_nuclei_options options = {.sensitivity = p->sensitivity,
                                         .boundary = p->boundary,
                                         .polarity = p->polarity,
                                         .declump = p->declump};
    stm_nuclei_set_sizes(&options, &sizes, &site->geo);
    return stm_nuclei_find_in_site(found, site, p->method, &options, env, err);
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    double *const value = site->site_values + env->site_first;
    struct stm_nuclei found;
    if (!find(&found, site, env, err)) return false;
    take_objects(site, &found);
    value[NUCLEI] = found.objects - found.debris;
    value[DEBRIS] = found.debris;
    value[DIAMETER] = found.diameter_px;
    value[CONTRAST] = found.contrast;
    value[NOISE] = found.noise;
    return true;
}

const struct stm_stage stm_stage_segment = {
    .name = "segment",
    .summary = "find the nuclei, one by one",
    .roles = 1u << STM_ROLE_NUCLEI,
    .reads = STM_SLOT_RAW | STM_SLOT_FLAT,
    .writes = STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct segment),
    .site_columns = columns,
    .check = check,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
