/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fake_run.h"

#include "pipeline/core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OBJECTS = 64, MAX_SINKS = 16, OBJECT_COLUMNS = 6, SITE_COLUMNS = 7, WELL_COLUMNS = 13 };

static const struct stm_measure object_measures[] = {
    {"Location_Center_X", "px", 3, "centroid; the centre of the top left pixel is (0, 0)"},
    {"Location_Center_Y", "px", 3, "centroid"},
    {"AreaShape_Area", "px", 0, "number of pixels"},
    {"AreaShape_FormFactor", "", 4, "4 * pi * Area / Perimeter^2"},
    {"Intensity_MeanIntensity_nuclei", "counts", 2, "mean of the object's pixels"},
    {"Intensity_MeanIntensity_dead", "counts", 2, "mean of the object's pixels"},
};
/* Of runs with a mask, which are of cells without stain. */
static const struct stm_measure unstained_measures[] = {
    {"Location_Center_X", "px", 3, "centroid; the centre of the top left pixel is (0, 0)"},
    {"Location_Center_Y", "px", 3, "centroid"},
    {"AreaShape_Area", "px", 0, "number of pixels"},
    {"Shape_SpindleScore", "", 3, "0 = round or polygonal, 1 = spindle"},
    {"Intensity_MeanIntensity_phase", "counts", 2, "mean of the object's pixels"},
    {"Intensity_MeanIntensity_nuclei", "counts", 2, "mean of the object's pixels"},
};
static const struct stm_measure site_measures[] = {
    {"Count_Live", "", 0, "objects of class live that are counted"},
    {"Count_Dead", "", 0, "objects of class dead that are counted"},
    {"Count_Ambiguous", "", 0, "objects whose class cannot be told"},
    {"Count_Debris", "", 0, "objects too small or too bright to be cells"},
    {"ImageQuality_FocusScore_nuclei", "", 4, "variance of the image divided by its mean"},
    {"ImageQuality_PercentMaximal_nuclei", "%", 3, "pixels at the sensor's limit"},
    {"Illumination_Range_nuclei", "%", 1,
     "shading removed: 98th minus 2nd percentile of the plate's light, of its mean"},
};
static const struct stm_measure well_measures[] = {
    {"Count_Live", "", 0, "sum over the fields that count"},
    {"Count_Dead", "", 0, "sum over the fields that count"},
    {"Count_Ambiguous", "", 0, "objects whose class cannot be told"},
    {"Count_Debris", "", 0, "sum over the fields that count"},
    {"Viability", "%", 1,
     "100 * live / (live + dead); 95 % interval of Wilson, widened for differences between fields"},
    {"Viability_Low", "%", 1, "lower end of the interval; ambiguous cells taken as dead"},
    {"Viability_High", "%", 1, "upper end of the interval; ambiguous cells taken as live"},
    {"Density", "1/mm2", 1, "cells / area of the fields that count"},
    {"Density_Low", "1/mm2", 1, "lower end of the 95 % interval"},
    {"Density_High", "1/mm2", 1, "upper end of the 95 % interval"},
    {"DebrisRatio", "", 3, "debris / (live + dead + ambiguous)"},
    {"Median_AreaShape_Area_um2", "um2", 1, "median area of counted nuclei"},
    {"Viability_WithRejected", "%", 1, "viability if rejected fields counted too"},
};

/* Everything a run owns while it goes on. */
struct fake {
    const struct stm_fake_run *run;
    struct stm_columns object_columns, site_columns, well_columns;
    struct stm_column columns[OBJECT_COLUMNS + SITE_COLUMNS + WELL_COLUMNS];
    struct stm_object objects[MAX_OBJECTS];
    double object_values[MAX_OBJECTS * OBJECT_COLUMNS], site_values[SITE_COLUMNS], well_values[WELL_COLUMNS];
    struct stm_segment *segments;
    uint8_t *preview[2], *mask, *full;
    char files[2][STM_NAME * 3];
    struct stm_site_row site;
    struct stm_well_row well;
    struct stm_site_pixels pixels;
    const char *metadata[4];
    char dose[16];
    double sums[4]; /* live, dead, ambiguous, debris of the well */
};

static void set_columns(struct stm_columns *columns, struct stm_column *at, const struct stm_measure *m,
                        int n)
{
    columns->column = at;
    columns->n = n;
    for (int i = 0; i < n; i++) {
        at[i].measure = &m[i];
        stm_text_copy(at[i].name, sizeof at[i].name, m[i].name);
    }
}

/* Columns that growth is drawn from take the place of others. */
static void name_growth(struct fake *f)
{
    static const struct {
        int column;
        const char *name;
    } of_site[] = {{0, "Confluence"}, {1, "Count_Cells"}},
      of_well[] = {{7, "Growth_ConfluenceDoubling_h"},
                   {8, "Growth_ConfluenceDoubling_h_Low"},
                   {9, "Growth_ConfluenceDoubling_h_High"},
                   {10, "Growth_TimePoints"}};
    for (int i = 0; i < 2; i++)
        strcpy(f->site_columns.column[of_site[i].column].name, of_site[i].name);
    for (int i = 0; i < 4; i++)
        strcpy(f->well_columns.column[of_well[i].column].name, of_well[i].name);
}

static bool create(struct fake *f, const struct stm_fake_run *run)
{
    const size_t side = (size_t)run->size, small = (side + (size_t)run->shrink - 1) / (size_t)run->shrink;
    *f = (struct fake){.run = run};
    set_columns(&f->object_columns, f->columns, run->mask ? unstained_measures : object_measures,
                OBJECT_COLUMNS);
    set_columns(&f->site_columns, f->columns + OBJECT_COLUMNS, site_measures, SITE_COLUMNS);
    set_columns(&f->well_columns, f->columns + OBJECT_COLUMNS + SITE_COLUMNS, well_measures, WELL_COLUMNS);
    if (run->times) name_growth(f);
    if (run->bare) f->object_columns.n = f->site_columns.n = f->well_columns.n = 0;
    f->segments = calloc(MAX_OBJECTS * (side / 20 + 1), sizeof *f->segments);
    f->preview[0] = calloc(small, small);
    f->preview[1] = calloc(small, small);
    f->mask = calloc(side, side);
    f->full = calloc(side, side);
    return f->segments && f->preview[0] && f->preview[1] && f->mask && f->full;
}

static void destroy(struct fake *f)
{
    free(f->segments);
    free(f->preview[0]);
    free(f->preview[1]);
    free(f->mask);
    free(f->full);
}

static void make_object(struct fake *f, int k)
{
    static const enum stm_class classes[] = {STM_CLASS_LIVE, STM_CLASS_LIVE, STM_CLASS_DEAD,
                                             STM_CLASS_AMBIGUOUS, STM_CLASS_DEBRIS};
    const int pitch = f->run->size / 10, side = 2 * (f->run->size / 40), i = k - 1;
    struct stm_object *const o = &f->objects[i];
    *o = (struct stm_object){.number = (uint32_t)k, .class = (uint8_t)classes[i % 5], .counted = k % 8 != 0};
    o->x0 = pitch * (1 + i % 8);
    o->y0 = pitch * (1 + i / 8);
    o->x1 = o->x0 + side;
    o->y1 = o->y0 + side;
    o->cx = o->x0 + (side - 1) / 2.0;
    o->cy = o->y0 + (side - 1) / 2.0;
    const double values[OBJECT_COLUMNS] = {o->cx, o->cy, side * side, 0.785398, 1000 + k, k % 2 ? 20.5 : NAN};
    memcpy(f->object_values + (size_t)i * OBJECT_COLUMNS, values, sizeof values);
}

/* Rows of squares, each row of pixels from left to right: raster order. */
static void make_segments(struct fake *f)
{
    f->pixels.n_segments = 0;
    for (int first = 0; first < f->site.n_objects; first += 8)
        for (int y = f->objects[first].y0; y < f->objects[first].y1; y++)
            for (int i = first; i < f->site.n_objects && i < first + 8; i++)
                f->segments[f->pixels.n_segments++] =
                    (struct stm_segment){y, f->objects[i].x0, f->objects[i].x1, f->objects[i].number};
    f->pixels.segments = f->segments;
    f->pixels.cells = f->run->bodies ? f->segments : NULL;
    f->pixels.n_cells = f->run->bodies ? f->pixels.n_segments : 0;
}

static void make_full(struct fake *f)
{
    const int n = f->run->size;
    memset(f->full, 30, (size_t)n * (size_t)n);
    for (size_t i = 0; i < f->pixels.n_segments; i++)
        memset(f->full + (size_t)f->segments[i].y * (size_t)n + f->segments[i].x0, 200,
               (size_t)(f->segments[i].x1 - f->segments[i].x0));
    for (int c = 0; f->run->full && c < f->site.channels; c++)
        f->pixels.full[c] = (struct stm_cu8){f->full, n, n, n};
}

/* Noise with a gradient, squares bright in the first channel, dead ones bright in the second. */
static void make_preview(struct fake *f)
{
    const int n = (f->run->size + f->run->shrink - 1) / f->run->shrink, s = f->run->shrink;
    uint32_t seed = (uint32_t)f->site.image_number;
    for (int i = 0; i < n * n; i++) {
        seed = seed * 1664525u + 1013904223u;
        f->preview[0][i] = (uint8_t)(20 + 20 * (i / n) / n + (seed >> 28));
        f->preview[1][i] = (uint8_t)(10 + (seed >> 27 & 15));
    }
    for (int k = 0; k < f->site.n_objects; k++)
        for (int y = f->objects[k].y0 / s; y < f->objects[k].y1 / s; y++)
            for (int x = f->objects[k].x0 / s; x < f->objects[k].x1 / s; x++) {
                f->preview[0][y * n + x] = (uint8_t)(180 + (x * 7 + y * 5) % 32);
                if (f->objects[k].class == STM_CLASS_DEAD) f->preview[1][y * n + x] = 220;
            }
    for (int c = 0; c < f->site.channels; c++)
        f->pixels.preview[c] = (struct stm_cu8){f->preview[c], n, n, n};
    f->pixels.shrink = s;
    memset(f->mask, 0, (size_t)f->run->size * (size_t)f->run->size);
    for (size_t i = 0; i < f->pixels.n_segments; i++)
        memset(f->mask + (size_t)f->segments[i].y * (size_t)f->run->size + f->segments[i].x0, 255,
               (size_t)(f->segments[i].x1 - f->segments[i].x0));
    if (f->run->mask) f->pixels.mask = (struct stm_cu8){f->mask, f->run->size, f->run->size, f->run->size};
}

static void name_well(const struct fake *f, char *name, int index)
{
    const int cols = f->run->plate_cols;
    if (!cols) {
        strcpy(name, "-");
        return;
    }
    const int row = index / cols, col = 1 + index % cols;
    int n = 0;
    if (row >= 26) name[n++] = 'A'; /* AA to AF on 1536 wells */
    name[n++] = (char)('A' + row % 26);
    name[n++] = (char)('0' + col / 10);
    name[n++] = (char)('0' + col % 10);
    name[n] = '\0';
}

static void set_verdict(struct fake *f, int well, int site)
{
    struct stm_site_row *const row = &f->site;
    row->verdict = STM_VERDICT_OK;
    row->reason[0] = '\0';
    if (site) return;
    if (well == 1) {
        row->verdict = STM_VERDICT_REJECTED;
        strcpy(row->reason,
               "out of focus: focus score 0.0021, the plate's others have 0.0310 to 0.0420; refocus");
    } else if (well == 2) {
        row->verdict = STM_VERDICT_FAILED;
        strcpy(row->reason, "channel dead: the file ends after 1024 of 2097152 bytes; copy it again");
    } else if (well == 4) {
        row->verdict = STM_VERDICT_WARN;
        strcpy(row->reason,
               "2.1 % of pixels at the sensor's limit; intensities of bright nuclei are too low");
    }
}

static void make_channels(struct fake *f)
{
    const char *const evil = f->run->hostile ? "</script><img src=x onerror=\"window.hacked=1\">,\"'&" : "";
    for (int c = 0; c < f->site.channels; c++) {
        snprintf(f->files[c], sizeof f->files[c], "plate/%s%s_s%s_w%d.tif", f->site.well, evil, f->site.site,
                 c + 1);
        f->site.channel[c] = (struct stm_channel){
            .role = c ? STM_ROLE_DEAD : STM_ROLE_NUCLEI, .file = f->files[c], .true_bits = 12, .scale = 1};
        strcpy(f->site.channel[c].name, c ? "dead" : "nuclei");
    }
    if (f->site.verdict == STM_VERDICT_FAILED) f->site.channel[f->site.channels - 1].file = NULL;
}

static void count(struct fake *f)
{
    double n[STM_CLASSES] = {0};
    for (int i = 0; i < f->site.n_objects; i++)
        n[f->objects[i].class] += f->objects[i].counted;
    const double focus = f->site.verdict == STM_VERDICT_REJECTED ? 0.0021 : 0.0371;
    const double values[SITE_COLUMNS] = {n[STM_CLASS_LIVE],
                                         n[STM_CLASS_DEAD],
                                         n[STM_CLASS_AMBIGUOUS],
                                         n[STM_CLASS_DEBRIS],
                                         focus,
                                         0.012,
                                         14.2};
    memcpy(f->site_values, values, sizeof values);
    if (f->run->times) {
        f->site_values[0] = 4 * (1 << f->site.timepoint);
        f->site_values[1] = 10 * (1 << f->site.timepoint);
    }
    const bool used = f->site.verdict < STM_VERDICT_REJECTED;
    for (int i = 0; i < 4; i++)
        f->sums[i] += used ? values[i] : 0;
    f->well.sites++;
    f->well.sites_used += used;
}

static void make_site(struct fake *f, int well, int index)
{
    const struct stm_fake_run *const run = f->run;
    struct stm_site_row *const row = &f->site;
    *row = (struct stm_site_row){.image_number = well * run->sites + index + 1,
                                 .row = run->plate_cols ? well / run->plate_cols : -1,
                                 .col = run->plate_cols ? well % run->plate_cols : -1,
                                 .timepoint = run->times ? index : -1,
                                 .width = run->size,
                                 .height = run->size,
                                 .pixel_um = run->hostile ? NAN : 0.65,
                                 .channels = run->dead ? 2 : 1,
                                 .values = f->site_values,
                                 .objects = f->objects,
                                 .object_values = f->object_values};
    strcpy(row->plate, run->hostile ? "</script><script>window.hacked=1</script>" : "P1");
    name_well(f, row->well, well);
    if (run->hostile && well == 3) strcpy(row->well, "<b>&\"'");
    snprintf(row->site, sizeof row->site, "%d", index + 1);
    set_verdict(f, run->plate_cols ? well : -1, index);
    make_channels(f);
    snprintf(row->stem, sizeof row->stem, "%s%s_s%d", run->hostile ? "<img onerror=alert(1)>#%?" : "",
             row->well, index + 1);
    if (row->verdict != STM_VERDICT_FAILED) row->n_objects = 5 + row->image_number % 40;
    for (int k = 1; k <= row->n_objects; k++)
        make_object(f, k);
    make_segments(f);
    make_preview(f);
    make_full(f);
    count(f);
}

/* What the sample sheet says of the well, in the order of the names below. */
static const char *const metadata_names[] = {"Condition", "Concentration", "ConcentrationUnit", "Control"};
static void say_sample(struct fake *f, int index)
{
    const int col = index % f->run->plate_cols, row = index / f->run->plate_cols;
    const bool first = col == 0, last = col == f->run->plate_cols - 1;
    const char *const evil = f->run->hostile ? "<img src=x onerror=\"window.hacked=1\">" : "";
    double dose = col > 1 ? 0.1 : 0;
    for (int i = 2; i < col; i++)
        dose *= 10;
    snprintf(f->dose, sizeof f->dose, "%g", dose);
    const char *const name = f->run->hostile ? evil : row < f->run->plate_rows / 2 ? "drug" : "other";
    const char *const values[] = {first || last ? "" : name, first || last ? "" : f->dose,
                                  first || last ? "" : "uM",
                                  first  ? "negative"
                                  : last ? "positive"
                                         : ""};
    memcpy(f->metadata, values, sizeof values);
    f->well.metadata = f->metadata;
}

/* Half widths are made up; what matters is that they are there. */
static void make_well(struct fake *f, int index)
{
    struct stm_well_row *const well = &f->well;
    const double *const n = f->sums, cells = n[0] + n[1] + n[2];
    const double side_mm = f->run->size * 0.65e-3, area = side_mm * side_mm * well->sites_used;
    const double viability = n[0] + n[1] > 0 ? 100 * n[0] / (n[0] + n[1]) - index % 17 : NAN;
    const double density = area > 0 ? cells / area : NAN, half = sqrt(cells) / (area > 0 ? area : NAN);
    const double values[WELL_COLUMNS] = {n[0],
                                         n[1],
                                         n[2],
                                         n[3],
                                         viability,
                                         viability - 6.4,
                                         viability + 5.1 > 100 ? 100 : viability + 5.1,
                                         density,
                                         density - 2 * half,
                                         density + 2 * half,
                                         cells > 0 ? n[3] / cells : NAN,
                                         180 + index % 23 * 4.5,
                                         viability - (index == 1 ? 7.2 : 0)};
    memcpy(f->well_values, values, sizeof values);
    if (f->run->times)
        memcpy(f->well_values + 7, (const double[]){24, 20, 30, f->run->sites}, 4 * sizeof(double));
    well->values = f->well_values;
    if (f->run->samples) say_sample(f, index);
    well->verdict = well->sites_used == 0 ? STM_VERDICT_REJECTED : well->sites_used < well->sites;
    if (well->verdict)
        snprintf(well->reason, sizeof well->reason, "%d of %d fields cannot be used",
                 well->sites - well->sites_used, well->sites);
}

static bool feed_site(struct fake *f, const struct stm_sink *sink, void *state, struct stm_error *err)
{
    const struct stm_site_pixels *const pixels =
        f->run->blind || f->site.verdict == STM_VERDICT_FAILED ? NULL : &f->pixels;
    if (sink->site && !sink->site(state, &f->site, pixels, err)) return false;
    if (!sink->format) return true;
    struct stm_string text = {0};
    const bool ok =
        sink->format(state, &f->site, pixels, &text, err) && sink->append(state, text.text, text.length, err);
    stm_string_free(&text);
    return ok;
}

static bool feed_well(struct fake *f, int well, const struct stm_sink *const *sinks, void **states,
                      struct stm_error *err)
{
    f->well = (struct stm_well_row){.sites = 0};
    memset(f->sums, 0, sizeof f->sums);
    for (int s = 0; s < f->run->sites; s++) {
        make_site(f, well, s);
        if (f->site.image_number == f->run->stop_at_site) return stm_fail(err, STM_IO, "stopped as asked");
        for (int i = 0; sinks[i]; i++)
            if (!feed_site(f, sinks[i], states[i], err)) return false;
    }
    make_well(f, well);
    memcpy(f->well.plate, f->site.plate, sizeof f->well.plate);
    memcpy(f->well.well, f->site.well, sizeof f->well.well);
    f->well.row = f->site.row;
    f->well.col = f->site.col;
    for (int i = 0; sinks[i]; i++)
        if (sinks[i]->well && !sinks[i]->well(states[i], &f->well, err)) return false;
    return true;
}

/* Opens all, feeds, closes; what is still open after a failure is discarded. */
static bool feed(struct fake *f, const struct stm_run_info *info, const struct stm_sink *const *sinks,
                 struct stm_error *err)
{
    void *states[MAX_SINKS] = {0};
    int opened = 0, closed = 0;
    bool ok = true;
    for (; ok && sinks[opened]; opened += ok)
        ok = sinks[opened]->open(&states[opened], info, err);
    for (int w = 0; ok && w < info->n_wells; w++)
        ok = feed_well(f, w, sinks, states, err);
    for (; ok && closed < opened; closed++)
        ok = sinks[closed]->close(states[closed], err);
    for (; closed < opened; closed++)
        sinks[closed]->discard(states[closed]);
    return ok;
}

bool stm_fake_feed(const struct stm_fake_run *run, const struct stm_sink *const *sinks, struct stm_error *err)
{
    static const char *const channels[] = {"nuclei", "dead"};
    static const struct stm_input_file inputs[] = {
        {"plate/A01_s1_w1.tif", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 2097152},
        {"plate/A01_s1_w2.tif", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", 2097152},
    };
    static const struct stm_run_facts facts = {.started = "2026-01-02T03:04:05Z",
                                               .finished = "2026-01-02T03:05:05Z",
                                               .command_line = "stroma run plate -o out --threads 2",
                                               .host = "bench",
                                               .system = "Linux 6.1 x86_64",
                                               .cpu = "a processor",
                                               .isa = "avx2",
                                               .threads = 2,
                                               .seconds = 60.25,
                                               .peak_bytes = 123456789};
    const int wells = run->plate_cols ? run->plate_rows * run->plate_cols : 1;
    struct stm_run_info info = {
        .directory = run->directory,
        .title = run->hostile ? "<script>window.hacked=1</script> & \"plate\" \xe2\x80\xa8 \xff"
                              : "Batch 7, passage 4",
        .program_version = "0.1.0",
        .assay = "fluorescence",
        .assay_version = "1",
        .assay_title = "Live and dead nuclei in fluorescence",
        .assay_summary =
            "Nuclei are found in the Hoechst channel; a nucleus that takes up the dead stain counts as dead.",
        .protocol_name = "defaults",
        .protocol_hash = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
        .protocol_text = "assay = fluorescence\nsegment.sigma_um = 1.2\nsegment.method = otsu\n",
        .command = "stroma run plate --assay fluorescence --set segment.sigma_um=1.2",
        .object_name = "nuclei",
        .channels = channels,
        .n_channels = run->dead ? 2 : 1,
        .n_sites = run->pretend ? run->pretend : wells * run->sites,
        .n_wells = wells,
        .default_measure = "Viability",
        .notes = "Illumination: shading of 14.2 % divided out, estimated from 96 fields.\nDead threshold: "
                 "312 counts.",
        .inputs = inputs,
        .n_inputs = 2,
        .inputs_hash = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        .facts = &facts,
    };
    static const struct stm_run_param params[] = {
        {"segment", "sigma_um", "1.2", "1.0", "um",
         "width of the Gaussian that smooths nuclei before they are found"},
        {"segment", "method", "otsu", "otsu", "", "how the threshold is chosen"},
        {"classify", "margin", "2.0", "2.0", "", "standard deviations between live and dead"},
        {"growth", "step_min", "1440", "0", "min", "minutes between time points"},
    };
    struct fake *const f = malloc(sizeof *f);
    if (!f || !create(f, run)) abort();
    if (run->samples) {
        info.metadata = metadata_names;
        info.n_metadata = 4;
        info.samples_file = "sheet.csv";
    }
    info.object_columns = &f->object_columns;
    info.site_columns = &f->site_columns;
    info.well_columns = &f->well_columns;
    info.params = params;
    info.n_params = run->times ? 4 : 3;
    const bool ok = feed(f, &info, sinks, err);
    destroy(f);
    free(f);
    return ok;
}
