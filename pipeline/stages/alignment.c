/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage alignment: which way the pattern of the covered area runs, from the slopes of the image itself and so
 * without telling cells apart. docs/adherent.md. */
#include "kernels/gauss.h"
#include "kernels/kernels.h"
#include "kernels/tensor.h"
#include "pipeline/stage.h"
#include "pipeline/stats/quantile.h"
#include "pipeline/stats/summary.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct knobs {
    double block_um;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, block_um, "um", 5, 1000, 50,
             "side of the squares that have a direction each, to the nearest power of two in pixels"),
    {0},
};

enum { ORDER, ANGLE, LOCAL, COHERENCE, BLOCKS, COLUMNS };
static const struct stm_measure site_columns[COLUMNS + 1] = {
    [ORDER] =
        {"Alignment_Tensor", "", 3,
         "nematic order of the covered squares' directions a, weighted by their coherence: length of the "
         "mean of (cos 2a, sin 2a); 0 = in all directions (about 1 / sqrt(squares) by chance), 1 = in one; "
         "empty below 10 squares"},
    [ANGLE] = {"Alignment_TensorAngle", "deg", 1, "that direction, counted as AreaShape_Orientation"},
    [LOCAL] =
        {"Alignment_Local", "", 3,
         "mean of the same order within 3 x 3 squares around each covered one: 1 also where the direction "
         "turns slowly over the field; about 0.3 where squares have nothing in common"},
    [COHERENCE] = {"Alignment_Coherence", "", 3,
                   "mean coherence of the covered squares: |difference| / sum of the eigenvalues of the "
                   "structure tensor; 0 = slopes in all directions, 1 = stripes"},
    [BLOCKS] = {"Alignment_Squares", "", 0, "covered squares: more than half of each is"},
};

/* Directions of n squares that have nothing in common still have an order of about 1 / sqrt(n); below this
 * many nothing is said. */
enum { LEAST = 10 };

enum { WELL_ORDER, WELL_LOCAL = 3, WELL_COLUMNS = 6 };
static const struct stm_measure well_columns[WELL_COLUMNS + 1] = {
    {"Alignment_Tensor", "", 3, "mean of Alignment_Tensor over the sites in use"},
    {"Alignment_Tensor_Low", "", 3, "lower limit, 95 %: Student's t between the sites; empty for one site"},
    {"Alignment_Tensor_High", "", 3, "upper limit of the same"},
    {"Alignment_Local", "", 3, "mean of Alignment_Local over the sites in use"},
    {"Alignment_Local_Low", "", 3, "lower limit, 95 %: Student's t between the sites; empty for one site"},
    {"Alignment_Local_High", "", 3, "upper limit of the same"},
};

/* Micrometres: what is finer is noise to directions; the size of a pixel where none is known. */
static const double smooth_um = 1, usual_um = 0.65, pi = 3.14159265358979323846;
static const double least_sigma = 0.7, most_sigma = 4;

static double known(double pixel_um)
{
    return pixel_um > 0 ? pixel_um : usual_um;
}

static int shift_of(const struct knobs *k, double pixel_um)
{
    const double px = k->block_um / known(pixel_um);
    int shift = 2;
    while (shift < 12 && 1.41421356 * (1 << shift) < px)
        shift++;
    return shift;
}

/* A square's direction at twice its angle, times its coherence; its part of covered pixels. */
struct square {
    double a, b, coherence;
    uint32_t covered;
};

struct squares {
    struct square *at;
    int w, h, shift;
};

static struct stm_gauss gauss_of(double pixel_um)
{
    return stm_gauss_make(fmin(fmax(smooth_um / known(pixel_um), least_sigma), most_sigma));
}

static size_t scratch_bytes(const void *params_, const struct stm_geometry *geo)
{
    const int shift = shift_of(params_, geo->pixel_um), w = geo->width, h = geo->height;
    const size_t n = (size_t)stm_grid_cells(w, shift) * (size_t)stm_grid_cells(h, shift);
    const struct stm_gauss gauss = gauss_of(geo->pixel_um);
    return stm_arena_cost(n * sizeof(struct square)) + stm_arena_cost(n * sizeof(struct stm_tensor)) +
           stm_arena_cost((size_t)w * (size_t)h * 2) + stm_arena_cost(stm_gauss_scratch(w, &gauss)) +
           stm_arena_cost(stm_tensor_scratch(w));
}

static bool find_directions(struct squares *s, struct stm_cu16 plane, double pixel_um,
                            const struct stm_stage_env *env, struct stm_error *err)
{
    const size_t n = (size_t)s->w * (size_t)s->h;
    const struct stm_gauss gauss = gauss_of(pixel_um);
    struct stm_tensor *tensor = stm_arena_take(env->scratch, n * sizeof *tensor, "directions", err);
    const struct stm_u16 soft = {
        stm_arena_take(env->scratch, (size_t)plane.w * (size_t)plane.h * 2, "light", err), plane.w, plane.w,
        plane.h};
    void *rows = stm_arena_take(env->scratch, stm_gauss_scratch(plane.w, &gauss), "rows", err);
    void *more = stm_arena_take(env->scratch, stm_tensor_scratch(plane.w), "rows", err);
    s->at = stm_arena_take(env->scratch, n * sizeof *s->at, "directions", err);
    if (!tensor || !soft.px || !rows || !more || !s->at) return false;
    stm_gauss(env->kernels, soft, plane, &gauss, rows);
    stm_tensor_cells(env->kernels, tensor, (struct stm_cu16)STM_CONST(soft), s->shift, more);
    for (size_t i = 0; i < n; i++) {
        double a, b;
        const double coherence = stm_tensor_coherence(&tensor[i], &a, &b);
        s->at[i] = (struct square){coherence * a, coherence * b, coherence, 0};
    }
    return true;
}

static void cover_run(struct squares *s, int y, int x0, int x1)
{
    struct square *row = s->at + (ptrdiff_t)(y >> s->shift) * s->w;
    while (x0 < x1) {
        const int end = ((x0 >> s->shift) + 1) << s->shift, to = x1 < end ? x1 : end;
        row[x0 >> s->shift].covered += (uint32_t)(to - x0);
        x0 = to;
    }
}

/* Under the mask of the covered area, or under the cells where there is none. */
static void count_covered(struct squares *s, const struct stm_site *site)
{
    const struct stm_segment *run = site->cells ? site->cells : site->segments;
    const size_t n = site->cells ? site->n_cells : site->n_segments;
    for (size_t i = 0; !site->mask.px && i < n; i++)
        cover_run(s, run[i].y, run[i].x0, run[i].x1);
    for (int y = 0; site->mask.px && y < site->mask.h; y++)
        for (int x = 0; x < site->mask.w; x++)
            if (site->mask.px[y * site->mask.stride + x]) cover_run(s, y, x, x + 1);
}

/* Sums over the covered squares of [x0, x1) x [y0, y1). */
static struct square add_up(const struct squares *s, int x0, int y0, int x1, int y1)
{
    struct square sum = {0};
    for (int y = y0 < 0 ? 0 : y0; y < y1 && y < s->h; y++)
        for (int x = x0 < 0 ? 0 : x0; x < x1 && x < s->w; x++) {
            const struct square *q = &s->at[y * s->w + x];
            if (2 * q->covered <= 1u << 2 * s->shift) continue;
            sum.a += q->a;
            sum.b += q->b;
            sum.coherence += q->coherence;
            sum.covered++;
        }
    return sum;
}

static double order(const struct square *sum)
{
    return sum->coherence > 0 ? sqrt(sum->a * sum->a + sum->b * sum->b) / sum->coherence : 0;
}

static double local_order(const struct squares *s)
{
    double sum = 0;
    int n = 0;
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++) {
            const struct square around = add_up(s, x - 1, y - 1, x + 2, y + 2);
            if (!add_up(s, x, y, x + 1, y + 1).covered || around.covered < 2) continue;
            sum += order(&around);
            n++;
        }
    return n ? sum / n : NAN;
}

static int channel_of(const struct stm_site *site)
{
    static const enum stm_role roles[] = {STM_ROLE_BODY, STM_ROLE_PHASE, STM_ROLE_BRIGHTFIELD};
    int c = -1;
    for (size_t i = 0; c < 0 && i < sizeof roles / sizeof *roles; i++)
        c = stm_site_channel(site, roles[i]);
    return c;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const int c = channel_of(site), shift = shift_of(env->params, site->geo.pixel_um);
    struct squares s = {.w = stm_grid_cells(site->geo.width, shift),
                        .h = stm_grid_cells(site->geo.height, shift),
                        .shift = shift};
    double *const v = site->site_values + env->site_first;
    if (c < 0) return stm_fail(err, STM_BAD_INPUT, "there is no image of the cells");
    if (!find_directions(&s, (struct stm_cu16)STM_CONST(site->plane[c]), site->geo.pixel_um, env, err))
        return false;
    count_covered(&s, site);
    const struct square all = add_up(&s, 0, 0, s.w, s.h);
    v[BLOCKS] = all.covered;
    if (all.covered < LEAST) return true;
    v[ORDER] = order(&all);
    v[ANGLE] = atan2(all.b, -all.a) * 90 / pi; /* only ever printed */
    v[LOCAL] = local_order(&s);
    v[COHERENCE] = all.coherence / all.covered;
    return true;
}

/* Mean of a site column and its interval. */
static bool fill_well(double v[3], const struct stm_well *well, int column, struct stm_error *err)
{
    size_t n = 0;
    double *list = calloc((size_t)well->n_sites + 1, sizeof *list);
    if (!list) return stm_fail(err, STM_NO_MEMORY, "no memory for the %d sites of a well", well->n_sites);
    for (int s = 0; s < well->n_sites; s++)
        if (well->sites[s].verdict <= STM_VERDICT_WARN && !isnan(well->sites[s].values[column]))
            list[n++] = well->sites[s].values[column];
    const struct stm_summary of = stm_summarise(list, n);
    free(list);
    v[0] = of.mean;
    if (n < 2) return true;
    const double error = stm_quantile_student(0.975, (double)n - 1) * of.sd / sqrt((double)n);
    v[1] = fmax(of.mean - error, 0);
    v[2] = fmin(of.mean + error, 1);
    return true;
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    double *const v = well->values + env->well_first;
    return fill_well(v + WELL_ORDER, well, env->site_first + ORDER, err) &&
           fill_well(v + WELL_LOCAL, well, env->site_first + LOCAL, err);
}

const struct stm_stage stm_stage_alignment = {
    .name = "alignment",
    .summary = "which way the covered area runs, without telling cells apart",
    .roles = 1u << STM_ROLE_BODY | 1u << STM_ROLE_PHASE | 1u << STM_ROLE_BRIGHTFIELD,
    .reads = STM_SLOT_RAW | STM_SLOT_LABELS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .site_columns = site_columns,
    .well_columns = well_columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
    .well = well,
};
