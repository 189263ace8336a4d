/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the nuclei of a field. The method is in pipeline/nuclei. */
#include "pipeline/nuclei/by_net.h"
#include "pipeline/stage.h"

#include <math.h>

static const char *const methods[] = {"classical", "net", NULL};
enum method { CLASSICAL, NET };
static const char *const polarities[] = {"auto", "bright", "dark", NULL};

struct segment {
    double nucleus_um, least_um, greatest_um, sensitivity, boundary;
    int method, polarity;
    bool declump;
};

static const struct stm_param params[] = {
    STM_CHOICE(segment, method, methods, NET, "by levels of light, or by a neural network (docs/nets.md)"),
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

static bool check(const void *params_, const struct stm_geometry *geo, struct stm_error *err)
{
    const struct segment *const p = params_;
    if (p->greatest_um > 0 && p->greatest_um <= p->least_um)
        return stm_fail(err, STM_USAGE, "greatest_um (%g) is not above least_um (%g)", p->greatest_um,
                        p->least_um);
    if (!isnan(geo->pixel_um) || !(p->nucleus_um > 0 || p->least_um > 0 || p->greatest_um > 0)) return true;
    return stm_fail(err, STM_USAGE,
                    "diameters are given in um, but the size of a pixel is not known; add --pixel-size");
}

static size_t scratch_bytes(const void *params_, const struct stm_geometry *geo)
{
    const struct segment *const p = params_;
    return p->method == NET ? stm_nuclei_by_net_scratch(geo->width, geo->height)
                            : stm_nuclei_scratch(geo->width, geo->height);
}

static struct stm_nuclei_options options_of(const struct segment *p, const struct stm_geometry *geo)
{
    const double scale = geo->pixel_um > 0 ? 1 / geo->pixel_um : 0;
    return (struct stm_nuclei_options){.diameter_px = p->nucleus_um * scale,
                                       .least_px = p->least_um * scale,
                                       .greatest_px = p->greatest_um * scale,
                                       .sensitivity = p->sensitivity,
                                       .boundary = p->boundary,
                                       .polarity = p->polarity,
                                       .declump = p->declump};
}

/* Unbiased counting frame: what the bottom or right edge cuts belongs to the next field. */
static void take_objects(struct stm_site *site, const struct stm_nuclei *found)
{
    site->segments = found->segment;
    site->n_segments = found->segments;
    site->objects = found->object;
    site->n_objects = found->objects;
    for (int i = 0; i < found->objects; i++) {
        struct stm_object *o = &found->object[i];
        o->counted = o->x1 < site->geo.width && o->y1 < site->geo.height;
    }
}

static bool find(struct stm_nuclei *found, struct stm_site *site, int channel,
                 const struct stm_stage_env *env, struct stm_error *err)
{
    const struct segment *const p = env->params;
    const struct stm_nuclei_options options = options_of(p, &site->geo);
    const struct stm_cu16 plane = STM_CONST(site->plane[channel]);
    if (p->method == NET)
        return stm_nuclei_find_by_net(found, site->labels, plane, env->kernels, &options, site->geo.pixel_um,
                                      env->scratch, site->arena, err);
    return stm_nuclei_find(found, site->labels, plane, env->kernels, &options, env->scratch, site->arena,
                           err);
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const int c = stm_site_channel(site, STM_ROLE_NUCLEI);
    double *const value = site->site_values + env->site_first;
    struct stm_nuclei found;
    if (c < 0) return stm_fail(err, STM_BAD_INPUT, "the image of the nuclei is missing");
    if (!find(&found, site, c, env, err)) return false;
    take_objects(site, &found);
    if (found.crowded)
        stm_row_flag(&site->row, STM_VERDICT_REJECTED,
                     "the nuclei channel is texture all over, no nuclei in it");
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
