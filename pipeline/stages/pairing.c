/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage pairing of assay adherent: which nuclei lie in which cell, their size and shape beside the cell's,
 * and the nuclei of a well together. docs/adherent.md. */
#include "kernels/runs.h"
#include "pipeline/core/text.h"
#include "pipeline/stages/feature.h"
#include "pipeline/stages/features/groups.h"
#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/interval.h"
#include "pipeline/stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fewer cells than SOME tell nothing of the stain; where less than half of them have a nucleus, something is
 * wrong with it. */
enum { SOME = 20 };
static const double too_few = 0.5;

enum {
    NUCLEI,
    AREA,
    AREA_UM2,
    FORM_FACTOR,
    SOLIDITY,
    ECCENTRICITY,
    CENTER_X,
    CENTER_Y,
    TO_CELL,
    TO_CYTOPLASM
};
enum { OBJECT_COLUMNS = TO_CYTOPLASM + 1 };
static const struct stm_measure object_columns[OBJECT_COLUMNS + 1] = {
    [NUCLEI] = {"Nuclei_Count", "", 0,
                "nuclei in the cell; the other columns of nuclei are empty without any"},
    [AREA] = {"Nuclei_AreaShape_Area", "px", 0, "pixels of the cell's nuclei together"},
    [AREA_UM2] = {"Nuclei_AreaShape_Area_um2", "um2", 2, "the same in square micrometres"},
    [FORM_FACTOR] = {"Nuclei_AreaShape_FormFactor", "", 4,
                     "as AreaShape_FormFactor, of the nucleus; of several, of the largest"},
    [SOLIDITY] = {"Nuclei_AreaShape_Solidity", "", 4, "as AreaShape_Solidity, of the same nucleus"},
    [ECCENTRICITY] = {"Nuclei_AreaShape_Eccentricity", "", 4,
                      "as AreaShape_Eccentricity, of the same nucleus"},
    [CENTER_X] = {"Nuclei_Location_Center_X", "px", 3, "mean x of the same nucleus' pixel centres"},
    [CENTER_Y] = {"Nuclei_Location_Center_Y", "px", 3, "mean y of the same"},
    [TO_CELL] = {"Cells_NucleusToCell", "", 4, "N/C ratio: area of the nuclei / area of the cell"},
    [TO_CYTOPLASM] = {"Cells_NucleusToCytoplasm", "", 4,
                      "area of the nuclei / (area of the cell - area of the nuclei); empty where nothing is "
                      "left"},
};

enum { NUCLEATED, BINUCLEATE, WITHOUT, BARE, SITE_COLUMNS };
static const struct stm_measure site_columns[SITE_COLUMNS + 1] = {
    [NUCLEATED] = {"Count_Nucleated", "", 0, "those of Count_Cells that have a nucleus or more"},
    [BINUCLEATE] = {"Count_Binucleate", "", 0, "those that have two or more"},
    [WITHOUT] = {"Count_WithoutNucleus", "", 0, "those that have none"},
    [BARE] = {"Nuclei_Bare", "", 0, "nuclei of which less than half lies in a cell; no cell is made of them"},
};

enum { LISTS = 5 };
static const char *const lists[LISTS] = {"Cells_NucleusToCell", "Nuclei_AreaShape_Area_um2",
                                         "Nuclei_AreaShape_FormFactor", "Nuclei_AreaShape_Solidity",
                                         "Nuclei_AreaShape_Eccentricity"};
enum {
    WELL_NUCLEATED,
    WELL_LOW,
    WELL_HIGH,
    DENSITY,
    DENSITY_LOW,
    DENSITY_HIGH,
    PART,
    PART_LOW,
    PART_HIGH,
    TWO,
    TWO_LOW,
    TWO_HIGH,
    WELL_BARE,
    FIRST_LIST,
    WELL_COLUMNS = FIRST_LIST + STM_GROUP_PER_LIST * LISTS
};
#define LIST(name, unit, digits)                                                                             \
    {"Median_" name, unit, digits, "median over counted spread cells with a nucleus"},                       \
        {"P10_" name, unit, digits, "10 % of these cells lie below"},                                        \
        {"P90_" name, unit, digits, "90 % of these cells lie below"},                                        \
    {                                                                                                        \
        "Skew_" name, "", 2, "skewness of the same, m3 / m2^1.5"                                             \
    }
static const struct stm_measure well_columns[WELL_COLUMNS + 1] = {
    {"Count_Nucleated", "", 0, "counted cells with a nucleus or more, of the sites in use"},
    {"Count_Nucleated_Low", "", 1,
     "lower limit, 95 %, of the count expected in as many fields: exact Poisson times dispersion"},
    {"Count_Nucleated_High", "", 1, "upper limit of the same"},
    {"Nucleated_per_mm2", "1/mm2", 1,
     "Count_Nucleated / Counted_Area of the sites in use; empty when a pixel size is unknown"},
    {"Nucleated_per_mm2_Low", "1/mm2", 1, "Count_Nucleated_Low / the same area"},
    {"Nucleated_per_mm2_High", "1/mm2", 1, "Count_Nucleated_High / the same area"},
    STM_GROUP_FRACTION("NucleatedFraction", "Count_Nucleated"),
    {"BinucleateFraction", "%", 2, "100 * Count_Binucleate / Count_Nucleated"},
    {"BinucleateFraction_Low", "%", 2,
     "lower limit, 95 %: Wilson's interval, counts divided by the design effect between sites"},
    {"BinucleateFraction_High", "%", 2, "upper limit of the same"},
    {"Nuclei_Bare", "", 0, "nuclei in no cell, of the sites in use"},
    LIST("Cells_NucleusToCell", "", 4),
    LIST("Nuclei_AreaShape_Area_um2", "um2", 2),
    LIST("Nuclei_AreaShape_FormFactor", "", 4),
    LIST("Nuclei_AreaShape_Solidity", "", 4),
    LIST("Nuclei_AreaShape_Eccentricity", "", 4),
};

/* The nuclei of a site by number, and the cell of each: 0 = none. */
struct nuclei {
    struct stm_segment *run;
    size_t *first;
    uint32_t *cell, n;
};

static bool group(struct nuclei *v, const struct stm_site *site, struct stm_arena *arena,
                  struct stm_error *err)
{
    v->n = site->nucleus_count;
    v->run = stm_arena_take(arena, (site->n_nuclei + 1) * sizeof *v->run, "runs by nucleus", err);
    v->first = stm_arena_take(arena, ((size_t)v->n + 2) * sizeof *v->first, "runs by nucleus", err);
    v->cell = stm_arena_take(arena, ((size_t)v->n + 1) * sizeof *v->cell, "nuclei", err);
    if (!v->run || !v->first || !v->cell) return false;
    stm_runs_group(v->run, v->first, site->nuclei, site->n_nuclei, v->n);
    v->cell[0] = 0;
    return true;
}

/* The label under most of the pixels (majority vote, Boyer and Moore 1981), when that is half of them. */
static uint32_t cell_under(const struct stm_segment *run, size_t n, struct stm_u32 labels)
{
    uint32_t best = 0, lead = 0, pixels = 0, under = 0;
    for (size_t i = 0; i < n; i++)
        for (int x = run[i].x0; x < run[i].x1; x++) {
            const uint32_t label = labels.px[run[i].y * labels.stride + x];
            if (!lead) best = label;
            lead = label == best ? lead + 1 : lead - 1;
        }
    for (size_t i = 0; i < n; i++)
        for (int x = run[i].x0; x < run[i].x1; x++, pixels++)
            under += labels.px[run[i].y * labels.stride + x] == best;
    return 2 * (uint64_t)under >= pixels ? best : 0;
}

static bool measure(double *value, const struct stm_segment *run, size_t n, const struct stm_stage_env *env,
                    struct stm_error *err)
{
    double feature[STM_FEATURES];
    struct stm_blob b = {.run = run, .n_runs = n};
    const size_t mark = stm_arena_mark(env->scratch);
    if (!stm_blob_make(&b, env->scratch, err)) return false;
    stm_feature_moments(&b, NAN, feature);
    stm_feature_outline(&b, feature);
    if (!stm_feature_hull(&b, env->scratch, feature, err)) return false;
    stm_arena_reset(env->scratch, mark);
    value[FORM_FACTOR] = feature[STM_FORM_FACTOR];
    value[SOLIDITY] = feature[STM_SOLIDITY];
    value[ECCENTRICITY] = feature[STM_ECCENTRICITY];
    value[CENTER_X] = feature[STM_CENTER_X];
    value[CENTER_Y] = feature[STM_CENTER_Y];
    return true;
}

static uint64_t area_of(const struct stm_segment *run, size_t n)
{
    uint64_t area = 0;
    for (size_t i = 0; i < n; i++)
        area += (uint64_t)(run[i].x1 - run[i].x0);
    return area;
}

static double *row_of(const struct stm_site *site, uint32_t cell, const struct stm_stage_env *env)
{
    return site->object_values + ((ptrdiff_t)cell - 1) * env->object_columns->n + env->object_first;
}

/* Adds nucleus i to its cell; `largest` has the area of the largest of each cell so far. */
static bool add_nucleus(struct stm_site *site, const struct nuclei *v, uint32_t i, uint64_t *largest,
                        const struct stm_stage_env *env, struct stm_error *err)
{
    const struct stm_segment *const run = v->run + v->first[i];
    const size_t n = v->first[i + 1] - v->first[i];
    double *const value = row_of(site, v->cell[i], env);
    const uint64_t area = area_of(run, n);
    value[NUCLEI]++;
    value[AREA] = (isnan(value[AREA]) ? 0 : value[AREA]) + (double)area;
    if (area <= largest[v->cell[i]]) return true;
    largest[v->cell[i]] = area;
    return measure(value, run, n, env, err);
}

static void fill_ratios(struct stm_site *site, int area_column, const struct stm_stage_env *env)
{
    const double um = site->geo.pixel_um > 0 ? site->geo.pixel_um : NAN;
    for (int i = 0; i < site->n_objects; i++) {
        double *const value = row_of(site, (uint32_t)i + 1, env);
        const double cell = site->object_values[(ptrdiff_t)i * env->object_columns->n + area_column],
                     nuclei = value[AREA];
        value[AREA_UM2] = nuclei * um * um;
        value[TO_CELL] = nuclei / cell;
        value[TO_CYTOPLASM] = cell > nuclei ? nuclei / (cell - nuclei) : NAN;
    }
}

static void fill_site(struct stm_site *site, const struct nuclei *v, const struct stm_stage_env *env)
{
    double *const value = site->site_values + env->site_first;
    int n[SITE_COLUMNS] = {0}, counted = 0;
    for (int i = 0; i < site->n_objects; i++) {
        const double nuclei = row_of(site, (uint32_t)i + 1, env)[NUCLEI];
        if (!site->objects[i].counted) continue;
        counted++;
        n[NUCLEATED] += nuclei > 0;
        n[BINUCLEATE] += nuclei > 1;
        n[WITHOUT] += !(nuclei > 0);
    }
    for (uint32_t i = 1; i <= v->n; i++)
        n[BARE] += !v->cell[i];
    for (int i = 0; i < SITE_COLUMNS; i++)
        value[i] = n[i];
    if (counted >= SOME && n[NUCLEATED] < too_few * counted)
        stm_row_flag(&site->row, STM_VERDICT_WARN,
                     "only %d of %d cells have a nucleus: look at its stain and focus, and whether both "
                     "channels show the same place",
                     n[NUCLEATED], counted);
}

/* From here on a nucleus has the number of its cell. */
static void rename_nuclei(struct stm_site *site, const struct nuclei *v)
{
    for (size_t i = 0; i < site->n_nuclei; i++) {
        const uint32_t cell = v->cell[site->nuclei[i].label];
        site->nuclei[i].label = cell ? cell : STM_BARE;
    }
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const int area = stm_columns_find(env->object_columns, "AreaShape_Area");
    struct nuclei v;
    if (area < 0)
        return stm_fail(err, STM_USAGE, "stage pairing needs the columns of stage measure before it");
    if (!site->nuclei) return true;
    if (!group(&v, site, env->scratch, err)) return false;
    uint64_t *const largest =
        stm_arena_take(env->scratch, ((size_t)site->n_objects + 1) * sizeof *largest, "nuclei", err);
    if (!largest) return false;
    memset(largest, 0, ((size_t)site->n_objects + 1) * sizeof *largest);
    for (int i = 0; i < site->n_objects; i++)
        row_of(site, (uint32_t)i + 1, env)[NUCLEI] = 0;
    for (uint32_t i = 1; i <= v.n; i++) {
        v.cell[i] = cell_under(v.run + v.first[i], v.first[i + 1] - v.first[i], site->labels);
        if (v.cell[i] && !add_nucleus(site, &v, i, largest, env, err)) return false;
    }
    fill_ratios(site, area, env);
    fill_site(site, &v, env);
    rename_nuclei(site, &v);
    return true;
}

static bool conclude(const struct stm_stage_env *env, struct stm_error *err)
{
    (void)err;
    if (env->notes)
        stm_string_addf(env->notes,
                        "pictures show nuclei in yellow inside their cells, nuclei in no cell in white\n");
    return true;
}

/* Per site in use, side by side. */
struct fields {
    double *cells, *nucleated, *binucleate, *pixels, *list;
    double area_mm2, bare;
    int k;
};

static double total(const double *list, int k)
{
    double sum = 0;
    for (int i = 0; i < k; i++)
        sum += list[i];
    return sum;
}

static void collect(struct fields *f, const struct stm_well *well, const struct stm_stage_env *env, int cells)
{
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *const row = &well->sites[s];
        if (row->verdict > STM_VERDICT_WARN || isnan(row->values[env->site_first + NUCLEATED])) continue;
        f->cells[f->k] = row->values[cells];
        f->nucleated[f->k] = row->values[env->site_first + NUCLEATED];
        f->binucleate[f->k] = row->values[env->site_first + BINUCLEATE];
        f->bare += row->values[env->site_first + BARE];
        f->pixels[f->k] = stm_row_counted_area(row, env->site_columns);
        f->area_mm2 += row->pixel_um * row->pixel_um * 1e-6 * f->pixels[f->k];
        f->k++;
    }
}

/* part / whole in percent, with Wilson's interval. */
static void fraction(double v[3], const double *part, const double *whole, int k)
{
    const double a = total(part, k), all = total(whole, k);
    if (!(all > 0)) return;
    const double effect = stm_ratio_of(part, whole, k).effect;
    const struct stm_interval p = stm_interval_wilson(a / effect, all / effect, 0.95);
    v[0] = 100 * a / all;
    v[1] = 100 * p.low;
    v[2] = 100 * p.high;
}

static void fill_counts(double *v, const struct fields *f)
{
    const double n = total(f->nucleated, f->k);
    const struct stm_interval count =
        stm_interval_count(n, stm_dispersion_of(f->nucleated, f->pixels, f->k).phi, 0.95);
    v[WELL_NUCLEATED] = n;
    v[WELL_LOW] = count.low;
    v[WELL_HIGH] = count.high;
    v[DENSITY] = n / f->area_mm2;
    v[DENSITY_LOW] = count.low / f->area_mm2;
    v[DENSITY_HIGH] = count.high / f->area_mm2;
    v[WELL_BARE] = f->bare;
    fraction(v + PART, f->nucleated, f->cells, f->k);
    fraction(v + TWO, f->binucleate, f->nucleated, f->k);
}

/* A column of the counted spread cells with a nucleus. */
static size_t list_column(double *list, const struct stm_well *well, int column, int nuclei, int step)
{
    size_t n = 0;
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *const row = &well->sites[s];
        for (int i = 0; row->verdict <= STM_VERDICT_WARN && i < row->n_objects; i++) {
            const double *const value = row->object_values + (ptrdiff_t)i * step;
            const bool spread = row->objects[i].counted && row->objects[i].class != STM_CLASS_ROUNDED;
            if (spread && value[nuclei] > 0) list[n++] = value[column];
        }
    }
    return n;
}

static void fill_lists(double *v, const struct stm_well *well, double *list, const struct stm_stage_env *env)
{
    const struct stm_columns *const columns = env->object_columns;
    for (int i = 0; i < LISTS; i++, v += STM_GROUP_PER_LIST) {
        const size_t n = list_column(list, well, stm_columns_find(columns, lists[i]),
                                     env->object_first + NUCLEI, columns->n);
        v[0] = stm_percentile(list, n, 0.5);
        v[1] = stm_percentile(list, n, 0.1);
        v[2] = stm_percentile(list, n, 0.9);
        v[3] = stm_summarise(list, n).skew;
    }
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    const size_t k = (size_t)well->n_sites;
    const int cells = stm_columns_find(env->site_columns, "Count_Cells");
    size_t objects = 0;
    if (cells < 0)
        return stm_fail(err, STM_USAGE, "stage pairing needs Count_Cells of stage shape before it");
    for (size_t s = 0; s < k; s++)
        objects += (size_t)well->sites[s].n_objects;
    double *const room = malloc((4 * k + objects + 1) * sizeof *room);
    if (!room) return stm_fail(err, STM_NO_MEMORY, "no memory for the %zu cells of a well", objects);
    struct fields f = {room, room + k, room + 2 * k, room + 3 * k, room + 4 * k, 0, 0, 0};
    collect(&f, well, env, cells);
    if (f.k) {
        fill_counts(well->values + env->well_first, &f);
        fill_lists(well->values + env->well_first + FIRST_LIST, well, f.list, env);
    }
    free(room);
    return true;
}

/* A run in every other pixel, a nucleus in every 16th, one as large as the image. */
static size_t scratch_bytes(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const size_t w = (size_t)geo->width, h = (size_t)geo->height, px = w * h, n = px / 16 + 256, rows = h + 2;
    return stm_arena_cost((px / 2 + 64) * sizeof(struct stm_segment)) + stm_arena_cost((n + 2) * 8) +
           stm_arena_cost((n + 1) * 4) + stm_arena_cost((px / 4 + 256) * 8) +
           3 * stm_arena_cost(rows * ((w + 65) / 64 * 8 + 8)) + 2 * stm_arena_cost(4 * rows * 4) +
           stm_arena_cost(8 * rows * 8);
}

const struct stm_stage stm_stage_pairing = {
    .name = "pairing",
    .summary = "which nuclei lie in which cell, N/C ratio and the nuclei's shape",
    .roles = 1u << STM_ROLE_NUCLEI,
    .reads = STM_SLOT_NUCLEI | STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .object_columns = object_columns,
    .site_columns = site_columns,
    .well_columns = well_columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
    .conclude = conclude,
    .well = well,
};
