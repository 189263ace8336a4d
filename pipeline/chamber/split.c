/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies are cut into cells. A cell is thick in the middle, and a live one is a lens that gathers light
 * there: the landscape is the distance to the body's edge, and where the body is bright, in addition the
 * distance to the edge of the bright part. A peak is a cell when the way to a higher peak leads low enough.
 */
#include "kernels/distance.h"
#include "kernels/runs.h"
#include "kernels/watershed.h"
#include "pipeline/chamber/finder.h"

#include <string.h>

/* Distances in sixteenths of a pixel. A bright middle counts one and a half times. Cells have a radius of
 * 3 px at least. */
enum {
    SCALE = 16,
    WINDOW = 1 << 20,
    SEEDS = 512,
    LEAST_PEAK = 3 * SCALE,
    LEAST_RISE = 6,
    LEAST_AREA = 12,
    BRIGHT = 8
};
/* Light of a bright middle, above the chamber's: a tenth. */
enum { CORE = STM_CHAMBER_LIGHT + STM_CHAMBER_LIGHT / 10 };

struct box {
    int x0, y0, x1, y1;
    int64_t area;
};

/* A window around one body with a margin of one pixel, and its memory. */
struct window {
    int x0, y0, w, h;
    uint32_t *label;
    uint16_t *level, *core;
    struct stm_segment *core_run, *body_run;
    unsigned char *scratch;
};

static struct box box_of(const struct stm_segment *run, size_t n)
{
    struct box b = {run[0].x0, run[0].y, run[0].x1, run[n - 1].y + 1, 0};
    for (size_t i = 0; i < n; i++) {
        b.x0 = run[i].x0 < b.x0 ? run[i].x0 : b.x0;
        b.x1 = run[i].x1 > b.x1 ? run[i].x1 : b.x1;
        b.area += run[i].x1 - run[i].x0;
    }
    return b;
}

/* The part of a window of levels that lies in the picture: beyond its edge nothing is known, so distances are
 * not taken to it. */
static struct stm_u16 inside(const struct stm_cell_finder *f, const struct window *win, uint16_t *px)
{
    const int left = win->x0 < 0, top = win->y0 < 0;
    const int right = win->x0 + win->w > f->w, bottom = win->y0 + win->h > f->h;
    return (struct stm_u16){px + top * win->w + left, win->w, win->w - left - right, win->h - top - bottom};
}

static void distances(const struct stm_cell_finder *f, const struct window *win, uint16_t *px,
                      const struct stm_segment *run, size_t n)
{
    const struct stm_u16 view = inside(f, win, px);
    memset(px, 0, (size_t)win->w * (size_t)win->h * sizeof *px);
    stm_distance(f->kernels, view, win->x0 < 0 ? 0 : win->x0, win->y0 < 0 ? 0 : win->y0, run, n,
                 win->scratch);
    stm_distance_root(view, (struct stm_cu16)STM_CONST(view), SCALE);
}

/* The part of the runs that is brighter than `level`. */
static size_t runs_above(const struct stm_cell_finder *f, struct stm_segment *list,
                         const struct stm_segment *run, size_t n, int level)
{
    size_t cores = 0;
    for (size_t i = 0; i < n; i++) {
        const uint16_t *const px = f->light.px + run[i].y * f->light.stride;
        for (int x = run[i].x0, end; x < run[i].x1; x = end) {
            for (end = x; end < run[i].x1 && px[end] > level;)
                end++;
            if (end > x) list[cores++] = (struct stm_segment){run[i].y, x, end, 0};
            end += end == x;
        }
    }
    return cores;
}

/* A body that is bright all over, as in phase contrast, ends at a third of its peak: its halo is wide, and
 * joins it to its neighbours. Returns the runs of what is left of it, in `list`, or 0 for other bodies. */
static size_t bright_runs(const struct stm_cell_finder *f, struct stm_segment *list,
                          const struct stm_segment *run, size_t n)
{
    int64_t all = 0, dark = 0;
    int peak = 0;
    for (size_t i = 0; i < n; i++) {
        const uint16_t *const px = f->light.px + run[i].y * f->light.stride;
        for (int x = run[i].x0; x < run[i].x1; x++, all++) {
            dark += px[x] < f->dark;
            peak = px[x] > peak ? px[x] : peak;
        }
    }
    if (BRIGHT * dark >= all || peak <= f->bright) return 0;
    return runs_above(f, list, run, n, STM_CHAMBER_LIGHT + (peak - STM_CHAMBER_LIGHT) * 7 / 20);
}

/* Binomial 3 x 3 inside; 0 stays 0. Returns the greatest value. */
static uint16_t smooth(uint16_t *px, int w, int h, uint16_t *row)
{
    uint16_t most = 0, *above = row, *here = row + w;
    memset(above, 0, (size_t)w * sizeof *above);
    for (int y = 1; y + 1 < h; y++) {
        uint16_t *const at = px + (ptrdiff_t)y * w;
        const uint16_t *const below = at + w;
        memcpy(here, at, (size_t)w * sizeof *here);
        for (int x = 1; x + 1 < w; x++) {
            const uint32_t sum = (uint32_t)(above[x - 1] + 2 * above[x] + above[x + 1]) +
                                 2u * (uint32_t)(here[x - 1] + 2 * here[x] + here[x + 1]) +
                                 (uint32_t)(below[x - 1] + 2 * below[x] + below[x + 1]);
            at[x] = (uint16_t)(here[x] ? (sum + 8) / 16 : 0);
            most = at[x] > most ? at[x] : most;
        }
        uint16_t *const swap = above;
        above = here;
        here = swap;
    }
    return most;
}

static uint16_t make_landscape(const struct stm_cell_finder *f, const struct window *win,
                               const struct stm_segment *run, size_t n)
{
    const size_t area = (size_t)win->w * (size_t)win->h;
    distances(f, win, win->level, run, n);
    const size_t cores = runs_above(f, win->core_run, run, n, CORE);
    if (cores) {
        distances(f, win, win->core, win->core_run, cores);
        for (size_t i = 0; i < area; i++)
            win->level[i] = (uint16_t)(win->level[i] + win->core[i] + win->core[i] / 2);
    }
    smooth(win->level, win->w, win->h, (uint16_t *)win->scratch);
    return smooth(win->level, win->w, win->h, (uint16_t *)win->scratch);
}

/* Labels the peaks that are cells; returns how many. */
static uint32_t plant(const struct stm_cell_finder *f, const struct window *win, uint16_t most)
{
    struct stm_seed seed[SEEDS];
    const struct stm_cu16 level = {win->level, win->w, win->w, win->h};
    const size_t n = stm_seeds(f->kernels, seed, SEEDS, level, LEAST_RISE, most, win->scratch);
    uint32_t planted = 0;
    memset(win->label, 0, (size_t)win->w * (size_t)win->h * sizeof *win->label);
    for (size_t i = 0; i < n && i < SEEDS; i++) {
        const bool alone = seed[i].rise == seed[i].level;
        if (!alone && (seed[i].level < LEAST_PEAK || seed[i].rise < (1 - f->options->neck) * seed[i].level))
            continue;
        win->label[(ptrdiff_t)seed[i].y * win->w + seed[i].x] = ++planted;
    }
    if (planted)
        stm_watershed((struct stm_u32){win->label, win->w, win->w, win->h}, level, most, win->scratch);
    return planted;
}

/* Light of a pixel of the window, relative to the chamber's. */
static int light_at(const struct stm_cell_finder *f, const struct window *win, int x, int y)
{
    return f->light.px[(win->y0 + y) * f->light.stride + win->x0 + x] - STM_CHAMBER_LIGHT;
}

/* A cell ends at half the height of its rim: the greatest mean difference from the chamber of shells a pixel
 * thick. What is bright all over, with a wide halo, ends at a third of its peak. */
enum { SHELLS = 6 };
struct skirt {
    int64_t sum[SHELLS], n[SHELLS], all, dark;
    int peak, level, depth;
};

static int rim_of(const struct skirt *s)
{
    int64_t most = 0;
    for (int i = 0; i < SHELLS; i++)
        if (s->n[i] && s->sum[i] / s->n[i] > most) most = s->sum[i] / s->n[i];
    return (int)most;
}

static void measure_skirts(const struct stm_cell_finder *f, const struct window *win, struct skirt *skirt,
                           uint32_t labels)
{
    memset(skirt, 0, (labels + 1) * sizeof *skirt);
    for (int y = 1; y + 1 < win->h; y++)
        for (int x = 1; x + 1 < win->w; x++) {
            const ptrdiff_t at = (ptrdiff_t)y * win->w + x;
            if (!win->label[at]) continue;
            struct skirt *const s = &skirt[win->label[at]];
            const int light = light_at(f, win, x, y);
            s->all++;
            s->dark += light < f->dark - STM_CHAMBER_LIGHT;
            s->peak = light > s->peak ? light : s->peak;
            const int shell = win->core[at] / SCALE;
            if (shell >= SHELLS) continue;
            s->sum[shell] += light < 0 ? -light : light;
            s->n[shell]++;
        }
    for (uint32_t i = 1; i <= labels; i++) {
        struct skirt *const s = &skirt[i];
        const bool is_bright = BRIGHT * s->dark < s->all && s->peak > f->bright - STM_CHAMBER_LIGHT;
        s->level = is_bright ? s->peak * 7 / 20 : rim_of(s) / 2;
        s->depth = is_bright ? 8 : 2;
    }
}

/* Takes faint border pixels away, once around. Marks first, so that the order of pixels does not matter. */
static bool peel(const struct stm_cell_finder *f, const struct window *win, const struct skirt *skirt,
                 int round, uint8_t *mark)
{
    bool any = false;
    const int w = win->w;
    for (int y = 1; y + 1 < win->h; y++)
        for (int x = 1; x + 1 < w; x++) {
            const uint32_t *const l = win->label + (ptrdiff_t)y * w + x;
            mark[(ptrdiff_t)y * w + x] = 0;
            if (!*l || round >= skirt[*l].depth || (l[-1] == *l && l[1] == *l && l[-w] == *l && l[w] == *l))
                continue;
            const int light = light_at(f, win, x, y),
                      size = light < 0 && skirt[*l].depth < 8 ? -light : light;
            if (size >= skirt[*l].level) continue;
            mark[(ptrdiff_t)y * w + x] = 1;
            any = true;
        }
    for (int y = 1; any && y + 1 < win->h; y++)
        for (int x = 1; x + 1 < w; x++)
            if (mark[(ptrdiff_t)y * w + x]) win->label[(ptrdiff_t)y * w + x] = 0;
    return any;
}

static void take_skirts_off(const struct stm_cell_finder *f, const struct window *win, uint32_t labels)
{
    struct skirt *const skirt = (struct skirt *)win->scratch;
    uint8_t *const mark = (uint8_t *)(skirt + labels + 1);
    int rounds = 0;
    measure_skirts(f, win, skirt, labels);
    for (uint32_t i = 1; i <= labels; i++)
        rounds = skirt[i].depth > rounds ? skirt[i].depth : rounds;
    for (int round = 0; round < rounds && peel(f, win, skirt, round, mark);)
        round++;
}

/* The runs of a body without its skirt, which joins what lies close together. */
static size_t bare_runs(const struct stm_cell_finder *f, const struct window *win,
                        const struct stm_segment *run, size_t n)
{
    const struct stm_u32 body = {win->label, win->w, win->w, win->h};
    memset(win->label, 0, (size_t)win->w * (size_t)win->h * sizeof *win->label);
    for (size_t i = 0; i < n; i++)
        for (int x = run[i].x0; x < run[i].x1; x++)
            win->label[(ptrdiff_t)(run[i].y - win->y0) * win->w + x - win->x0] = 1;
    distances(f, win, win->core, run, n);
    take_skirts_off(f, win, 1);
    return stm_label_runs(win->body_run, (size_t)win->w * (size_t)win->h / 2 + 1,
                          (struct stm_cu32)STM_CONST(body), win->x0, win->y0);
}

/* Boxes of the labels in the window, x1 = 0 where there is nothing of one. */
static void find_boxes(const struct window *win, struct box *box, uint32_t labels)
{
    for (uint32_t i = 0; i <= labels; i++)
        box[i] = (struct box){win->w, win->h, 0, 0, 0};
    for (int y = 1; y + 1 < win->h; y++)
        for (int x = 1; x + 1 < win->w; x++) {
            struct box *const b = &box[win->label[(ptrdiff_t)y * win->w + x]];
            b->x0 = x < b->x0 ? x : b->x0;
            b->y0 = y < b->y0 ? y : b->y0;
            b->x1 = x >= b->x1 ? x + 1 : b->x1;
            b->y1 = y + 1;
        }
}

static void keep_one(struct stm_cell_finder *f, const struct window *win, uint32_t label, struct box b,
                     bool clumped)
{
    const ptrdiff_t corner = (ptrdiff_t)b.y0 * win->w + b.x0;
    const struct stm_cu32 part = {win->label + corner, win->w, b.x1 - b.x0, b.y1 - b.y0};
    const struct stm_cu16 depth = {win->core + corner, win->w, part.w, part.h};
    const int x0 = win->x0 + b.x0, y0 = win->y0 + b.y0;
    struct stm_cell *const cell = &f->cell[f->cells];
    stm_cell_describe(f, cell, part, depth, label, x0, y0);
    if (cell->area < LEAST_AREA) return;
    cell->clumped = clumped;
    f->cells++;
    for (int y = 0; y < part.h; y++)
        for (int x = 0; x < part.w; x++)
            if (part.px[y * part.stride + x] == label)
                f->labels.px[(y0 + y) * f->labels.stride + x0 + x] = f->cells;
}

static void keep(struct stm_cell_finder *f, const struct window *win, uint32_t labels)
{
    struct box *const box = (struct box *)win->scratch; /* less than the skirts took */
    find_boxes(win, box, labels);
    for (uint32_t i = 1; i <= labels && f->cells < f->room; i++)
        if (box[i].x1) keep_one(f, win, i, box[i], labels > 1);
}

static void split_body(struct stm_cell_finder *f, const struct window *memory, const struct stm_segment *run,
                       size_t n)
{
    const struct box b = box_of(run, n);
    struct window win = *memory;
    win.x0 = b.x0 - 1;
    win.y0 = b.y0 - 1;
    win.w = b.x1 - b.x0 + 2;
    win.h = b.y1 - b.y0 + 2;
    if ((int64_t)win.w * win.h > WINDOW || b.area < LEAST_AREA) return;
    const size_t bright = bright_runs(f, win.body_run, run, n);
    n = bright ? bright : bare_runs(f, &win, run, n);
    run = win.body_run;
    if (!n) return;
    const uint16_t most = make_landscape(f, &win, run, n);
    const uint32_t labels = plant(f, &win, most);
    if (!labels) return;
    distances(f, &win, win.core, run, n); /* from here on: depth inside the body */
    take_skirts_off(f, &win, labels);
    keep(f, &win, labels);
}

static size_t window_pixels(int w, int h)
{
    const size_t frame = ((size_t)w + 2) * ((size_t)h + 2);
    return frame < WINDOW ? frame : WINDOW;
}

static size_t window_scratch(int w, int h)
{
    const size_t n = window_pixels(w, h), side = ((size_t)w > (size_t)h ? (size_t)w : (size_t)h) + 2;
    const size_t flood = stm_watershed_scratch((int)n, 1, 65535) + 4 * side;
    const size_t distance = stm_distance_scratch((int)n, 1) + (side + 64) * 128 + 4096;
    const size_t skirts = (SEEDS + 1) * sizeof(struct skirt) + n;
    const size_t a = flood > distance ? flood : distance;
    return a > skirts ? a : skirts;
}

size_t stm_cell_split_bytes(int w, int h)
{
    const size_t n = window_pixels(w, h);
    return stm_arena_cost(n * sizeof(uint32_t)) + 2 * stm_arena_cost(n * sizeof(uint16_t)) +
           2 * stm_arena_cost((n / 2 + 1) * sizeof(struct stm_segment)) +
           stm_arena_cost(window_scratch(w, h)) +
           stm_arena_cost(stm_cell_room(w, h) * sizeof(struct stm_cell));
}

bool stm_cell_split(struct stm_cell_finder *f, struct stm_error *err)
{
    const size_t n = window_pixels(f->w, f->h);
    f->room = stm_cell_room(f->w, f->h);
    f->cell = stm_arena_take(f->scratch, f->room * sizeof *f->cell, "cells", err);
    struct window memory = {
        .label = stm_arena_take(f->scratch, n * sizeof *memory.label, "a window", err),
        .level = stm_arena_take(f->scratch, n * sizeof *memory.level, "a window", err),
        .core = stm_arena_take(f->scratch, n * sizeof *memory.core, "a window", err),
        .core_run = stm_arena_take(f->scratch, (n / 2 + 1) * sizeof *memory.core_run, "a window", err),
        .body_run = stm_arena_take(f->scratch, (n / 2 + 1) * sizeof *memory.body_run, "a window", err),
        .scratch = stm_arena_take(f->scratch, window_scratch(f->w, f->h), "a window", err)};
    if (!f->cell || !memory.label || !memory.level || !memory.core || !memory.core_run || !memory.body_run ||
        !memory.scratch)
        return false;
    for (uint32_t i = 1; i <= f->bodies; i++)
        split_body(f, &memory, f->run + f->first[i], f->first[i + 1] - f->first[i]);
    return true;
}
