/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the image fit for measurement? On the pixels as read: correction would hide saturation. */
#include "pipeline/quality/verdict.h"
#include "pipeline/stage.h"

static const struct stm_param params[] = {
    STM_REAL(stm_demand, warn_saturated_percent, "%", 0, 100, 2, "warn when so many pixels are saturated"),
    STM_REAL(stm_demand, reject_saturated_percent, "%", 0, 100, 25,
             "reject when so many pixels are saturated"),
    STM_REAL(stm_demand, warn_edge_px, "px", 0, 64, 6.3, "fluorescence: warn when edges are wider"),
    STM_REAL(stm_demand, reject_edge_px, "px", 0, 64, 7.2, "fluorescence: reject when edges are wider"),
    STM_REAL(stm_demand, warn_transmitted_edge_px, "px", 0, 64, 4.5,
             "brightfield, phase contrast, stain: warn when edges are wider"),
    STM_REAL(stm_demand, reject_transmitted_edge_px, "px", 0, 64, 6,
             "brightfield, phase contrast, stain: reject when edges are wider"),
    STM_REAL(stm_demand, edge_part, "", 0, 1, 0.13,
             "fluorescence: edges narrower than this part of the objects are in focus"),
    STM_REAL(stm_demand, sharp_um, "um", 0, 50, 1, "edges narrower than this are in focus"),
    STM_REAL(stm_demand, least_edge_percent, "%", 1, 100, 15, "height of an edge, of the image's range"),
    STM_BOOL(stm_demand, spectrum, false, "also measure ImageQuality_PowerLogLogSlope: 2 ms a channel"),
    {0},
};

static const struct stm_measure columns[] = {
    {"ImageQuality_FocusScore_*", "counts", 3, "variance / mean of all pixels"},
    {"ImageQuality_LocalFocusScore_*", "counts", 3, "variance / median over 20 px tiles of variance / mean"},
    {"ImageQuality_PowerLogLogSlope_*", "", 3, "slope of log power over log frequency; lower = less detail"},
    {"ImageQuality_MeanIntensity_*", "counts", 3, "mean of all pixels"},
    {"ImageQuality_MedianIntensity_*", "counts", 0, "median of all pixels"},
    {"ImageQuality_StdIntensity_*", "counts", 3, "standard deviation of all pixels"},
    {"ImageQuality_MADIntensity_*", "counts", 0, "median of |pixel - median|"},
    {"ImageQuality_MinIntensity_*", "counts", 0, "smallest pixel"},
    {"ImageQuality_MaxIntensity_*", "counts", 0, "greatest pixel"},
    {"ImageQuality_PercentMinimal_*", "%", 3, "pixels equal to the smallest"},
    {"ImageQuality_PercentMaximal_*", "%", 3, "pixels equal to the greatest"},
    {"ImageQuality_PercentSaturated_*", "%", 3,
     "pixels at the top of the true bit depth, or piled up below it"},
    {"ImageQuality_Ground_*", "counts", 2, "median over 8 x 8 tiles of the level without objects"},
    {"ImageQuality_Nonuniformity_*", "%", 2, "90th minus 10th percentile of those levels, of their median"},
    {"ImageQuality_Noise_*", "counts", 3, "0.606 median |left - 2 middle + right|: deviation of one pixel"},
    {"ImageQuality_SNR_*", "", 2, "(99.5th percentile - ground) / noise"},
    {"ImageQuality_Polarity_*", "", 3,
     "(q99.5 + q0.5 - 2 median) / (q99.5 - q0.5): 1 bright on dark, -1 dark on bright"},
    {"ImageQuality_Edges_*", "", 0, "edges of objects in the rows looked at"},
    {"ImageQuality_EdgeWidth_*", "px", 2, "lower quartile of the shortest way over half of an edge's height"},
    {"ImageQuality_EdgePart_*", "", 3, "edge width / median width of objects and gaps"},
    {0},
};

/* Where each column's value is. */
#define AT(field) offsetof(struct stm_metrics, field)
static const size_t offsets[] = {
    AT(focus),    AT(local_focus),   AT(power_slope), AT(mean),
    AT(median),   AT(std),           AT(mad),         AT(min),
    AT(max),      AT(percent_min),   AT(percent_max), AT(percent_saturated),
    AT(ground),   AT(nonuniformity), AT(noise),       AT(snr),
    AT(polarity), AT(edges),         AT(edge_width),  AT(edge_part),
};
enum { COLUMNS = sizeof offsets / sizeof *offsets };
_Static_assert(COLUMNS == sizeof columns / sizeof *columns - 1, "one offset for each column");

/* Counts depend on the nuclei; without them on the first channel seen by transmitted light; else on the
 * first. */
static int essential(const struct stm_site *site)
{
    static const enum stm_role order[] = {STM_ROLE_NUCLEI, STM_ROLE_BRIGHTFIELD, STM_ROLE_PHASE,
                                          STM_ROLE_STAIN};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (int c = 0; c < site->row.channels; c++)
            if (site->row.channel[c].role == order[i]) return c;
    return 0;
}

static size_t scratch_bytes(const void *p, const struct stm_geometry *geo)
{
    (void)p;
    return stm_arena_cost(stm_metrics_scratch(geo->width));
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct stm_demand *const demand = env->params;
    void *const scratch =
        stm_arena_take(env->scratch, stm_metrics_scratch(site->row.width), "counters of grey levels", err);
    if (!scratch) return false;
    for (int c = 0; c < site->row.channels; c++) {
        struct stm_metrics m;
        double *const values = site->site_values + env->site_first + c * COLUMNS;
        if (!site->plane[c].px || site->row.channel[c].role == STM_ROLE_IGNORE) continue;
        stm_metrics_measure(&m, env->kernels, (struct stm_cu16)STM_CONST(site->plane[c]),
                            site->row.channel[c].true_bits, site->row.channel[c].role,
                            demand->least_edge_percent / 100, demand->spectrum, scratch);
        for (int i = 0; i < COLUMNS; i++)
            values[i] = *(const double *)((const char *)&m + offsets[i]);
        stm_demand_judge(demand, &m, c, c == essential(site), &site->row);
    }
    return true;
}

const struct stm_stage stm_stage_quality = {
    .name = "quality",
    .summary = "judge whether the image is fit for measurement",
    .reads = STM_SLOT_RAW,
    .writes = STM_SLOT_QUALITY,
    .params = params,
    .params_size = sizeof(struct stm_demand),
    .site_columns = columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
