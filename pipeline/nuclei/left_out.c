/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/left_out.h"

/* Of the usual area and contrast; condensed chromatin has a third of the area and is brighter. */
static const double greatest = 0.4, least_contrast = 0.6;

/* Part that others may cover: neighbours that touch. */
static const double overlap = 0.1;

struct sums {
    uint32_t area, covered, label;
    uint64_t light;
};

static void add_up(const struct stm_finder *f, const struct stm_nuclei *found, struct sums *sums)
{
    for (int i = 0; i <= found->objects; i++)
        sums[i] = (struct sums){0};
    for (size_t i = 0; i < found->segments; i++) {
        const struct stm_segment *run = &found->segment[i];
        struct sums *s = &sums[run->label];
        const uint32_t *label = f->labels.px + run->y * f->labels.stride;
        const uint16_t *light = f->light.px + run->y * f->light.stride;
        s->area += (uint32_t)(run->x1 - run->x0);
        for (int x = run->x0; x < run->x1; x++) {
            s->covered += label[x] != 0;
            s->light += label[x] ? 0 : light[x];
        }
    }
}

/* Mean light around an object above which nothing lies: the box grown by half of itself, without the object
 * and without labels; that of the object when nothing is left. */
static double light_around(const struct stm_finder *f, const struct stm_object *o, const struct sums *s)
{
    const int dx = 2 + (o->x1 - o->x0) / 4, dy = 2 + (o->y1 - o->y0) / 4;
    const int x0 = o->x0 > dx ? o->x0 - dx : 0, x1 = o->x1 + dx < f->w ? o->x1 + dx : f->w;
    const int y0 = o->y0 > dy ? o->y0 - dy : 0, y1 = o->y1 + dy < f->h ? o->y1 + dy : f->h;
    uint64_t light = 0, n = 0;
    for (int y = y0; y < y1; y++) {
        const uint32_t *label = f->labels.px + y * f->labels.stride;
        const uint16_t *px = f->light.px + y * f->light.stride;
        for (int x = x0; x < x1; x++) {
            n += label[x] == 0;
            light += label[x] ? 0 : px[x];
        }
    }
    const uint64_t own = s->area - s->covered;
    return n > own ? (double)(light - s->light) / (double)(n - own) : (double)s->light / (double)own;
}

static bool is_left_out(const struct stm_finder *f, const struct stm_nuclei *found,
                        const struct stm_object *o, const struct sums *s)
{
    const double usual = 0.7854 * found->diameter_px * found->diameter_px;
    if (o->class == STM_CLASS_DEBRIS || s->covered > overlap * s->area || s->area > greatest * usual)
        return false;
    const double contrast = (double)s->light / (s->area - s->covered) - light_around(f, o, s);
    return contrast >= least_contrast * found->contrast * (1 << f->up);
}

size_t stm_nuclei_left_out_bytes(int w, int h)
{
    return stm_arena_cost(((size_t)w * (size_t)h / 16 + 32) * sizeof(struct sums));
}

bool stm_nuclei_add_left_out(struct stm_finder *f, const struct stm_nuclei *found, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch), n = (size_t)found->objects + 1;
    struct sums *sums = stm_arena_take(f->scratch, n * sizeof *sums, "nuclei left out", err);
    if (!sums) return false;
    add_up(f, found, sums);
    for (int i = 1; i <= found->objects; i++)
        if (is_left_out(f, found, &found->object[i - 1], &sums[i])) sums[i].label = ++f->seeds;
    for (size_t i = 0; i < found->segments; i++) {
        const struct stm_segment *run = &found->segment[i];
        uint32_t *label = f->labels.px + run->y * f->labels.stride;
        for (int x = run->x0; x < run->x1 && sums[run->label].label; x++)
            if (!label[x]) label[x] = sums[run->label].label;
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}
