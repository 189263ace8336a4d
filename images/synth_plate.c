/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/synth_plate.h"

#include "images/synth_truth.h"
#include "pipeline/core/file.h"
#include "pipeline/core/text.h"
#include "pipeline/io/png_write.h"
#include "pipeline/io/tiff_write.h"

#include <stdio.h>
#include <string.h>

static const char *const formats[] = {"tiff", "png", NULL};

const struct stm_param stm_synth_plate_params[] = {
    STM_TEXT(stm_synth_plate, plate, "plate", "name that begins every file's name"),
    STM_INT(stm_synth_plate, rows, "", 1, 16, 1, "rows of wells, from A"),
    STM_INT(stm_synth_plate, cols, "", 1, 24, 1, "columns of wells, from 1"),
    STM_INT(stm_synth_plate, sites, "", 1, 999, 1, "fields of view in a well"),
    STM_INT(stm_synth_plate, width, "px", 0, 8192, 0, "width of a field; 0 = as usual for the scene"),
    STM_INT(stm_synth_plate, height, "px", 0, 8192, 0, "height of a field; 0 = as usual for the scene"),
    STM_REAL(stm_synth_plate, pixel_um, "um", 0, 20, 0, "size of a pixel; 0 = as usual for the scene"),
    STM_REAL(stm_synth_plate, density_from, "", -1, 1e6, -1,
             "cells (or confluence) in the first column; -1 = as the scene says"),
    STM_REAL(stm_synth_plate, density_to, "", -1, 1e6, -1,
             "the same in the last column; -1 = as in the first"),
    STM_REAL(stm_synth_plate, dead_from, "%", -1, 100, -1,
             "dead cells in the first row; -1 = as the scene says"),
    STM_REAL(stm_synth_plate, dead_to, "%", -1, 100, -1, "dead cells in the last row; -1 = as in the first"),
    STM_CHOICE(stm_synth_plate, format, formats, STM_SYNTH_TIFF, "files of colour scenes"),
    STM_CHOICE(stm_synth_plate, pack, stm_tiff_pack_names, STM_TIFF_DEFLATE, "compression of TIFF files"),
    STM_INT(stm_synth_plate, seed, "", 0, 2147483647, 1, "the same seed gives the same plate"),
    {.name = NULL},
};

/* Where `at` of `n` lies between the first and the last. */
static double along(double from, double to, int at, int n)
{
    return n < 2 || to < 0 ? from : from + (to - from) * at / (n - 1);
}

static bool vary(const struct stm_scene *scene, void *params, const char *name, double value,
                 struct stm_error *err)
{
    char text[64];
    if (value < 0) return true;
    if (!name)
        return stm_fail(err, STM_USAGE, "scene %s has no such parameter to vary between wells", scene->name);
    snprintf(text, sizeof text, "%.17g", value);
    return stm_param_set(scene->params, params, name, text, err);
}

bool stm_synth_plate_site(const struct stm_synth_plate *p, int row, int col, int site,
                          struct stm_field *field, struct stm_error *err)
{
    _Alignas(16) unsigned char params[STM_SCENE_PARAMS];
    *field = (struct stm_field){.w = p->width, .h = p->height, .pixel_um = p->pixel_um};
    if (p->scene->params_size > sizeof params)
        return stm_fail(err, STM_INTERNAL, "parameters of scene %s are larger than %d bytes", p->scene->name,
                        STM_SCENE_PARAMS);
    memcpy(params, p->scene_params, p->scene->params_size);
    const uint64_t seed = (uint64_t)p->seed;
    return vary(p->scene, params, p->scene->density, along(p->density_from, p->density_to, col, p->cols),
                err) &&
           vary(p->scene, params, p->scene->dead, along(p->dead_from, p->dead_to, row, p->rows), err) &&
           stm_synth(field, p->scene, params, stm_synth_optics(seed), stm_synth_seed(seed, row, col, site),
                     err);
}

enum { PATH = 4096, STEM = STM_PARAM_TEXT + 64 };

/* directory/folder/stem + extension; false when it does not fit. */
static bool path_of(char path[PATH], const char *directory, const char *folder, const char *stem,
                    const char *extension, struct stm_error *err)
{
    if (snprintf(path, PATH, "%s/%s/%s%s", directory, folder, stem, extension) < PATH) return true;
    stm_fail(err, STM_USAGE, "the path is longer than %d bytes", PATH);
    return stm_fail_file(err, directory);
}

static bool write_colour(const struct stm_synth_plate *p, const struct stm_field *field,
                         const char *directory, const char *stem, struct stm_error *err)
{
    char path[PATH];
    const struct stm_cu8 view = STM_CONST(field->rgb);
    const struct stm_png png = {.kind = STM_PNG_RGB, .px = view, .pixel_um = field->pixel_um};
    const struct stm_tiff_page page = stm_tiff_rgb(view);
    const struct stm_tiff tiff = {&page, 1, (enum stm_tiff_pack)p->pack, field->pixel_um, 0, true};
    if (p->format == STM_SYNTH_PNG)
        return path_of(path, directory, "images", stem, ".png", err) && stm_png_write(path, &png, err);
    return path_of(path, directory, "images", stem, ".tif", err) && stm_tiff_write(path, &tiff, err);
}

static bool write_planes(const struct stm_synth_plate *p, const struct stm_field *field,
                         const char *directory, const char *base, struct stm_error *err)
{
    char path[PATH], stem[STEM];
    for (int c = 0; c < field->channels; c++) {
        const struct stm_tiff_page page =
            stm_tiff_u16((struct stm_cu16)STM_CONST(field->plane[c]), field->channel[c]);
        const struct stm_tiff tiff = {
            &page, 1, (enum stm_tiff_pack)p->pack, field->pixel_um, field->true_bits, true};
        snprintf(stem, sizeof stem, "%s_w%d", base, c + 1);
        if (!path_of(path, directory, "images", stem, ".tif", err) || !stm_tiff_write(path, &tiff, err))
            return false;
    }
    return true;
}

static bool write_labels(const struct stm_field *field, const char *directory, const char *stem,
                         struct stm_error *err)
{
    char path[PATH];
    const struct stm_truth *const t = &field->truth;
    const struct stm_cu32 cells = STM_CONST(t->cells), debris = STM_CONST(t->debris);
    if (!path_of(path, directory, "truth", stem, "_label.tif", err) ||
        !stm_tiff_write_labels(path, cells, field->pixel_um, err))
        return false;
    if (t->bodies.px &&
        (!path_of(path, directory, "truth", stem, "_body.tif", err) ||
         !stm_tiff_write_labels(path, (struct stm_cu32)STM_CONST(t->bodies), field->pixel_um, err)))
        return false;
    if (t->nuclei.px &&
        (!path_of(path, directory, "truth", stem, "_nuclei.tif", err) ||
         !stm_tiff_write_labels(path, (struct stm_cu32)STM_CONST(t->nuclei), field->pixel_um, err)))
        return false;
    return t->n == t->n_cells || (path_of(path, directory, "truth", stem, "_debris.tif", err) &&
                                  stm_tiff_write_labels(path, debris, field->pixel_um, err));
}

static void name_site(const struct stm_synth_plate *p, const struct stm_field *field, int row, int col,
                      struct stm_truth_site *at)
{
    const bool png = !field->channels && p->format == STM_SYNTH_PNG;
    snprintf(at->well, sizeof at->well, "%c%02d", 'A' + row, col + 1);
    snprintf(at->base, sizeof at->base, "%s_%s_s%d", p->plate, at->well, at->site);
    snprintf(at->stem, sizeof at->stem, "%s%s", at->base, field->channels ? "_w1" : "");
    snprintf(at->image, sizeof at->image, "%s%s", at->stem, png ? ".png" : ".tif");
}

static bool write_site(const struct stm_synth_plate *p, const char *directory, int row, int col,
                       struct stm_truth_site *at, struct stm_truth_tables *tables,
                       struct stm_truth_count *well, struct stm_error *err)
{
    struct stm_field field;
    if (!stm_synth_plate_site(p, row, col, at->site - 1, &field, err)) return false;
    name_site(p, &field, row, col, at);
    stm_truth_tables_site(tables, at, &field, well);
    const bool ok = (field.channels ? write_planes(p, &field, directory, at->base, err)
                                    : write_colour(p, &field, directory, at->stem, err)) &&
                    write_labels(&field, directory, at->stem, err);
    stm_synth_free(&field);
    return ok;
}

static bool write_well(const struct stm_synth_plate *p, const char *directory, int row, int col,
                       struct stm_truth_tables *tables, struct stm_error *err)
{
    struct stm_truth_site at = {.plate = p->plate};
    struct stm_truth_count well = {0};
    for (at.site = 1; at.site <= p->sites; at.site++)
        if (!write_site(p, directory, row, col, &at, tables, &well, err)) return false;
    stm_truth_tables_well(tables, p->plate, at.well, &well);
    return true;
}

static bool write_table(const struct stm_string *text, const char *directory, const char *name,
                        struct stm_error *err)
{
    char path[PATH];
    if (text->failed) return stm_fail(err, STM_NO_MEMORY, "no memory for truth/%s.csv", name);
    return path_of(path, directory, "truth", name, ".csv", err) &&
           stm_file_save(path, text->text, text->length, err);
}

static bool make_folders(const char *directory, struct stm_error *err)
{
    char images[PATH], truth[PATH];
    return path_of(images, directory, "images", "", "", err) &&
           path_of(truth, directory, "truth", "", "", err) && stm_file_mkdirs(images, err) &&
           stm_file_mkdirs(truth, err);
}

static bool check(const struct stm_synth_plate *p, struct stm_error *err)
{
    if (!p->plate[0] || strpbrk(p->plate, "/,\"\n"))
        return stm_fail(err, STM_USAGE, "a plate's name is not empty and has no '/', ',' or quotes: '%s'",
                        p->plate);
    return true;
}

bool stm_synth_plate_write(const struct stm_synth_plate *p, const char *directory, struct stm_error *err)
{
    struct stm_truth_tables tables = {0};
    stm_truth_tables_start(&tables);
    bool ok = check(p, err) && make_folders(directory, err);
    for (int row = 0; row < p->rows && ok; row++)
        for (int col = 0; col < p->cols && ok; col++)
            ok = write_well(p, directory, row, col, &tables, err);
    ok = ok && write_table(&tables.objects, directory, "objects", err) &&
         write_table(&tables.sites, directory, "sites", err) &&
         write_table(&tables.wells, directory, "wells", err);
    stm_truth_tables_free(&tables);
    return ok;
}
