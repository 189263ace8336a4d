/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the flooded mask to cells: rims that are still halo, pinholes, and patches that are dirt. */
#include "kernels/kernels.h"
#include "kernels/rank.h"
#include "pipeline/cells/finder.h"
#include "pipeline/cells/patches.h"

#include <stdlib.h>
#include <string.h>

/* Gaps that are nowhere 2 NARROW + 1 pixels wide are the bright lines along which cells touch, unless they
 * are as bright as two halos (percent over the ground) and 2 LINE + 1 pixels wide; gaps below HOLE pixels are
 * parts of cells. A rim pixel brighter than `rim` percent is halo. */
enum { HOLE = 25, LINE = 1, NARROW = 3 };
static const double rim = 5, two_halos = 100;

/* Dirt has softer edges than cells. Patches up to `area` pixels keep to this part of the steepness that is
 * usual for the area that is covered; the last row holds for all larger ones. */
static const struct {
    double area, least;
} edges[] = {{400, 0.8}, {1000, 0.6}, {1e30, 0.35}};

static bool at_rim(struct stm_cu8 m, int x, int y)
{
    const uint8_t *p = m.px + y * m.stride + x;
    return (x > 0 && !p[-1]) || (x + 1 < m.w && !p[1]) || (y > 0 && !p[-m.stride]) ||
           (y + 1 < m.h && !p[m.stride]);
}

static void trim(struct stm_cover_finder *f, struct stm_u8 mask)
{
    const struct stm_cells_view *v = f->view;
    const int level = stm_cover_level(f, rim);
    memcpy(f->work.px, mask.px, (size_t)v->w * (size_t)v->h);
    const struct stm_cu8 before = STM_CONST(f->work);
    for (int y = 0; y < v->h; y++)
        for (int x = 0; x < v->w; x++) {
            const ptrdiff_t i = y * mask.stride + x;
            if (mask.px[i] && v->smooth.px[i] > level && !f->core.px[i] && at_rim(before, x, y))
                mask.px[i] = 0;
        }
}

/* Sum of the steepness at the rim of each patch, and how many pixels that is. */
struct edge {
    uint64_t sum;
    uint32_t n, touches;
};

static void measure_edges(const struct stm_cover_finder *f, struct stm_cu8 mask, const struct stm_patches *p,
                          struct edge *edge)
{
    memset(edge, 0, ((size_t)p->n + 1) * sizeof *edge);
    for (size_t i = 0; i < p->runs; i++) {
        const struct stm_segment *s = &p->run[i];
        struct edge *e = &edge[s->label];
        if (s->y == 0 || s->y == mask.h - 1 || s->x0 == 0 || s->x1 == mask.w) e->touches = 1;
        for (int x = s->x0; x < s->x1; x++)
            if (at_rim(mask, x, s->y)) e->sum += f->gradient.px[s->y * mask.stride + x], e->n++;
    }
}

static double steepness(const struct edge *e)
{
    return e->n ? (double)e->sum / e->n : 0;
}

struct weighed {
    double steep;
    uint32_t area;
};

static int by_steepness(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;
    if (x->steep < y->steep || x->steep > y->steep) return x->steep < y->steep ? -1 : 1;
    return (x->area > y->area) - (x->area < y->area);
}

/* The steepness that half of the covered area exceeds. */
static double usual_steepness(const struct stm_patches *p, const struct edge *edge, struct weighed *list)
{
    uint64_t all = 0, sum = 0;
    for (uint32_t i = 1; i <= p->n; i++) {
        list[i - 1] = (struct weighed){steepness(&edge[i]), p->area[i]};
        all += p->area[i];
    }
    qsort(list, p->n, sizeof *list, by_steepness);
    for (uint32_t i = 0; i < p->n; i++)
        if ((sum += list[i].area) * 2 >= all) return list[i].steep;
    return 0;
}

static bool is_cell(uint32_t area, const struct edge *e, double least_area, double usual)
{
    int i = 0;
    if (area < least_area * (e->touches ? 0.5 : 1)) return false;
    while (area > edges[i].area)
        i++;
    return steepness(e) >= edges[i].least * usual;
}

static bool drop_dirt(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->view->scratch);
    const struct stm_cu8 seen = STM_CONST(mask);
    const double least = f->options->least_um2 / (f->view->um * f->view->um);
    struct stm_patches p;
    if (!stm_patches_make(&p, seen, 8, f->view->scratch, err)) return false;
    struct edge *edge = stm_arena_take(f->view->scratch, ((size_t)p.n + 1) * sizeof *edge, "edges", err);
    struct weighed *list = stm_arena_take(f->view->scratch, ((size_t)p.n + 1) * sizeof *list, "edges", err);
    uint8_t *keep = stm_arena_take(f->view->scratch, (size_t)p.n + 1, "patches", err);
    if (!edge || !list || !keep) return false;
    measure_edges(f, seen, &p, edge);
    const double usual = usual_steepness(&p, edge, list);
    keep[0] = 0;
    for (uint32_t i = 1; i <= p.n; i++)
        keep[i] = is_cell(p.area[i], &edge[i], least, usual);
    stm_patches_keep(&p, mask, keep);
    stm_arena_reset(f->view->scratch, mark);
    return true;
}

/* f->a = the gaps that are somewhere 2 reach + 1 pixels wide, as far as they are. */
static void open_gaps(struct stm_cover_finder *f, struct stm_cu8 mask, int reach, void *rows)
{
    const struct stm_cells_view *v = f->view;
    for (size_t i = 0; i < (size_t)v->w * (size_t)v->h; i++)
        f->a.px[i] = !mask.px[i];
    stm_minimum_filter(v->kernels, f->a, (struct stm_cu16)STM_CONST(f->a), reach, reach, rows);
    stm_maximum_filter(v->kernels, f->a, (struct stm_cu16)STM_CONST(f->a), reach, reach, rows);
}

/* Light of one halo is a line between touching cells, light of two is a gap. */
static bool close_lines(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err)
{
    const struct stm_cells_view *v = f->view;
    const size_t mark = stm_arena_mark(v->scratch), n = (size_t)v->w * (size_t)v->h;
    void *rows = stm_arena_take(v->scratch, stm_extremum_scratch(v->w, NARROW, NARROW), "rows", err);
    if (!rows) return false;
    const struct stm_cu8 seen = STM_CONST(mask);
    const int level = stm_cover_level(f, two_halos);
    open_gaps(f, seen, NARROW, rows);
    for (size_t i = 0; i < n; i++)
        f->work.px[i] = f->a.px[i] ? 255 : 0;
    open_gaps(f, seen, LINE, rows);
    stm_maximum_filter(v->kernels, f->b, (struct stm_cu16)STM_CONST(v->smooth), 2, 2, rows);
    for (size_t i = 0; i < n; i++)
        mask.px[i] = f->work.px[i] || (f->a.px[i] && f->b.px[i] > level) ? 0 : 255;
    stm_arena_reset(v->scratch, mark);
    return true;
}

bool stm_cover_tidy(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err)
{
    if (!close_lines(f, mask, err) || !stm_mask_fill_small(mask, HOLE, 4, f->view->scratch, err))
        return false;
    trim(f, mask);
    return drop_dirt(f, mask, err) && stm_mask_fill_small(mask, HOLE, 4, f->view->scratch, err);
}

size_t stm_cover_tidy_bytes(int w, int h)
{
    const size_t n = (size_t)(w + 1) / 2 * (size_t)h + 2;
    return stm_patches_bytes(w, h) + stm_arena_cost(n * sizeof(struct edge)) +
           stm_arena_cost(n * sizeof(struct weighed)) + stm_arena_cost(n);
}
