/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies are cut into cells. A cell is thick in the middle, and a live one is a lens that gathers light
 * there: the landscape is the distance to the body's edge, and where the body is bright, in addition the
 * distance to the edge of the bright part. A peak is a cell when the way to a higher peak leads low enough.
 */
#include "kernels/components.h"
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
    uint16_t *depth; /* distance to the edge of the body */
    struct stm_segment *core_run, *body_run;
    size_t room; /* in each list of runs */
    unsigned char *scratch;
};

/* A pixel of the picture in the window. */
static int32_t place_of(const struct window *win, int x, int y)
{
    return (int32_t)((y - win->y0) * win->w + x - win->x0);
}

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

/* Binomial 3 x 3 inside; 0 stays 0. The window's margin is 0, so that rows may run into each other. Weights
 * add up to 16: levels up to FLAT are summed in 16 bits. */
enum { FLAT = 4095 };

static void smooth_flat(uint16_t *restrict px, int w, int h, uint16_t *restrict sum)
{
    const int from = w, to = w * (h - 1);
    for (int i = from; i < to; i++)
        sum[i] = (uint16_t)(px[i - w] + 2 * px[i] + px[i + w]);
    for (int i = from + 1; i < to - 1; i++) {
        const uint16_t v = (uint16_t)((uint16_t)(sum[i - 1] + 2 * sum[i] + sum[i + 1] + 8) / 16);
        px[i] = px[i] ? v : 0;
    }
}

static void smooth_steep(uint16_t *restrict px, int w, int h, uint32_t *restrict sum)
{
    const int from = w, to = w * (h - 1);
    for (int i = from; i < to; i++)
        sum[i] = (uint32_t)(px[i - w] + 2 * px[i] + px[i + w]);
    for (int i = from + 1; i < to - 1; i++)
        px[i] = (uint16_t)(px[i] ? (sum[i - 1] + 2 * sum[i] + sum[i + 1] + 8) / 16 : 0);
}

static uint16_t greatest(const uint16_t *px, size_t n)
{
    uint16_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = px[i] > most ? px[i] : most;
    return most;
}

/* Twice. Returns the greatest value. */
static uint16_t smooth(const struct window *win)
{
    const size_t area = (size_t)win->w * (size_t)win->h;
    const bool flat = greatest(win->level, area) <= FLAT;
    for (int i = 0; i < 2; i++)
        if (flat)
            smooth_flat(win->level, win->w, win->h, (uint16_t *)win->scratch);
        else
            smooth_steep(win->level, win->w, win->h, (uint32_t *)win->scratch);
    return greatest(win->level, area);
}

static uint16_t make_landscape(const struct stm_cell_finder *f, const struct window *win,
                               const struct stm_segment *run, size_t n)
{
    const size_t area = (size_t)win->w * (size_t)win->h;
    distances(f, win, win->depth, run, n);
    memcpy(win->level, win->depth, area * sizeof *win->level);
    const size_t cores = runs_above(f, win->core_run, run, n, CORE);
    if (cores) {
        distances(f, win, win->core, win->core_run, cores);
        for (size_t i = 0; i < area; i++)
            win->level[i] = (uint16_t)(win->level[i] + win->core[i] + win->core[i] / 2);
    }
    return smooth(win);
}

/* What hangs together with the one seed is all one cell; returns how many runs that are. */
static size_t fill_around(const struct window *win, struct stm_segment *run, size_t n, int x, int y)
{
    const struct stm_u32 label = {win->label, win->w, win->w, win->h};
    size_t seeded = 0, kept = 0;
    stm_components(run, n, 8, (uint32_t *)win->scratch);
    while (seeded + 1 < n && (run[seeded].y != y || run[seeded].x1 <= x))
        seeded++;
    const uint32_t its = run[seeded].label;
    for (size_t i = 0; i < n; i++)
        if (run[i].label == its) {
            run[kept] = run[i];
            run[kept++].label = 1;
        }
    stm_runs_paint(label, win->x0, win->y0, run, kept);
    return kept;
}

/* Labels the cells whose peaks are high enough; returns how many. What is left of the runs are theirs. */
static uint32_t plant(const struct stm_cell_finder *f, const struct window *win, struct stm_segment *run,
                      size_t *runs, uint16_t most)
{
    struct stm_seed seed[SEEDS], only = {0};
    const struct stm_cu16 level = {win->level, win->w, win->w, win->h};
    const size_t n = stm_seeds(f->kernels, seed, SEEDS, level, LEAST_RISE, most, win->scratch);
    uint32_t planted = 0;
    memset(win->label, 0, (size_t)win->w * (size_t)win->h * sizeof *win->label);
    for (size_t i = 0; i < n && i < SEEDS; i++) {
        const bool alone = seed[i].rise == seed[i].level;
        if (!alone && (seed[i].level < LEAST_PEAK || seed[i].rise < (1 - f->options->neck) * seed[i].level))
            continue;
        win->label[(ptrdiff_t)seed[i].y * win->w + seed[i].x] = ++planted;
        only = seed[i];
    }
    if (planted == 1)
        *runs = fill_around(win, run, *runs, win->x0 + only.x, win->y0 + only.y);
    else if (planted)
        stm_watershed((struct stm_u32){win->label, win->w, win->w, win->h}, level, most, win->scratch);
    return planted;
}

/* A cell ends at half the height of its rim: the greatest mean difference from the chamber of shells a pixel
 * thick. What is bright all over, with a wide halo, ends at a third of its peak. */
enum { SHELLS = 6 };
struct skirt {
    struct shell {
        int64_t sum, n;
    } shell[SHELLS + 1];
    int64_t all, dark;
    int peak, level, depth;
};

static int rim_of(const struct skirt *s)
{
    int64_t most = 0;
    for (int i = 0; i < SHELLS; i++)
        if (s->shell[i].n && s->shell[i].sum / s->shell[i].n > most) most = s->shell[i].sum / s->shell[i].n;
    return (int)most;
}

/* Adds the pixels of a run. */
static void add_to_skirts(const struct stm_cell_finder *f, const struct window *win, struct skirt *skirt,
                          const struct stm_segment *run)
{
    const int32_t at = place_of(win, run->x0, run->y);
    const uint16_t *const px = f->light.px + run->y * f->light.stride + run->x0;
    const int n = run->x1 - run->x0, dark = f->dark - STM_CHAMBER_LIGHT;
    for (int i = 0; i < n; i++) {
        const uint32_t label = win->label[at + i];
        if (!label) continue;
        struct skirt *const s = &skirt[label];
        const int light = px[i] - STM_CHAMBER_LIGHT;
        s->all++;
        s->dark += light < dark;
        s->peak = light > s->peak ? light : s->peak;
        const unsigned shell = win->depth[at + i] / (unsigned)SCALE;
        if (shell >= SHELLS) continue;
        s->shell[shell].sum += light < 0 ? -light : light;
        s->shell[shell].n++;
    }
}

/* The same where all of the run has one label. */
static void add_to_skirt(const struct stm_cell_finder *f, const struct window *win, struct skirt *s,
                         const struct stm_segment *run)
{
    const uint16_t *const px = f->light.px + run->y * f->light.stride + run->x0;
    const uint16_t *const depth = win->depth + place_of(win, run->x0, run->y);
    const int n = run->x1 - run->x0, dark = f->dark - STM_CHAMBER_LIGHT;
    int peak = s->peak, darker = 0;
    for (int i = 0; i < n; i++) {
        const int light = px[i] - STM_CHAMBER_LIGHT;
        darker += light < dark;
        peak = light > peak ? light : peak;
        const unsigned shell = depth[i] / (unsigned)SCALE;
        if (shell >= SHELLS) continue;
        s->shell[shell].sum += light < 0 ? -light : light;
        s->shell[shell].n++;
    }
    s->all += n;
    s->dark += darker;
    s->peak = peak;
}

static void measure_skirts(const struct stm_cell_finder *f, const struct window *win, struct skirt *skirt,
                           uint32_t labels, const struct stm_segment *run, size_t n)
{
    memset(skirt, 0, (labels + 1) * sizeof *skirt);
    for (size_t i = 0; i < n; i++)
        if (labels == 1)
            add_to_skirt(f, win, &skirt[1], &run[i]);
        else
            add_to_skirts(f, win, skirt, &run[i]);
    for (uint32_t i = 1; i <= labels; i++) {
        struct skirt *const s = &skirt[i];
        const bool is_bright = BRIGHT * s->dark < s->all && s->peak > f->bright - STM_CHAMBER_LIGHT;
        s->level = is_bright ? s->peak * 7 / 20 : rim_of(s) / 2;
        s->depth = is_bright ? 8 : 2;
    }
}

/* A pixel that was taken away: its place in the window and in the light. */
struct peeled {
    int32_t at, px;
};

/* Whether a border pixel is faint enough to go. */
static bool is_skirt(const struct stm_cell_finder *f, const struct window *win, const struct skirt *skirt,
                     int round, struct peeled p)
{
    const struct skirt *const s = &skirt[win->label[p.at]];
    const int light = f->light.px[p.px] - STM_CHAMBER_LIGHT,
              size = light < 0 && s->depth < 8 ? -light : light;
    return win->label[p.at] && round < s->depth && size < s->level;
}

/* Whether the pixel beside, above or below has another label. */
static bool is_border(const uint32_t *l, int32_t w)
{
    return ((l[-1] ^ *l) | (l[1] ^ *l) | (l[-w] ^ *l) | (l[w] ^ *l)) != 0;
}

/* Border pixels of a run. Where there is one label they are those a pixel deep, and those at the picture's
 * edge, from which depth is not taken. */
static size_t list_border(const struct stm_cell_finder *f, const struct window *win, uint32_t labels,
                          const struct stm_segment *run, struct peeled *list)
{
    const int32_t at = place_of(win, run->x0, run->y), n = run->x1 - run->x0;
    const int32_t px = (int32_t)(run->y * f->light.stride + run->x0);
    const uint16_t *const depth = win->depth + at;
    const bool edge = run->y == 0 || run->y == f->h - 1;
    size_t border = 0;
    for (int32_t i = 0; i < n; i++)
        if (labels > 1 || edge ? is_border(win->label + at + i, win->w)
                               : depth[i] == SCALE || i == 0 || i == n - 1)
            list[border++] = (struct peeled){at + i, px + i};
    return border;
}

/* The first round: all pixels at a border are looked at before any goes. Returns how many go. */
static size_t peel_first(const struct stm_cell_finder *f, const struct window *win, const struct skirt *skirt,
                         uint32_t labels, const struct stm_segment *run, size_t n, struct peeled *gone)
{
    size_t border = 0, going = 0;
    for (size_t i = 0; i < n; i++)
        border += list_border(f, win, labels, &run[i], gone + border);
    for (size_t i = 0; i < border; i++)
        if (is_skirt(f, win, skirt, 0, gone[i])) gone[going++] = gone[i];
    for (size_t i = 0; i < going; i++)
        win->label[gone[i].at] = 0;
    return going;
}

/* Takes faint border pixels away, from outside in. What stayed in one round stays in the next, so that only
 * the neighbours of what went are looked at. */
static void take_skirts_off(const struct stm_cell_finder *f, const struct window *win, uint32_t labels,
                            const struct stm_segment *run, size_t n)
{
    struct skirt *const skirt = (struct skirt *)win->scratch;
    struct peeled *const gone = (struct peeled *)(skirt + labels + 1);
    const int32_t w = win->w, stride = (int32_t)f->light.stride;
    const struct peeled step[4] = {{-1, -1}, {1, 1}, {-w, -stride}, {w, stride}};
    measure_skirts(f, win, skirt, labels, run, n);
    size_t from = 0, to = peel_first(f, win, skirt, labels, run, n, gone);
    for (int round = 1; from < to; round++) {
        const size_t end = to;
        for (; from < end; from++)
            for (int i = 0; i < 4; i++) {
                const struct peeled p = {gone[from].at + step[i].at, gone[from].px + step[i].px};
                if (!win->label[p.at] || !is_skirt(f, win, skirt, round, p)) continue;
                win->label[p.at] = 0;
                gone[to++] = p;
            }
    }
}

/* The runs of a body without its skirt, which joins what lies close together. */
static size_t bare_runs(const struct stm_cell_finder *f, const struct window *win,
                        const struct stm_segment *run, size_t n)
{
    const struct stm_u32 body = {win->label, win->w, win->w, win->h};
    memset(win->label, 0, (size_t)win->w * (size_t)win->h * sizeof *win->label);
    for (size_t i = 0; i < n; i++)
        for (int x = run[i].x0; x < run[i].x1; x++)
            win->label[place_of(win, x, run[i].y)] = 1;
    distances(f, win, win->depth, run, n);
    take_skirts_off(f, win, 1, run, n);
    return stm_label_runs(win->body_run, (size_t)win->w * (size_t)win->h / 2 + 1,
                          (struct stm_cu32)STM_CONST(body), win->x0, win->y0);
}

static void keep_one(struct stm_cell_finder *f, const struct window *win, struct stm_segment *run, size_t n,
                     bool clumped)
{
    struct stm_cell *const cell = &f->cell[f->cells];
    if (n > stm_cell_run_room(f->w, f->h) - f->n_kept) {
        f->crowded = true;
        return;
    }
    const struct stm_cu16 depth = {win->depth, win->w, win->w, win->h};
    stm_cell_describe(f, cell, run, n, depth, win->x0, win->y0);
    if (cell->area < LEAST_AREA) return;
    cell->clumped = clumped;
    f->cells++;
    for (size_t i = 0; i < n; i++)
        run[i].label = f->cells;
    memcpy(f->kept + f->n_kept, run, n * sizeof *run);
    f->n_kept += n;
}

/* Runs of all cells are in core_run, those of one at a time in body_run. */
static void keep(struct stm_cell_finder *f, const struct window *win, uint32_t labels)
{
    const struct stm_cu32 label = {win->label, win->w, win->w, win->h};
    const size_t runs = stm_label_runs(win->core_run, win->room, label, win->x0, win->y0);
    if (runs > win->room) f->crowded = true; /* no body of cells is that ragged */
    for (uint32_t i = 1; i <= labels && f->cells < f->room && !f->crowded; i++) {
        size_t n = 0;
        for (size_t j = 0; j < runs; j++)
            if (win->core_run[j].label == i) win->body_run[n++] = win->core_run[j];
        if (n) keep_one(f, win, win->body_run, n, labels > 1);
    }
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
    if (!n) return;
    const uint16_t most = make_landscape(f, &win, win.body_run, n);
    const uint32_t labels = plant(f, &win, win.body_run, &n, most);
    if (!labels) return;
    take_skirts_off(f, &win, labels, win.body_run, n);
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
    const size_t skirts = (SEEDS + 1) * sizeof(struct skirt) + n * sizeof(struct peeled);
    const size_t a = flood > distance ? flood : distance;
    return a > skirts ? a : skirts;
}

size_t stm_cell_split_bytes(int w, int h)
{
    const size_t n = window_pixels(w, h);
    return stm_arena_cost(n * sizeof(uint32_t)) + 3 * stm_arena_cost(n * sizeof(uint16_t)) +
           2 * stm_arena_cost((n / 2 + 1) * sizeof(struct stm_segment)) +
           stm_arena_cost(window_scratch(w, h)) +
           stm_arena_cost(stm_cell_room(w, h) * sizeof(struct stm_cell)) +
           stm_arena_cost(stm_cell_run_room(w, h) * sizeof(struct stm_segment));
}

bool stm_cell_split(struct stm_cell_finder *f, struct stm_error *err)
{
    const size_t n = window_pixels(f->w, f->h);
    f->room = stm_cell_room(f->w, f->h);
    f->cell = stm_arena_take(f->scratch, f->room * sizeof *f->cell, "cells", err);
    f->kept = stm_arena_take(f->scratch, stm_cell_run_room(f->w, f->h) * sizeof *f->kept, "runs", err);
    struct window memory = {
        .label = stm_arena_take(f->scratch, n * sizeof *memory.label, "a window", err),
        .level = stm_arena_take(f->scratch, n * sizeof *memory.level, "a window", err),
        .core = stm_arena_take(f->scratch, n * sizeof *memory.core, "a window", err),
        .depth = stm_arena_take(f->scratch, n * sizeof *memory.depth, "a window", err),
        .room = n / 2 + 1,
        .core_run = stm_arena_take(f->scratch, (n / 2 + 1) * sizeof *memory.core_run, "a window", err),
        .body_run = stm_arena_take(f->scratch, (n / 2 + 1) * sizeof *memory.body_run, "a window", err),
        .scratch = stm_arena_take(f->scratch, window_scratch(f->w, f->h), "a window", err)};
    if (!f->cell || !f->kept || !memory.label || !memory.level || !memory.core || !memory.depth ||
        !memory.core_run || !memory.body_run || !memory.scratch)
        return false;
    for (uint32_t i = 1; i <= f->bodies; i++)
        split_body(f, &memory, f->run + f->first[i], f->first[i + 1] - f->first[i]);
    return true;
}
