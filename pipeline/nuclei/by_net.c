/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/by_net.h"

#include "pipeline/nets/nuclei_net.h"
#include "pipeline/nuclei/by_size.h"
#include "pipeline/nuclei/left_out.h"
#include "pipeline/nuclei/second_look.h"

/* What the levels of light call a nucleus is 1.06 times as wide as what annotators do (median of 115 fields),
 * and the network sees most when nuclei come a little smaller than it was shown them; nuclei of adherent
 * mammalian cells are 10 to 20 um wide. */
static const double bias = 1.13, least_um = 10, greatest_um = 20, usual_um = 14, usual_px = 16;

static double between(double x, double least, double greatest)
{
    return x < least ? least : x > greatest ? greatest : x;
}

static double diameter_for(const struct stm_nuclei *found, const struct stm_nuclei_options *o)
{
    const double pixel_um = o->pixel_um;
    if (o->diameter_px > 0) return o->diameter_px;
    const bool known = pixel_um > 0;
    if (!(found->diameter_px > 0)) return known ? usual_um / pixel_um : usual_px;
    const double px = found->diameter_px / bias;
    return known ? between(px, least_um / pixel_um, greatest_um / pixel_um) : px;
}

/* Nuclei may be anywhere: the runs in which labels are looked for are whole rows. */
static bool all_rows(struct stm_finder *f, struct stm_error *err)
{
    f->bases = (size_t)f->h;
    f->base = stm_arena_take(f->scratch, f->bases * sizeof *f->base, "rows", err);
    for (int y = 0; y < f->h && f->base; y++)
        f->base[y] = (struct stm_segment){y, 0, f->w, 0};
    return f->base != NULL;
}

/* What the levels of light have seen adds to what the network has, as long as there is room for labels. */
static bool look_again(struct stm_finder *f, const struct stm_nuclei *found, struct stm_error *err)
{
    const uint32_t room = stm_nuclei_label_room(f->w, f->h);
    if (f->seeds <= room &&
        (!stm_nuclei_part_by_light(f, found, err) || !stm_nuclei_add_left_out(f, found, err)))
        return false;
    if (f->seeds > room) f->crowded = true;
    if (f->crowded) f->seeds = 0;
    return true;
}

static bool search(struct stm_finder *f, struct stm_cu16 plane, const struct stm_nuclei *found,
                   double diameter, struct stm_error *err)
{
    return stm_nuclei_light(f, plane, err) &&
           stm_nuclei_net_label(f->labels, &f->seeds, (struct stm_cu16)STM_CONST(f->light), diameter,
                                f->kernels, f->scratch, err) &&
           look_again(f, found, err) && all_rows(f, err) && stm_blobs_make(f, err) &&
           stm_nuclei_judge_sizes(f, err);
}

bool stm_nuclei_find_by_net(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                            const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                            struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch), kept = stm_arena_mark(keep);
    if (!stm_nuclei_find(out, labels, plane, kernels, options, scratch, keep, err)) return false;
    const struct stm_nuclei first = *out;
    stm_arena_trim(scratch);
    struct stm_finder f = {.kernels = kernels,
                           .options = options,
                           .scratch = scratch,
                           .w = plane.w,
                           .h = plane.h,
                           .labels = labels};
    if (!search(&f, plane, &first, diameter_for(&first, options), err)) return false;
    stm_arena_reset(keep, kept);
    if (!stm_nuclei_finish(&f, out, keep, err)) return false;
    out->noise = first.noise;
    out->contrast = first.contrast;
    out->dark = f.dark;
    out->crowded = f.crowded;
    out->diameter_px = stm_nuclei_usual_diameter(&f, out);
    stm_arena_reset(scratch, mark);
    stm_arena_trim(scratch);
    return true;
}

size_t stm_nuclei_by_net_scratch(int w, int h)
{
    const size_t areas = stm_nuclei_judge_sizes_bytes(w, h);
    const size_t end = areas > stm_nuclei_finish_bytes(w, h) ? areas : stm_nuclei_finish_bytes(w, h);
    const size_t rows = stm_arena_cost((size_t)h * sizeof(struct stm_segment));
    const size_t blobs = rows + stm_blobs_bytes(w, h) + end, net = stm_nuclei_net_scratch(w, h);
    const size_t parts = stm_nuclei_part_bytes(w, h), left_out = stm_nuclei_left_out_bytes(w, h);
    const size_t second = parts > left_out ? parts : left_out, labels = net > second ? net : second;
    const size_t here = stm_nuclei_light_bytes(w, h) + (labels > blobs ? labels : blobs);
    return here > stm_nuclei_scratch(w, h) ? here : stm_nuclei_scratch(w, h);
}
