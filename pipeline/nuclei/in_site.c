/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/in_site.h"

#include "pipeline/nuclei/by_net.h"
#include "pipeline/nuclei/by_threshold.h"
#include "pipeline/stage.h"

#include <math.h>

const char *const stm_nuclei_methods[] = {"classical", "net", "threshold", NULL};

typedef bool find_fn(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                     const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                     struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err);

static const struct {
    find_fn *find;
    size_t (*scratch)(int w, int h);
} finder[] = {
    [STM_NUCLEI_CLASSICAL] = {stm_nuclei_find, stm_nuclei_scratch},
    [STM_NUCLEI_NET] = {stm_nuclei_find_by_net, stm_nuclei_by_net_scratch},
    [STM_NUCLEI_THRESHOLD] = {stm_nuclei_find_by_threshold, stm_nuclei_by_threshold_scratch},
};

bool stm_nuclei_check_sizes(const struct stm_nuclei_sizes *s, const struct stm_geometry *geo,
                            struct stm_error *err)
{
    if (s->greatest_um > 0 && s->greatest_um <= s->least_um)
        return stm_fail(err, STM_USAGE, "greatest_um (%g) is not above least_um (%g)", s->greatest_um,
                        s->least_um);
    if (!isnan(geo->pixel_um) || !(s->nucleus_um > 0 || s->least_um > 0 || s->greatest_um > 0)) return true;
    return stm_fail(err, STM_USAGE,
                    "diameters are given in um, but the size of a pixel is not known; add --pixel-size");
}

void stm_nuclei_set_sizes(struct stm_nuclei_options *options, const struct stm_nuclei_sizes *sizes,
                          const struct stm_geometry *geo)
{
    const double scale = geo->pixel_um > 0 ? 1 / geo->pixel_um : 0;
    options->pixel_um = geo->pixel_um;
    options->diameter_px = sizes->nucleus_um * scale;
    options->least_px = sizes->least_um * scale;
    options->greatest_px = sizes->greatest_um * scale;
}

bool stm_nuclei_find_in_site(struct stm_nuclei *found, struct stm_site *site, enum stm_nuclei_method method,
                             const struct stm_nuclei_options *options, const struct stm_stage_env *env,
                             struct stm_error *err)
{
    const int c = stm_site_channel(site, STM_ROLE_NUCLEI);
    if (c < 0) return stm_fail(err, STM_BAD_INPUT, "the image of the nuclei is missing");
    const struct stm_cu16 plane = STM_CONST(site->plane[c]);
    const bool ok = finder[method].find(found, site->labels, plane, env->kernels, options, env->scratch,
                                        site->arena, err);
    if (ok && found->crowded)
        stm_row_flag(&site->row, STM_VERDICT_REJECTED,
                     "the nuclei channel is texture all over, no nuclei in it");
    return ok;
}

size_t stm_nuclei_find_in_site_scratch(enum stm_nuclei_method method, const struct stm_geometry *geo)
{
    return finder[method].scratch(geo->width, geo->height);
}
