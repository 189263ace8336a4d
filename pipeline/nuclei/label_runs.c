/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The foreground's labels as runs. */
#include "pipeline/nuclei/finder.h"

#include <string.h>

/* Where the labels cease to be label[x], two at a time; x1 at most. */
static int end_of(const uint32_t *label, int x, int x1)
{
    const uint64_t both = (uint64_t)label[x] << 32 | label[x];
    int end = x + 1;
    for (uint64_t two; end + 1 < x1; end += 2) {
        memcpy(&two, label + end, sizeof two);
        if (two != both) break;
    }
    return end < x1 && label[end] == label[x] ? end + 1 : end;
}

/* The labels in base runs [from, end). */
static size_t label_runs(const struct stm_finder *f, struct stm_segment *run, size_t room, int64_t from,
                         int64_t last, int level)
{
    size_t n = 0;
    (void)level;
    for (size_t i = (size_t)from; i < (size_t)last; i++) {
        if (i + STM_NUCLEI_AHEAD < (size_t)last) {
            const struct stm_segment *next = &f->base[i + STM_NUCLEI_AHEAD];
            stm_nuclei_fetch(f->labels.px + next->y * f->labels.stride, next->x0, next->x1,
                             sizeof *f->labels.px);
        }
        const uint32_t *label = f->labels.px + f->base[i].y * f->labels.stride;
        for (int x = f->base[i].x0, end; x < f->base[i].x1; x = end) {
            end = end_of(label, x, f->base[i].x1);
            if (!label[x]) continue;
            if (n == room) return room + 1;
            run[n++] = (struct stm_segment){f->base[i].y, x, end, label[x]};
        }
    }
    return n;
}

bool stm_nuclei_label_runs(const struct stm_finder *f, struct stm_segment *run, size_t room, size_t *n,
                           struct stm_error *err)
{
    return stm_nuclei_list(f, run, room, n, label_runs, (int64_t)f->bases, 0, err);
}

uint32_t stm_nuclei_label_room(int w, int h)
{
    return 3 * (uint32_t)stm_nuclei_node_room(w, h);
}
