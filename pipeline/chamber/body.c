/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/components.h"
#include "kernels/runs.h"
#include "pipeline/chamber/finder.h"

#include <string.h>

size_t stm_cell_run_room(int w, int h)
{
    return (size_t)w * (size_t)h / 8 + 2 * (size_t)h + 64;
}

uint32_t stm_cell_room(int w, int h)
{
    return (uint32_t)((size_t)w * (size_t)h / 64 + 64);
}

static void threshold_row(uint8_t *restrict to, const uint16_t *restrict px, int w, uint16_t dark,
                          uint16_t bright)
{
    for (int x = 0; x < w; x++)
        to[x] = (uint8_t) - ((px[x] < dark && px[x] > 0) | (px[x] > bright));
}

/* Rows above and below, the edge's own beyond it. */
static void neighbours(const struct stm_u8 m, int y, const uint8_t *row[3])
{
    for (int i = 0; i < 3; i++) {
        const int v = y + i - 1;
        row[i] = m.px + (v < 0 ? 0 : v >= m.h ? m.h - 1 : v) * m.stride;
    }
}

/* One step of erosion (all = the pixels must all be set) or dilation by a 3 x 3 square or a cross. `row` has
 * w + 2 bytes. */
static void erode(struct stm_u8 to, struct stm_u8 from, bool square, uint8_t *row)
{
    const int w = from.w;
    for (int y = 0; y < from.h; y++) {
        const uint8_t *r[3];
        uint8_t *const out = to.px + y * to.stride;
        neighbours(from, y, r);
        memcpy(row + 1, r[1], (size_t)w);
        for (int x = 0; square && x < w; x++)
            row[x + 1] = r[0][x] & r[1][x] & r[2][x];
        row[0] = row[1];
        row[w + 1] = row[w];
        for (int x = 0; x < w; x++)
            out[x] = row[x] & row[x + 1] & row[x + 2];
        for (int x = 0; !square && x < w; x++)
            out[x] = out[x] & r[0][x] & r[2][x];
    }
}

static void dilate(struct stm_u8 to, struct stm_u8 from, bool square, uint8_t *row)
{
    const int w = from.w;
    for (int y = 0; y < from.h; y++) {
        const uint8_t *r[3];
        uint8_t *const out = to.px + y * to.stride;
        neighbours(from, y, r);
        memcpy(row + 1, r[1], (size_t)w);
        for (int x = 0; square && x < w; x++)
            row[x + 1] = r[0][x] | r[1][x] | r[2][x];
        row[0] = row[1];
        row[w + 1] = row[w];
        for (int x = 0; x < w; x++)
            out[x] = row[x] | row[x + 1] | row[x + 2];
        for (int x = 0; !square && x < w; x++)
            out[x] = out[x] | r[0][x] | r[2][x];
    }
}

/* Opening by a disc of radius 2 (5 x 5 without its corners). */
static void open_mask(struct stm_u8 mask, struct stm_u8 other, uint8_t *row)
{
    erode(other, mask, true, row);
    erode(mask, other, false, row);
    dilate(other, mask, true, row);
    dilate(mask, other, false, row);
}

/* The rim of a cell that the edge cuts is open there. What it holds is filled too, up to a sixteenth of the
 * largest hole (half of a cell a twentieth of the shorter side across): between cells and the edge there is
 * more than their inside. */
enum { POCKET = 16 };

/* A hole is filled when it is smaller than a disc of an eighth of the picture's shorter side: the middle of a
 * cell, not a square of the grid. */
static uint64_t largest_hole(const struct stm_cell_finder *f)
{
    const uint64_t side = (uint64_t)(f->w < f->h ? f->w : f->h) / 8;
    return side * side;
}

size_t stm_cell_bodies_bytes(int w, int h)
{
    const size_t room = stm_cell_run_room(w, h), mask = stm_arena_cost((size_t)w * (size_t)h);
    return 2 * stm_arena_cost(room * sizeof(struct stm_segment)) +
           stm_arena_cost((room + 2) * sizeof(size_t)) + 2 * mask + stm_arena_cost((size_t)w + 2) +
           stm_arena_cost(stm_fill_holes_scratch(room, h)) + stm_arena_cost(room * sizeof(uint32_t));
}

static bool find_runs(struct stm_cell_finder *f, struct stm_u8 mask, struct stm_u8 other, uint8_t *row,
                      struct stm_segment *run, size_t room, void *fill)
{
    for (int y = 0; y < f->h; y++)
        threshold_row(mask.px + y * mask.stride, f->light.px + y * f->light.stride, f->w, (uint16_t)f->dark,
                      (uint16_t)f->bright);
    f->runs = stm_mask_runs(run, room, (struct stm_cu8)STM_CONST(mask));
    if (f->runs > room) return false;
    f->runs = stm_fill_pockets(run, f->runs, f->w, f->h, 8, largest_hole(f), largest_hole(f) / POCKET, fill);
    stm_runs_fill8(mask, 0, 0, run, f->runs, 255);
    open_mask(mask, other, row);
    f->runs = stm_mask_runs(run, room, (struct stm_cu8)STM_CONST(mask));
    return f->runs <= room;
}

/* Runs of each body together; what it takes stays taken, since split.c works on it. */
bool stm_cell_bodies(struct stm_cell_finder *f, struct stm_error *err)
{
    const size_t room = stm_cell_run_room(f->w, f->h), area = (size_t)f->w * (size_t)f->h;
    f->run = stm_arena_take(f->scratch, room * sizeof *f->run, "runs", err);
    f->first = stm_arena_take(f->scratch, (room + 2) * sizeof *f->first, "bodies", err);
    const size_t mark = stm_arena_mark(f->scratch);
    struct stm_segment *const run = stm_arena_take(f->scratch, room * sizeof *run, "runs", err);
    struct stm_u8 mask = {stm_arena_take(f->scratch, area, "a mask", err), f->w, f->w, f->h};
    struct stm_u8 other = {stm_arena_take(f->scratch, area, "a mask", err), f->w, f->w, f->h};
    uint8_t *const row = stm_arena_take(f->scratch, (size_t)f->w + 2, "a row", err);
    void *const fill = stm_arena_take(f->scratch, stm_fill_holes_scratch(room, f->h), "holes", err);
    uint32_t *const parent = stm_arena_take(f->scratch, room * sizeof *parent, "bodies", err);
    if (!f->run || !f->first || !run || !mask.px || !other.px || !row || !fill || !parent) return false;
    f->crowded = !find_runs(f, mask, other, row, run, room, fill);
    if (f->crowded) f->runs = 0;
    f->bodies = stm_components(run, f->runs, 8, parent);
    stm_runs_group(f->run, f->first, run, f->runs, f->bodies);
    stm_arena_reset(f->scratch, mark);
    return true;
}
