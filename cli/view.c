/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "pipeline/core/file.h"
#include "pipeline/core/text.h"
#include "pipeline/view/sheet.h"

#include <stdio.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--select", 's', "TERMS", "which objects, for example 'class=ambiguous well=B03'; default: all"},
    {"--output", 'o', "FILE", "the picture; default: view.png"},
    {"--images", 'i', "DIR", "folder in which the images are now; default: where run.json says"},
    {"--side", 0, "PX", "image pixels a tile shows; default: two and a half diameters"},
    {"--channels", 'c', "N", "how many channels side by side; default: 2"},
    {"--limit", 'n', "N", "tiles at most, spread evenly over what is selected; default: 200"},
    {"--json", 0, NULL, "print what was selected as JSON on standard output"},
    {0},
};

static void print_json(const struct stm_view_objects *objects, const char *path)
{
    printf("{\"selected\": %ld, \"shown\": %d, \"picture\": \"", objects->found, objects->n);
    for (const char *p = path; *p; p++)
        if (*p == '"' || *p == '\\' || (unsigned char)*p < ' ')
            printf("\\u%04x", (unsigned char)*p);
        else
            putchar(*p);
    printf("\", \"objects\": [");
    for (int i = 0; i < objects->n; i++)
        printf("%s{\"ImageNumber\": %d, \"ObjectNumber\": %d, \"Class\": \"%s\"}", i ? ", " : "",
               objects->object[i].image, objects->object[i].number, stm_class_name(objects->object[i].class));
    printf("]}\n");
}

static bool draw(const struct stm_arguments *args, const struct stm_view_objects *objects, int channels,
                 long side, const char *path, struct stm_error *err)
{
    struct stm_view_fields fields;
    struct stm_bytes png = {0};
    char title[400];
    const char *const terms = stm_option_value(args, "--select");
    bool good = stm_view_fields_open(&fields, args->operands[0], stm_option_value(args, "--images"), err);
    if (good) {
        if (channels > fields.channels) channels = fields.channels;
        int n = snprintf(title, sizeof title, "%.200s: %d of %ld shown; channels",
                         terms ? terms : "all objects", objects->n, objects->found);
        for (int c = 0; c < channels && n < (int)sizeof title; c++)
            n += snprintf(title + n, sizeof title - (size_t)n, "%s %.40s", c ? "," : "", fields.channel[c]);
        const struct stm_view_sheet sheet = {objects, &fields, (int)side, channels, title};
        good = stm_view_sheet_draw(&sheet, &png, err) && stm_file_save(path, png.data, png.length, err);
    }
    stm_bytes_free(&png);
    stm_view_fields_close(&fields);
    return good;
}

static int run(const struct stm_arguments *args, struct stm_error *err)
{
    struct stm_select select;
    struct stm_view_objects objects;
    const char *const terms = stm_option_value(args, "--select"), *const output =
                                                                      stm_option_value(args, "--output");
    long limit, side, channels;
    if (!stm_select_parse(&select, terms ? terms : "", err) ||
        !stm_option_long(args, "--limit", 1, 10000, 200, &limit, err) ||
        !stm_option_long(args, "--side", 8, 2048, 0, &side, err) ||
        !stm_option_long(args, "--channels", 1, STM_MAX_CHANNELS, 2, &channels, err))
        return STM_EXIT_USAGE;
    if (!stm_view_objects_read(&objects, args->operands[0], &select, (int)limit, err))
        return err->status == STM_USAGE ? STM_EXIT_USAGE : STM_EXIT_FAILED;
    if (!objects.n) {
        fprintf(stderr, "stroma: no object is selected by '%s'\n", terms ? terms : "");
        return STM_EXIT_FAILED;
    }
    /* Not into OUT: what is sealed there stays as it is. */
    const char *const path = output ? output : "view.png";
    const bool good = draw(args, &objects, (int)channels, side, path, err);
    if (good && stm_option_given(args, "--json")) print_json(&objects, path);
    if (good)
        fprintf(stderr, "stroma: %d of %ld selected objects are in %s\n", objects.n, objects.found, path);
    stm_view_objects_free(&objects);
    return good ? STM_EXIT_OK : STM_EXIT_FAILED;
}

const struct stm_command stm_command_view = {
    .name = "view",
    .operands = "OUT",
    .summary = "draws a contact sheet of selected objects of a results directory",
    .text =
        "Terms are NAME=VALUE (also != < <= > >=) with spaces between them; NAME is plate, well, site, "
        "image, object,\n"
        "class, counted, file or a column of objects.csv; values with commas between them mean any of them.\n"
        "Outlines come from labels/, pixels from the images that were measured.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
