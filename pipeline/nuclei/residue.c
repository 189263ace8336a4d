/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nuclei without a peak of their own: a dim nucleus that touches a bright one is a step in its flank, and all
 * light there leads up to the bright one. What is left of the foreground when the labels have been trimmed is
 * looked through for parts that are wide both ways; the blurred rims of nuclei are not. */
#include "kernels/components.h"
#include "kernels/runs.h"
#include "pipeline/nuclei/finder.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* While this file works, a pixel of the residue carries MARK and a length in the label image. */
#define MARK 0x80000000u
#define LENGTH 0x7fffffffu

/* Least width over the diameter of the usual nucleus, and least area over its area. */
static const double least_width = 0.4, least_area = 0.15;

struct part {
    uint64_t light;
    uint32_t area, label;
};

struct residue {
    struct stm_finder *f;
    struct stm_segment *run;
    size_t n, room;
    uint32_t *parent;
    struct part *part;
    int32_t *row, *length; /* of each column: the row last seen, and how long its run is by then */
};

static uint32_t *label_row(const struct stm_finder *f, int y)
{
    return f->labels.px + y * f->labels.stride;
}

void stm_nuclei_leave(struct stm_finder *f, const struct stm_level_run *run)
{
    const uint32_t *label = label_row(f, run->y);
    for (int x = run->x0, end; x < run->x1; x = end + 1) {
        for (end = x; end < run->x1 && !label[end];)
            end++;
        if (end - x >= f->left_least) f->left[f->lefts++] = (struct stm_segment){run->y, x, end, 0};
    }
}

/* The marked parts of the runs left. */
static void collect(struct residue *r)
{
    const size_t n = r->n;
    size_t to = 0;
    memcpy(r->f->left, r->run, n * sizeof *r->run);
    for (size_t i = 0; i < n; i++) {
        const struct stm_segment run = r->f->left[i];
        const uint32_t *label = label_row(r->f, run.y);
        for (int x = run.x0, end; x < run.x1; x = end + 1) {
            for (end = x; end < run.x1 && label[end] & MARK;)
                end++;
            if (end > x && to < r->room) r->run[to++] = (struct stm_segment){run.y, x, end, 0};
        }
    }
    r->n = to;
}

static uint32_t extend(struct residue *r, int x, int y, int before)
{
    r->length[x] = r->row[x] == before ? r->length[x] + 1 : 1;
    r->row[x] = y;
    return (uint32_t)r->length[x];
}

static void forget_columns(struct residue *r)
{
    for (int x = 0; x < r->f->w; x++)
        r->row[x] = -9;
}

/* Marks what is long enough along columns, too: lengths from above in one pass, from below in the other. */
static void mark_long_columns(struct residue *r)
{
    forget_columns(r);
    for (size_t i = 0; i < r->n; i++)
        for (int x = r->run[i].x0, y = r->run[i].y; x < r->run[i].x1; x++)
            label_row(r->f, y)[x] = MARK | extend(r, x, y, y - 1);
    forget_columns(r);
    for (size_t i = r->n; i-- > 0;)
        for (int x = r->run[i].x0, y = r->run[i].y; x < r->run[i].x1; x++) {
            uint32_t *label = &label_row(r->f, y)[x];
            if ((*label & LENGTH) + extend(r, x, y, y + 1) <= (uint32_t)r->f->left_least) *label = 0;
        }
}

static void measure_parts(struct residue *r, uint32_t parts)
{
    for (uint32_t c = 0; c <= parts; c++)
        r->part[c] = (struct part){0};
    for (size_t i = 0; i < r->n; i++) {
        struct part *p = &r->part[r->run[i].label];
        const uint16_t *px = r->f->light.px + r->run[i].y * r->f->light.stride;
        for (int x = r->run[i].x0; x < r->run[i].x1; x++)
            p->light += px[x];
        p->area += (uint32_t)(r->run[i].x1 - r->run[i].x0);
    }
}

/* Parts that are large enough become labels, trimmed at their own boundary; the rest is left without. */
static void label_parts(struct residue *r, uint32_t parts)
{
    struct stm_finder *f = r->f;
    const uint32_t room = stm_nuclei_label_room(f->w, f->h);
    f->residue_first = f->seeds + 1;
    for (uint32_t c = 1; c <= parts; c++)
        if (r->part[c].area >= least_area * f->typical && f->seeds < room) r->part[c].label = ++f->seeds;
    f->residue_end = f->seeds + 1;
    for (size_t i = 0; i < r->n; i++) {
        const struct part *p = &r->part[r->run[i].label];
        const double edge = f->options->boundary * (double)p->light / p->area;
        const uint16_t *px = f->light.px + r->run[i].y * f->light.stride;
        for (int x = r->run[i].x0; x < r->run[i].x1; x++)
            label_row(f, r->run[i].y)[x] = px[x] >= edge ? p->label : 0;
    }
}

size_t stm_nuclei_residue_bytes(int w, int h)
{
    const size_t runs = stm_nuclei_run_room(w, h);
    return stm_arena_cost(runs * sizeof(struct stm_segment)) + stm_arena_cost(runs * sizeof(uint32_t)) +
           stm_arena_cost((runs + 1) * sizeof(struct part)) +
           2 * stm_arena_cost((size_t)w * sizeof(int32_t)) + stm_arena_cost(stm_runs_sort_scratch(h));
}

/* A run of at least three in a row of w pixels: fewer than a quarter of them. */
size_t stm_nuclei_left_bytes(int w, int h)
{
    return stm_arena_cost(stm_nuclei_run_room(w, h) * sizeof(struct stm_segment));
}

bool stm_nuclei_expect_left(struct stm_finder *f, struct stm_error *err)
{
    f->lefts = 0;
    f->left =
        stm_arena_take(f->scratch, stm_nuclei_run_room(f->w, f->h) * sizeof *f->left, "what is left", err);
    return f->left != NULL;
}

void stm_nuclei_set_left(struct stm_finder *f)
{
    const int width = (int)(least_width * 1.1284 * sqrt(f->typical));
    f->left_least = !f->options->declump ? INT_MAX : width > 3 ? width : 3;
}

static bool take(struct residue *r, struct stm_error *err)
{
    struct stm_arena *a = r->f->scratch;
    const size_t columns = (size_t)r->f->w * sizeof(int32_t);
    r->room = stm_nuclei_run_room(r->f->w, r->f->h);
    r->run = stm_arena_take(a, r->room * sizeof *r->run, "what is left", err);
    r->parent = stm_arena_take(a, r->room * sizeof *r->parent, "what is left", err);
    r->part = stm_arena_take(a, (r->room + 1) * sizeof *r->part, "what is left", err);
    r->row = stm_arena_take(a, columns, "columns", err);
    r->length = stm_arena_take(a, columns, "columns", err);
    return r->run && r->parent && r->part && r->row && r->length;
}

/* Patches left their runs behind one after the other. */
static bool sort(struct residue *r, struct stm_error *err)
{
    size_t *rows = stm_arena_take(r->f->scratch, stm_runs_sort_scratch(r->f->h), "rows", err);
    if (!rows) return false;
    r->n = r->f->lefts;
    stm_runs_sort(r->run, r->f->left, r->n, r->f->h, rows);
    return true;
}

bool stm_nuclei_residue(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct residue r = {.f = f};
    if (!take(&r, err) || !sort(&r, err)) return false;
    mark_long_columns(&r);
    collect(&r);
    const uint32_t parts = stm_components(r.run, r.n, 4, r.parent);
    measure_parts(&r, parts);
    label_parts(&r, parts);
    stm_arena_reset(f->scratch, mark);
    return true;
}
