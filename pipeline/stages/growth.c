/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage growth: doubling times of a well that was imaged again and again. See docs/adherent.md. */
#include "pipeline/stats/growth.h"
#include "pipeline/core/text.h"
#include "pipeline/stage.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdlib.h>

struct knobs {
    double step_min, until_percent;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, step_min, "min", 0, 1000000, 0,
             "minutes from one number of a time point to the next; 1 where file names have days, hours and "
             "minutes; 0 = not known"),
    STM_REAL(knobs, until_percent, "%", 1, 100, 60,
             "time points count as exponential growth until Confluence first exceeds this"),
    {0},
};

enum { POINTS, AREA, AREA_LOW, AREA_HIGH, COUNT, COUNT_LOW, COUNT_HIGH, COLUMNS };
static const struct stm_measure columns[COLUMNS + 1] = {
    [POINTS] = {"Growth_TimePoints", "", 0, "time points before growth.until_percent; empty without times"},
    [AREA] = {"Growth_ConfluenceDoubling_h", "h", 2,
              "ln 2 / slope of ln Confluence over time; empty without growth, below three time points, or "
              "without growth.step_min"},
    [AREA_LOW] = {"Growth_ConfluenceDoubling_h_Low", "h", 2,
                  "lower limit, 95 %, from the scatter about the line (Student's t)"},
    [AREA_HIGH] = {"Growth_ConfluenceDoubling_h_High", "h", 2,
                   "upper limit of the same; empty where there may be no growth"},
    [COUNT] = {"Growth_CountDoubling_h", "h", 2, "the same of Count_Cells over Counted_Area"},
    [COUNT_LOW] = {"Growth_CountDoubling_h_Low", "h", 2, "lower limit, 95 %"},
    [COUNT_HIGH] = {"Growth_CountDoubling_h_High", "h", 2, "upper limit, 95 %"},
};

/* What is known of one time point: sums over its fields of view. */
struct moment {
    int time, order; /* order: place in the plate */
    double surface, covered, area, cells;
};

struct inputs {
    int confluence, excluded, cells;
};

static int compare_times(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    return x->time != y->time ? (x->time > y->time) - (x->time < y->time)
                              : (x->order > y->order) - (x->order < y->order);
}

static int collect(struct moment *m, const struct stm_well *well, const struct inputs *in,
                   const struct stm_columns *site_columns)
{
    int n = 0;
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        if (row->timepoint < 0 || row->verdict > STM_VERDICT_WARN || isnan(row->values[in->confluence]))
            continue;
        const double area = (double)row->width * row->height,
                     surface = area * (1 - row->values[in->excluded] / 100);
        m[n++] = (struct moment){row->timepoint,
                                 s,
                                 surface,
                                 surface * row->values[in->confluence],
                                 stm_row_counted_area(row, site_columns),
                                 row->values[in->cells]};
    }
    qsort(m, (size_t)n, sizeof *m, compare_times);
    return n;
}

/* Fields of view of one time become one moment. */
static int join(struct moment *m, int n)
{
    int k = 0;
    for (int i = 0; i < n; i++) {
        if (k && m[k - 1].time == m[i].time) {
            m[k - 1].surface += m[i].surface;
            m[k - 1].covered += m[i].covered;
            m[k - 1].area += m[i].area;
            m[k - 1].cells += m[i].cells;
        } else
            m[k++] = m[i];
    }
    return k;
}

static int exponential(const struct moment *m, int n, double until)
{
    int k = 0;
    while (k < n && floor(m[k].covered / m[k].surface * 100 + 0.5) / 100 <= until)
        k++;
    return k;
}

static void put(double *v, const struct stm_growth *g)
{
    v[0] = g->doubling;
    v[1] = g->interval.low;
    v[2] = g->interval.high;
}

static bool fill(double *v, const struct moment *m, int n, double step_min, struct stm_error *err)
{
    double *const room = malloc(((size_t)n * 3 + 1) * sizeof *room), *const value = room + n;
    if (!room) return stm_fail(err, STM_NO_MEMORY, "no memory for %d time points", n);
    for (int i = 0; i < n; i++) {
        room[i] = (m[i].time - m[0].time) * step_min / 60;
        value[i] = m[i].covered / m[i].surface;
        value[n + i] = m[i].cells / m[i].area;
    }
    const struct stm_growth area = stm_growth_fit(room, value, n, 0.95),
                            count = stm_growth_fit(room, value + n, n, 0.95);
    put(v + AREA, &area);
    put(v + COUNT, &count);
    free(room);
    return true;
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct knobs *k = env->params;
    const struct inputs in = {stm_columns_find(env->site_columns, "Confluence"),
                              stm_columns_find(env->site_columns, "Confluence_Excluded"),
                              stm_columns_find(env->site_columns, "Count_Cells")};
    double *const v = well->values + env->well_first;
    if (in.confluence < 0 || in.excluded < 0 || in.cells < 0)
        return stm_fail(err, STM_USAGE, "stage growth needs the columns of foreground and shape before it");
    struct moment *const m = malloc(((size_t)well->n_sites + 1) * sizeof *m);
    if (!m) return stm_fail(err, STM_NO_MEMORY, "no memory for the %d sites of a well", well->n_sites);
    const int times = join(m, collect(m, well, &in, env->site_columns)),
              n = exponential(m, times, k->until_percent);
    if (times > 1) v[POINTS] = n;
    const bool ok = times < 2 || !(k->step_min > 0) || fill(v, m, n, k->step_min, err);
    free(m);
    return ok;
}

/* Plate state: whether there are different times. */
struct times {
    int any, first, differ;
};

static void note(const struct stm_site *site, const struct stm_stage_env *env)
{
    struct times *const t = env->plate;
    if (site->row.timepoint < 0) return;
    if (!t->any) t->first = site->row.timepoint;
    t->any = 1;
    t->differ |= site->row.timepoint != t->first;
}

static bool conclude(const struct stm_stage_env *env, struct stm_error *err)
{
    const struct times *const t = env->plate;
    (void)err;
    if (t->differ && env->notes && !(((const struct knobs *)env->params)->step_min > 0))
        stm_string_add(env->notes, "there are time points, but what lies between them is not known: "
                                   "doubling times need growth.step_min\n");
    return true;
}

const struct stm_stage stm_stage_growth = {
    .name = "growth",
    .summary = "doubling times of wells imaged again and again",
    .params = params,
    .params_size = sizeof(struct knobs),
    .well_columns = columns,
    .plate_bytes = sizeof(struct times),
    .note = note,
    .conclude = conclude,
    .well = well,
};
