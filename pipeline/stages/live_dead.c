/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which objects are cells, and which cells are alive. Trypan blue decides where there is colour; without it
 * the lens that a live cell is. What cannot be told is ambiguous. See docs/counting-chamber.md. */
#include "pipeline/chamber/kind.h"
#include "pipeline/core/text.h"
#include "pipeline/stage.h"

#include <math.h>

enum edge_rule { CENTRE, FRAME };
static const char *const edge_rules[] = {"centre", "frame", NULL};

static const struct stm_param params[] = {
    STM_CHOICE(
        stm_kind_rules, edge_rule, edge_rules, CENTRE,
        "what the edges cut counts when its centre is inside, or when only the top or left edge cuts it"),
    STM_REAL(stm_kind_rules, least_seen, "", 0, 1, 0.5,
             "cut objects of which less is seen (depth over length along the edge) are not judged: debris"),
    STM_REAL(stm_kind_rules, least_um, "um", 0, 1000, 0,
             "smaller is debris; 0 = judged by the usual cell of the pictures"),
    STM_REAL(stm_kind_rules, greatest_um, "um", 0, 1000, 0, "larger is debris; 0 = judged by the usual cell"),
    STM_REAL(stm_kind_rules, least_part, "", 0, 1, 0.62,
             "smaller than this part of the usual cell is debris"),
    STM_REAL(stm_kind_rules, least_lens_part, "", 0, 1, 0.53,
             "the same for what is dark around and bright in the middle"),
    STM_REAL(stm_kind_rules, least_cut_part, "", 0, 1, 0.66,
             "the same for what the edge cuts, of which less is known"),
    STM_REAL(stm_kind_rules, greatest_part, "", 1, 10, 2,
             "larger than this multiple of the usual cell is debris"),
    STM_REAL(stm_kind_rules, least_contrast, "", 0, 1, 0.012, "Cell_Contrast below which nothing is a cell"),
    STM_REAL(stm_kind_rules, least_strength, "", 0, 1, 0.1,
             "nor with less than this part of the usual cell's contrast and steepness"),
    STM_REAL(stm_kind_rules, least_on_lines, "", 0, 1, 0.6,
             "nor, where wide lines cross or are cut by the edge, with less than this part of its contrast"),
    STM_REAL(stm_kind_rules, least_steepness, "1/px", 0, 1, 0.006,
             "Cell_Steepness below which nothing is a cell"),
    STM_REAL(stm_kind_rules, least_axes, "", 0, 1, 0.42, "Cell_AxisRatio below which nothing is a cell"),
    STM_REAL(stm_kind_rules, dye, "", 0, 5, 0.07, "Cell_Dye from which a cell is dead"),
    STM_REAL(stm_kind_rules, dye_doubt, "", 0, 5, 0.045, "Cell_Dye from which it is ambiguous"),
    STM_REAL(stm_kind_rules, lens, "", 0, 5, 0.15,
             "grey pictures: Cells_Lens from which live is told from dead; below, all cells are ambiguous"),
    STM_REAL(stm_kind_rules, lens_doubt, "", 0, 1, 0.02,
             "grey pictures: cells that near to the border between live and dead are ambiguous"),
    STM_REAL(stm_kind_rules, blur_doubt, "", 0, 10, 0.16,
             "grey pictures: cells whose Cell_Blur is more than this part of their diameter are ambiguous"),
    STM_REAL(stm_kind_rules, blur_warn, "", 0, 10, 0.1,
             "a field whose Cells_Blur is more than this part of the usual diameter is out of focus: warn"),
    STM_REAL(stm_kind_rules, blur_reject, "", 0, 10, 0.135, "the same: reject"),
    {0},
};

enum {
    COUNT_CELLS,
    COUNT_LIVE,
    COUNT_DEAD,
    COUNT_AMBIGUOUS,
    COUNT_DEBRIS,
    VIABILITY,
    IN_CLUMPS,
    USUAL,
    LENS,
    BLUR,
    MODE
};
static const struct stm_measure site_columns[] = {
    {"Count_Cells", "", 0, "counted cells (not debris; live_dead.edge_rule decides at the edges)"},
    {"Count_Live", "", 0, "counted cells of class live"},
    {"Count_Dead", "", 0, "counted cells of class dead"},
    {"Count_Ambiguous", "", 0, "counted cells of which cannot be told whether they live"},
    {"Count_Debris", "", 0, "counted objects that are no cells"},
    {"Viability", "%", 2, "100 * Count_Live / (Count_Live + Count_Dead)"},
    {"Count_InClumps", "", 0, "counted cells that touch another"},
    {"Cells_UsualDiameter", "px", 1,
     "diameter of the usual cell by which debris was told: the field's, or the run's"},
    {"Cells_Lens", "", 2,
     "Cell_Peak that a tenth exceeds, by area and contrast: how far the middles of live cells stand out"},
    {"Cells_Blur", "px", 2, "Cell_Blur of the usual cell: median, weighted by area and contrast"},
    {"Cells_Judged", "", 0, "how live was told from dead: 1 by dye, 2 by the lens, 3 phase contrast, 0 not"},
    {0},
};

struct plate {
    struct stm_usual_sums sums;
    struct stm_usual usual;
};

static bool find_columns(int at[STM_KIND_COLUMNS], const struct stm_stage_env *env)
{
    for (int i = 0; i < STM_KIND_COLUMNS; i++)
        if (!stm_kind_columns[i])
            at[i] = -1;
        else if ((at[i] = stm_columns_find(env->object_columns, stm_kind_columns[i])) < 0)
            return false;
    return true;
}

static struct stm_kind_input input_of(const struct stm_site *site, const struct stm_stage_env *env,
                                      const int at[STM_KIND_COLUMNS], int i)
{
    const double *const v = site->object_values + (ptrdiff_t)i * env->object_columns->n;
    struct stm_kind_input in;
    for (int k = 0; k < STM_KIND_COLUMNS; k++)
        in.value[k] = at[k] < 0 ? NAN : v[at[k]];
    const struct stm_object *const o = &site->objects[i];
    in.value[STM_KIND_WIDTH] = o->x1 - o->x0;
    in.value[STM_KIND_HEIGHT] = o->y1 - o->y0;
    in.value[STM_KIND_EDGES] =
        (o->x0 == 0 || o->x1 == site->geo.width) + 2 * (o->y0 == 0 || o->y1 == site->geo.height);
    return in;
}

static double site_value(const struct stm_site *site, const struct stm_stage_env *env, const char *column)
{
    const int at = stm_columns_find(env->site_columns, column);
    return at < 0 ? NAN : site->site_values[at];
}

static void add_site(struct stm_usual_sums *sums, const struct stm_site *site,
                     const struct stm_stage_env *env, const int at[STM_KIND_COLUMNS])
{
    for (int i = 0; i < site->n_objects; i++) {
        const struct stm_kind_input in = input_of(site, env, at, i);
        stm_usual_add(sums, &in);
    }
    sums->colour |= site_value(site, env, "Chamber_Chroma") > 0.2;
}

static void note(const struct stm_site *site, const struct stm_stage_env *env)
{
    struct plate *const plate = env->plate;
    int at[STM_KIND_COLUMNS];
    if (site->row.verdict < STM_VERDICT_REJECTED && find_columns(at, env))
        add_site(&plate->sums, site, env, at);
}

static bool conclude(const struct stm_stage_env *env, struct stm_error *err)
{
    struct plate *const plate = env->plate;
    (void)err;
    plate->usual = stm_usual_of(&plate->sums, env->params);
    if (env->notes && plate->sums.n)
        stm_string_addf(env->notes, "the usual cell of this run is %.1f px in diameter\n",
                        plate->usual.diameter);
    return true;
}

/* Counts of the objects in the counting frame. */
static void count(const struct stm_site *site, const struct stm_stage_env *env,
                  const int at[STM_KIND_COLUMNS], double *value)
{
    int n[STM_CLASSES] = {0}, clumped = 0;
    for (int i = 0; i < site->n_objects; i++) {
        const struct stm_object *const o = &site->objects[i];
        if (!o->counted) continue;
        n[o->class]++;
        clumped += o->class != STM_CLASS_DEBRIS && input_of(site, env, at, i).value[STM_KIND_CLUMPED] > 0;
    }
    const int live = n[STM_CLASS_LIVE], dead = n[STM_CLASS_DEAD], unclear = n[STM_CLASS_AMBIGUOUS];
    value[COUNT_CELLS] = live + dead + unclear;
    value[COUNT_LIVE] = live;
    value[COUNT_DEAD] = dead;
    value[COUNT_AMBIGUOUS] = unclear;
    value[COUNT_DEBRIS] = n[STM_CLASS_DEBRIS];
    value[VIABILITY] = live + dead ? 100.0 * live / (live + dead) : NAN;
    value[IN_CLUMPS] = clumped;
}

/* A field with enough cells is judged by its own usual cell, others by that of the run. */
static struct stm_usual usual_of(const struct stm_site *site, const struct stm_stage_env *env,
                                 const int at[STM_KIND_COLUMNS])
{
    const struct plate *const plate = env->plate;
    struct stm_usual_sums own = {0};
    add_site(&own, site, env, at);
    struct stm_usual usual = stm_usual_of(&own, env->params);
    if (!usual.enough) return stm_usual_lent(&plate->usual, own.colour);
    /* no brighter middles in a field that is as sharp as the others: its cells are dead, not out of focus */
    if (usual.mode == STM_JUDGED_NOT && plate->usual.mode == STM_JUDGED_LENS &&
        usual.blur <= 1.25 * plate->usual.blur) {
        usual.mode = STM_JUDGED_LENS;
        usual.lens = plate->usual.lens;
    }
    return usual;
}

/* Where squares are counted in (cells.squares), their edge rule decides, else that of the picture. */
static bool is_counted(const struct stm_site *site, const struct stm_stage_env *env, int square, int i,
                       const struct stm_kind_input *in)
{
    const struct stm_kind_rules *const rules = env->params;
    const struct stm_object *const o = &site->objects[i];
    const double number =
        square < 0 ? NAN : site->object_values[(ptrdiff_t)i * env->object_columns->n + square];
    if (!isnan(number)) return number > 0;
    return rules->edge_rule == FRAME ? o->x1 < site->geo.width && o->y1 < site->geo.height
                                     : stm_kind_centre_inside(in);
}

/* Blurred cells fade into the chamber: beyond the first limit a tenth of them is missed, beyond the second so
 * many that a count would mislead. Phase contrast has halos for edges. Small cells in focus measure up to 1.6
 * px (their rims are no steps), so that less says nothing. */
static const double least_blur_px = 1.7;

static void judge_focus(struct stm_site *site, const struct stm_usual *usual, const struct stm_kind_rules *r)
{
    const double blur = usual->blur;
    if (usual->mode == STM_JUDGED_PHASE || !(blur > r->blur_warn) || blur * usual->diameter < least_blur_px)
        return;
    const bool reject = blur > r->blur_reject;
    stm_row_flag(
        &site->row, reject ? STM_VERDICT_REJECTED : STM_VERDICT_WARN,
        "out of focus: edges of cells are blurred by %.1f px, %.0f %% of their diameter (limit %.1f %%): "
        "refocus",
        blur * usual->diameter, 100 * blur, 100 * (reject ? r->blur_reject : r->blur_warn));
}

static bool classify(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    int at[STM_KIND_COLUMNS];
    double *const value = site->site_values + env->site_first;
    if (!find_columns(at, env))
        return stm_fail(err, STM_USAGE, "stage live_dead needs stage cells before it");
    const struct stm_usual usual = usual_of(site, env, at);
    const int square = stm_columns_find(env->object_columns, "Cell_Square");
    for (int i = 0; i < site->n_objects; i++) {
        const struct stm_kind_input in = input_of(site, env, at, i);
        site->objects[i].counted = is_counted(site, env, square, i, &in);
        site->objects[i].class = (uint8_t)stm_kind_of(&in, &usual, env->params, site->row.pixel_um);
    }
    count(site, env, at, value);
    value[USUAL] = usual.diameter;
    judge_focus(site, &usual, env->params);
    value[LENS] = usual.lens;
    value[BLUR] = usual.blur * usual.diameter;
    value[MODE] = usual.mode;
    return true;
}

const struct stm_stage stm_stage_live_dead = {
    .name = "live_dead",
    .summary = "which objects are cells, and which cells live",
    .reads = STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct stm_kind_rules),
    .site_columns = site_columns,
    .plate_bytes = sizeof(struct plate),
    .note = note,
    .conclude = conclude,
    .classify = classify,
};
