/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/by_size.h"

#include "pipeline/nets/objects.h"
#include "pipeline/nuclei/blob.h"

#include <math.h>

/* Smaller parts of the usual nucleus than this are debris. */
static const double small = 0.12, quarter_pi = 0.78539816339744831;

static enum stm_blob_kind kind_of(const struct stm_finder *f, double area)
{
    const struct stm_nuclei_options *o = f->options;
    const double least = quarter_pi * o->least_px * o->least_px,
                 most = quarter_pi * o->greatest_px * o->greatest_px;
    if (area <= 0) return STM_BLOB_NOTHING;
    return area < least || (most > 0 && area > most) || area < small * f->typical ? STM_BLOB_DEBRIS
                                                                                  : STM_BLOB_NUCLEUS;
}

size_t stm_nuclei_judge_sizes_bytes(int w, int h)
{
    return stm_arena_cost(((size_t)stm_nuclei_label_room(w, h) + 1) * sizeof(uint32_t));
}

bool stm_nuclei_judge_sizes(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    uint32_t *area = stm_arena_take(f->scratch, ((size_t)f->blobs + 1) * sizeof *area, "areas", err);
    size_t n = 0;
    if (!area) return false;
    for (uint32_t i = 1; i <= f->blobs; i++)
        if (f->blob[i].area > 0) area[n++] = (uint32_t)f->blob[i].area;
    f->typical = n ? stm_net_median(area, n) : 0;
    for (uint32_t i = 1; i <= f->blobs; i++)
        f->blob[i].kind = (uint8_t)kind_of(f, f->blob[i].area);
    stm_arena_reset(f->scratch, mark);
    return true;
}

double stm_nuclei_usual_diameter(const struct stm_finder *f, const struct stm_nuclei *found)
{
    return found->objects > found->debris ? sqrt(f->typical / quarter_pi) : NAN;
}
