/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is no culture surface: corners behind a stop of the microscope, and marks burned into the image. */
#include "kernels/components.h"
#include "kernels/kernels.h"
#include "kernels/runs.h"
#include "pipeline/cells/view.h"

#include <string.h>

/* A stop is dark (below this part of the median light), lies in a corner, and takes at least this part of the
 * image. */
static const double stop_light = 0.3, stop_part = 0.002;

/* Burned-in marks are the brightest or the darkest of the image, with one value exactly, and take less than
 * this part of it. A run of it that is at least BAR long, in rows above each other, is a bar; saturated cells
 * are ragged: a bar's rows begin and end within a pixel of each other. Letters are near their bar. */
static const double marks_part = 0.02;
enum { BAR = 24, ROWS = 3, LETTERS = 40, BINS = 65536 };

size_t stm_cells_outside_bytes(int w, int h)
{
    const size_t runs = (size_t)(w + 1) / 2 * (size_t)h + 1;
    return stm_arena_cost(runs * sizeof(struct stm_segment)) + stm_arena_cost(runs * sizeof(uint32_t)) +
           stm_arena_cost(runs * sizeof(uint64_t)) + stm_arena_cost(BINS * sizeof(uint32_t));
}

static void count(uint32_t *bins, struct stm_cu16 p)
{
    memset(bins, 0, BINS * sizeof *bins);
    for (int y = 0; y < p.h; y++)
        for (int x = 0; x < p.w; x++)
            bins[p.px[y * p.stride + x]]++;
}

/* The value with n pixels at most below it. */
static int value_at(const uint32_t *bins, uint64_t n)
{
    uint64_t below = 0;
    int i = 0;
    while (i < BINS - 1 && (below += bins[i]) <= n)
        i++;
    return i;
}

/* Dark components that hold a corner pixel of the image. */
static bool mark_stop(struct stm_cells_view *v, struct stm_cu16 light, int level, struct stm_error *err)
{
    const size_t room = (size_t)(v->w + 1) / 2 * (size_t)v->h + 1;
    struct stm_segment *run = stm_arena_take(v->scratch, room * sizeof *run, "runs", err);
    uint32_t *parent = stm_arena_take(v->scratch, room * sizeof *parent, "components", err);
    uint64_t *area = stm_arena_take(v->scratch, room * sizeof *area, "areas", err);
    if (!run || !parent || !area) return false;
    for (int y = 0; y < v->h; y++)
        for (int x = 0; x < v->w; x++)
            v->outside.px[y * v->w + x] = light.px[y * light.stride + x] < level;
    const size_t n = stm_mask_runs(run, room, (struct stm_cu8)STM_CONST(v->outside));
    const uint32_t labels = stm_components(run, n, 8, parent);
    memset(v->outside.px, 0, (size_t)v->w * (size_t)v->h);
    memset(area, 0, ((size_t)labels + 1) * sizeof *area);
    memset(parent, 0, ((size_t)labels + 1) * sizeof *parent); /* now: holds a corner */
    for (size_t i = 0; i < n; i++) {
        area[run[i].label] += (uint64_t)(run[i].x1 - run[i].x0);
        if ((run[i].y == 0 || run[i].y == v->h - 1) && (run[i].x0 == 0 || run[i].x1 == v->w))
            parent[run[i].label] = 1;
    }
    const double least = stop_part * v->w * v->h;
    for (size_t i = 0; i < n; i++)
        if (parent[run[i].label] && (double)area[run[i].label] >= least)
            memset(v->outside.px + run[i].y * v->w + run[i].x0, 255, (size_t)(run[i].x1 - run[i].x0));
    return true;
}

/* Length of the run of equal pixels that begins at x. */
static int equal_run(const uint16_t *row, int x, int w)
{
    int end = x + 1;
    while (end < w && row[end] == row[x])
        end++;
    return end - x;
}

static bool same_below(struct stm_cu16 p, int x, int y, int length)
{
    const uint16_t value = p.px[y * p.stride + x];
    for (int r = 1; r < ROWS; r++) {
        if (y + r >= p.h) return false;
        const uint16_t *row = p.px + (y + r) * p.stride;
        for (int i = 1; i + 1 < length; i++)
            if (row[x + i] != value) return false;
        if ((x > 1 && row[x - 2] == value) || (x + length + 1 < p.w && row[x + length + 1] == value))
            return false;
    }
    return true;
}

/* A bar with what is written around it. */
static void mark_bar(struct stm_cells_view *v, int x, int y, int length)
{
    const int x0 = x > 4 ? x - 4 : 0, x1 = x + length + 4 < v->w ? x + length + 4 : v->w;
    const int y0 = y > LETTERS ? y - LETTERS : 0, y1 = y + LETTERS < v->h ? y + LETTERS : v->h;
    for (int i = y0; i < y1; i++)
        memset(v->outside.px + i * v->w + x0, 255, (size_t)(x1 - x0));
}

static void mark_bars(struct stm_cells_view *v, struct stm_cu16 light, int value)
{
    for (int y = 0; y + ROWS <= v->h; y++) {
        const uint16_t *row = light.px + y * light.stride;
        for (int x = 0; x < v->w;) {
            if (row[x] != value) {
                x++;
                continue;
            }
            const int length = equal_run(row, x, v->w);
            if (length >= BAR && length < v->w / 2 && !v->outside.px[y * v->w + x] &&
                same_below(light, x, y, length))
                mark_bar(v, x, y, length);
            x += length;
        }
    }
}

bool stm_cells_mark_outside(struct stm_cells_view *view, struct stm_cu16 light, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(view->scratch);
    const uint64_t n = (uint64_t)view->w * (uint64_t)view->h;
    uint32_t *bins = stm_arena_take(view->scratch, BINS * sizeof *bins, "a histogram", err);
    if (!bins) return false;
    count(bins, light);
    const int ends[2] = {value_at(bins, 0), value_at(bins, n - 1)};
    const int dark = (int)(value_at(bins, n / 2) * stop_light);
    memset(view->outside.px, 0, n);
    if (ends[0] < dark && !mark_stop(view, light, dark, err)) return false;
    for (int i = 0; i < 2; i++)
        if (bins[ends[i]] >= BAR + (ROWS - 1) * (BAR - 2) && bins[ends[i]] < marks_part * (double)n)
            mark_bars(view, light, ends[i]);
    stm_arena_reset(view->scratch, mark);
    view->surface = 0;
    for (uint64_t i = 0; i < n; i++)
        view->surface += !view->outside.px[i];
    return true;
}
