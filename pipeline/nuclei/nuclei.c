/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/split.h"

#include <math.h>
#include <string.h>

/* Any neck will do: too many parts do no harm, merge.c puts together what belongs together. */
static const struct stm_nuclei_cuts cuts = {.rise = 1, .window = 1 << 20, .seeds = 64};

/* Labels: where nuclei or parts of them are. The tree is not needed after the flood. */
static bool label(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    if (!stm_nuclei_expect_left(f, err)) return false;
    const size_t tree = stm_arena_mark(f->scratch);
    bool ok = stm_nuclei_tree(f, err) && stm_nuclei_choose(f, err) && stm_nuclei_flood(f, err);
    stm_arena_reset(f->scratch, tree);
    stm_nuclei_rest_members(f);
    ok = ok && (!f->options->declump || stm_nuclei_residue(f, err)) && stm_nuclei_dim(f, err) &&
         (!f->options->declump || stm_nuclei_split(f, &cuts, err));
    stm_arena_reset(f->scratch, mark);
    return ok;
}

static bool search(struct stm_finder *f, struct stm_cu16 plane, struct stm_error *err)
{
    if (!stm_nuclei_light(f, plane, err) || !stm_nuclei_scale(f, err) || !stm_nuclei_ground(f, err))
        return false;
    if (!(f->height > 0)) return true;
    return stm_nuclei_base(f, err) && label(f, err) && stm_blobs_make(f, err) && stm_nuclei_merge(f, err) &&
           stm_nuclei_accept(f, err);
}

/* What another member of the team takes at most. */
static size_t member_bytes(int w, int h)
{
    return stm_arena_most(
        stm_arena_most(stm_nuclei_smooth_bytes(w), stm_nuclei_band_bytes(w)),
        stm_arena_most(stm_nuclei_member_share_bytes(w, h), stm_nuclei_split_member_bytes(w, h, &cuts)));
}

bool stm_nuclei_find(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                     const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                     struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct stm_team team;
    struct stm_finder f = {.kernels = kernels,
                           .options = options,
                           .scratch = scratch,
                           .team = &team,
                           .w = plane.w,
                           .h = plane.h,
                           .labels = labels};
    *out = (struct stm_nuclei){.diameter_px = NAN};
    for (int y = 0; y < labels.h; y++)
        memset(labels.px + y * labels.stride, 0, (size_t)labels.w * sizeof *labels.px);
    /* STM_TEAM_ROWS are more than smoothing looks beyond a band, too. */
    stm_team_gather(&team, scratch, plane.h / STM_TEAM_ROWS, member_bytes(plane.w, plane.h));
    const bool good = search(&f, plane, err) && stm_nuclei_finish(&f, out, keep, err);
    stm_team_dismiss(&team);
    if (!good) return false;
    const double unit = 1 << f.up;
    out->noise = f.noise / unit;
    out->contrast = f.contrast / unit;
    out->dark = f.dark;
    out->crowded = f.crowded;
    if (out->objects > out->debris) out->diameter_px = sqrt(f.typical / 0.78539816339744831);
    stm_arena_reset(scratch, mark);
    return true;
}

/* What is taken at the same time, added up; what takes turns, the greater. */
size_t stm_nuclei_scratch(int w, int h)
{
    const size_t tree = stm_nuclei_tree_bytes(w, h) +
                        stm_arena_most(stm_nuclei_choose_bytes(w, h), stm_nuclei_flood_bytes(w, h));
    const size_t end = stm_arena_most(stm_nuclei_accept_bytes(w, h), stm_nuclei_finish_bytes(w, h));
    const size_t blobs = stm_blobs_bytes(w, h) + stm_arena_most(stm_nuclei_merge_bytes(w, h), end);
    const size_t parts =
        stm_arena_most(stm_arena_most(stm_nuclei_residue_bytes(w, h), stm_nuclei_dim_bytes(w, h)),
                       stm_nuclei_split_bytes(w, h, &cuts));
    const size_t labels = stm_nuclei_base_bytes(w, h) +
                          stm_arena_most(stm_nuclei_left_bytes(w, h) + stm_arena_most(tree, parts), blobs);
    return stm_nuclei_light_bytes(w, h) +
           stm_arena_most(stm_arena_most(stm_nuclei_scale_bytes(w, h), stm_nuclei_ground_bytes(w, h)),
                          labels);
}
