/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/view/fields.h"

#include "pipeline/io/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TABLE_LIMIT = 512 << 20, JSON_LIMIT = 1 << 30, GREYS = 65536, PATH_SIZE = 4096 };

bool stm_view_fields_open(struct stm_view_fields *f, const char *directory, const char *images,
                          struct stm_error *err)
{
    static const char prefix[] = "FileName_";
    char path[PATH_SIZE], name[128];
    *f = (struct stm_view_fields){.directory = directory, .images = images};
    snprintf(path, sizeof path, "%s/images.csv", directory);
    if (!stm_csv_read(&f->table, path, TABLE_LIMIT, ',', err)) return false;
    snprintf(path, sizeof path, "%s/run.json", directory);
    if (!images && !stm_json_read(&f->run, path, JSON_LIMIT, err)) return false;
    f->number = stm_csv_find(&f->table, 0, "ImageNumber");
    for (size_t c = 0; f->table.rows && c < stm_csv_columns(&f->table, 0) && f->channels < STM_MAX_CHANNELS;
         c++) {
        const char *const title = stm_csv_cell(&f->table, 0, c);
        if (strncmp(title, prefix, sizeof prefix - 1)) continue;
        snprintf(f->channel[f->channels], sizeof *f->channel, "%.95s", title + sizeof prefix - 1);
        snprintf(name, sizeof name, "Plane_%.95s", f->channel[f->channels]);
        f->file[f->channels] = (int)c;
        f->plane[f->channels++] = stm_csv_find(&f->table, 0, name);
    }
    if (f->number >= 0 && f->channels) return true;
    return stm_fail(err, STM_BAD_INPUT, "%s/images.csv has no columns ImageNumber and FileName_*", directory);
}

void stm_view_fields_close(struct stm_view_fields *f)
{
    stm_csv_free(&f->table);
    stm_json_free(&f->run);
}

static size_t find_row(const struct stm_view_fields *f, int image)
{
    double number;
    for (size_t row = 1; row < f->table.rows; row++)
        if (stm_text_to_double(stm_csv_cell(&f->table, row, (size_t)f->number), &number) && number == image)
            return row;
    return 0;
}

/* Where run.json says the file was; the first of that name. */
static const char *recorded(const struct stm_view_fields *f, const char *name)
{
    const struct stm_json_value *const inputs = stm_json_get(f->run, "inputs");
    const char *path;
    for (size_t i = 0, n = stm_json_size(inputs); i < n; i++)
        if (stm_json_get_text(stm_json_get(stm_json_at(inputs, i, NULL), "path"), &path) &&
            !strcmp(stm_text_basename(path), name))
            return path;
    return NULL;
}

/* The names in tables are base names: nothing outside the folder is opened. */
static bool locate(const struct stm_view_fields *f, const char *name, char *path, struct stm_error *err)
{
    const char *const known = f->images ? NULL : recorded(f, name);
    snprintf(path, PATH_SIZE, "%s%s%s", f->images ? f->images : "", f->images ? "/" : "",
             f->images ? stm_text_basename(name)
             : known   ? known
                       : name);
    if (access(path, R_OK) == 0) return true;
    return stm_fail(err, STM_IO, "the image %.200s is not at %.200s: say where it is now with --images DIR",
                    name, path);
}

static bool take(struct stm_u16 *plane, int w, int h, struct stm_error *err)
{
    *plane = (struct stm_u16){malloc((size_t)w * (size_t)h * sizeof *plane->px), w, w, h};
    return plane->px || stm_fail(err, STM_NO_MEMORY, "no memory for %d x %d pixels", w, h);
}

/* The brightest of all z. */
static bool project(struct stm_image *image, int channel, int t, struct stm_u16 out, struct stm_error *err)
{
    const int z = stm_image_info(image)->z;
    struct stm_u16 other = {0};
    if (!stm_image_read(image, channel, 0, t, out, NULL, err)) return false;
    bool good = z < 2 || take(&other, out.w, out.h, err);
    for (int i = 1; good && i < z; i++) {
        good = stm_image_read(image, channel, i, t, other, NULL, err);
        for (size_t p = 0; good && p < (size_t)out.w * (size_t)out.h; p++)
            out.px[p] = out.px[p] > other.px[p] ? out.px[p] : other.px[p];
    }
    free(other.px);
    return good;
}

/* Which plane: colour pictures by their brightest component; pages of unknown meaning are the channels in
 * order. */
static bool read_plane(const struct stm_view_fields *f, size_t row, int c, const char *path,
                       struct stm_u16 *plane, struct stm_error *err)
{
    struct stm_image *image = NULL;
    double channel = 0, time = 0;
    const int time_column = stm_csv_find(&f->table, 0, "Metadata_Timepoint");
    if (!stm_image_open(&image, path, err)) return false;
    const struct stm_image_info *const info = stm_image_info(image);
    if (f->plane[c] >= 0) stm_text_to_double(stm_csv_cell(&f->table, row, (size_t)f->plane[c]), &channel);
    if (time_column >= 0) stm_text_to_double(stm_csv_cell(&f->table, row, (size_t)time_column), &time);
    const bool pages = info->unnamed_pages == f->channels && f->channels > 1;
    const int t = pages ? c : time >= 0 && time < info->t ? (int)time : 0;
    const int component = info->colour                               ? STM_IMAGE_MAX
                          : channel >= 0 && channel < info->channels ? (int)channel
                                                                     : 0;
    const bool good =
        take(plane, info->width, info->height, err) && project(image, component, t, *plane, err);
    stm_image_close(&image);
    return good;
}

static int quantile(const uint32_t *bins, uint64_t n, double q)
{
    uint64_t below = 0;
    for (int v = 0; v < GREYS; v++)
        if ((below += bins[v]) > (uint64_t)(q * (double)(n - 1))) return v;
    return GREYS - 1;
}

static bool find_contrast(struct stm_u16 plane, enum stm_role role, uint16_t *black, uint16_t *white,
                          struct stm_error *err)
{
    const uint64_t n = (uint64_t)plane.w * (uint64_t)plane.h;
    uint32_t *const bins = calloc(GREYS, sizeof *bins);
    if (!bins) return stm_fail(err, STM_NO_MEMORY, "no memory for a histogram");
    for (uint64_t i = 0; i < n; i++)
        bins[plane.px[i]]++;
    const bool transmitted = role == STM_ROLE_PHASE || role == STM_ROLE_BRIGHTFIELD || role == STM_ROLE_STAIN;
    const int low = quantile(bins, n, transmitted ? 0.002 : 0.05), quarter = quantile(bins, n, 0.25);
    int high = quantile(bins, n, 0.998);
    if (!transmitted && high < low + 8 * (quarter - low)) high = low + 8 * (quarter - low);
    *black = (uint16_t)(low < GREYS - 2 ? low : GREYS - 2);
    *white = (uint16_t)(high <= *black ? *black + 1 : high < GREYS ? high : GREYS - 1);
    free(bins);
    return true;
}

/* labels/<stem>_<object>.tif, whatever the object is called; stems that would repeat have _image<number> or
 * _t<time> behind them. */
static bool find_labels(const struct stm_view_fields *f, size_t row, int image, char *path)
{
    static const char *const objects[] = {"nuclei", "cells"};
    char stem[512] = "", numbered[560], timed[560];
    double time = -1;
    for (int c = 0; c < f->channels && !stem[0]; c++)
        stm_text_stem(stem, sizeof stem, stm_csv_cell(&f->table, row, (size_t)f->file[c]));
    const int column = stm_csv_find(&f->table, 0, "Metadata_Timepoint");
    if (column >= 0) stm_text_to_double(stm_csv_cell(&f->table, row, (size_t)column), &time);
    snprintf(numbered, sizeof numbered, "%.160s_image%d", stem, image);
    snprintf(timed, sizeof timed, "%.180s_t%03d", stem, (int)time);
    const char *const stems[] = {numbered, timed, stem};
    for (size_t s = 0; s < 3; s++)
        for (size_t o = 0; o < 2; o++) {
            snprintf(path, PATH_SIZE, "%s/labels/%s_%s.tif", f->directory, stems[s], objects[o]);
            if (access(path, R_OK) == 0) return true;
        }
    return false;
}

/* More than 65535 objects do not fit 16 bits; then there are no outlines. */
static bool read_labels(struct stm_view_field *field, const char *path, struct stm_error *err)
{
    struct stm_image *image = NULL;
    struct stm_scaling scaling;
    if (!stm_image_open(&image, path, err)) return false;
    const struct stm_image_info *const info = stm_image_info(image);
    bool good = take(&field->labels, info->width, info->height, err) &&
                stm_image_read(image, 0, 0, 0, field->labels, &scaling, err);
    if (good && (scaling.lossy || scaling.scale != 1 || scaling.offset != 0)) {
        free(field->labels.px);
        field->labels.px = NULL;
    }
    stm_image_close(&image);
    return good;
}

bool stm_view_field_read(struct stm_view_field *field, const struct stm_view_fields *f, int image,
                         int channels, struct stm_error *err)
{
    char path[PATH_SIZE];
    const size_t row = find_row(f, image);
    *field = (struct stm_view_field){0};
    bool good = row || stm_fail(err, STM_BAD_INPUT, "images.csv has no image %d, but objects.csv has", image);
    for (int c = 0; good && c < channels && c < f->channels; c++) {
        const char *const name = stm_csv_cell(&f->table, row, (size_t)f->file[c]);
        if (!name[0]) continue;
        good = locate(f, name, path, err) && read_plane(f, row, c, path, &field->plane[c], err) &&
               find_contrast(field->plane[c], stm_role_of(f->channel[c]), &field->black[c], &field->white[c],
                             err);
    }
    if (good && find_labels(f, row, image, path)) good = read_labels(field, path, err);
    if (!good) stm_view_field_free(field);
    return good;
}

void stm_view_field_free(struct stm_view_field *field)
{
    for (int c = 0; c < STM_MAX_CHANNELS; c++)
        free(field->plane[c].px);
    free(field->labels.px);
    *field = (struct stm_view_field){0};
}
