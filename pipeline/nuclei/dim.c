/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dim nuclei that lie alone: sets of foreground pixels that do not reach the lowest level of the tree. Levels
 * that began so low would join bright nuclei through their haze. */
#include "kernels/components.h"
#include "pipeline/nuclei/finder.h"

/* Of the usual area: a dim one is whole, not the middle of something, and not a patch of haze. */
static const double least_area = 0.25, greatest_area = 3;

struct part {
    uint32_t area, label;
    uint16_t peak;
};

/* Too dim for the lowest level to be a boundary. */
static bool is_dim(const struct stm_finder *f, const struct part *p)
{
    return f->options->boundary * p->peak < f->level[1];
}

static uint16_t peak_of(const uint16_t *px, int n, uint16_t peak)
{
    for (int i = 0; i < n; i++)
        peak = px[i] > peak ? px[i] : peak;
    return peak;
}

/* Peaks of what is dim; of others, no more than that they are not. */
static void measure(const struct stm_finder *f, struct part *part, uint32_t parts)
{
    for (uint32_t i = 0; i <= parts; i++)
        part[i] = (struct part){0};
    for (size_t i = 0; i < f->bases; i++) {
        const struct stm_segment *run = &f->base[i];
        const uint16_t *px = f->light.px + run->y * f->light.stride;
        struct part *p = &part[run->label];
        p->area += (uint32_t)(run->x1 - run->x0);
        for (int x = run->x0; x < run->x1 && is_dim(f, p); x += 8)
            p->peak = peak_of(px + x, run->x1 - x < 8 ? run->x1 - x : 8, p->peak);
    }
}

static void label_parts(struct stm_finder *f, struct part *part, uint32_t parts)
{
    const uint32_t room = stm_nuclei_label_room(f->w, f->h);
    for (uint32_t i = 1; i <= parts; i++) {
        struct part *p = &part[i];
        const bool fits = p->area >= least_area * f->typical && p->area <= greatest_area * f->typical;
        if (fits && is_dim(f, p) && f->seeds < room) p->label = ++f->seeds;
    }
    for (size_t i = 0; i < f->bases; i++) {
        const struct stm_segment *run = &f->base[i];
        uint32_t *label = f->labels.px + run->y * f->labels.stride;
        for (int x = run->x0; x < run->x1 && part[run->label].label; x++)
            label[x] = part[run->label].label;
    }
}

size_t stm_nuclei_dim_bytes(int w, int h)
{
    const size_t runs = stm_nuclei_run_room(w, h);
    return stm_arena_cost(runs * sizeof(uint32_t)) + stm_arena_cost((runs + 1) * sizeof(struct part));
}

bool stm_nuclei_dim(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    uint32_t *parent = stm_arena_take(f->scratch, f->bases * sizeof *parent, "dim parts", err);
    if (!parent) return false;
    const uint32_t parts = stm_components(f->base, f->bases, 4, parent);
    struct part *part = stm_arena_take(f->scratch, ((size_t)parts + 1) * sizeof *part, "dim parts", err);
    if (!part) return false;
    measure(f, part, parts);
    label_parts(f, part, parts);
    stm_arena_reset(f->scratch, mark);
    return true;
}
