/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "images/samples.h"
#include "pipeline/core/text.h"

#include <stdio.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--output", 'o', "DIR", "where images/ and truth/ go; without it the parameters are listed"},
    {"--set", 's', "NAME=VALUE", "change a parameter of the plate or the scene; may be repeated"},
    {0},
};

static void list_params(const char *what, const struct stm_param *rows, const void *params)
{
    char range[256], value[STM_PARAM_TEXT];
    printf("%s\n", what);
    for (const struct stm_param *row = rows; row->name; row++) {
        stm_param_get(row, params, value, sizeof value);
        stm_param_range(row, range, sizeof range);
        printf("  %s = %s\n      %s (%s)\n", row->name, value, row->help, range);
    }
}

static int list_all(void)
{
    printf("scenes\n");
    for (const struct stm_scene *const *s = stm_scenes; *s; s++)
        printf("  %-14s %s\n", (*s)->name, (*s)->summary);
    printf("samples that ship with the program\n");
    for (const struct stm_sample *s = stm_samples; s->name; s++)
        printf("  %-14s %s\n", s->name, s->summary);
    return STM_EXIT_OK;
}

static bool unknown_recipe(const char *name, struct stm_error *err)
{
    const char *names[64];
    size_t n = 0;
    for (const struct stm_scene *const *s = stm_scenes; *s && n < 32; s++)
        names[n++] = (*s)->name;
    for (const struct stm_sample *s = stm_samples; s->name && n < 64; s++)
        names[n++] = s->name;
    const char *const near = stm_text_nearest(name, names, n);
    return stm_fail(err, STM_USAGE, "there is no scene or sample '%s'%s%s%s; `stroma synth` lists them", name,
                    near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* A sample's recipe, or the defaults of a scene. */
static bool recipe_of(const char *name, struct stm_sample_recipe *recipe, struct stm_error *err)
{
    static const char *const none[] = {NULL};
    const struct stm_sample *const sample = stm_sample_find(name);
    if (!sample && !stm_scene_find(name)) return unknown_recipe(name, err);
    const struct stm_sample plain = {name, name, "", none, none};
    return stm_sample_recipe(sample ? sample : &plain, recipe, err);
}

/* A name belongs to the plate or to the scene; no name is in both tables. */
static bool set(struct stm_sample_recipe *recipe, const char *pair, struct stm_error *err)
{
    char name[128];
    const char *const equals = strchr(pair, '=');
    if (!equals || !stm_text_copy(name, sizeof name, pair) || (size_t)(equals - pair) >= sizeof name)
        return stm_fail(err, STM_USAGE, "--set takes NAME=VALUE, not '%s'", pair);
    name[equals - pair] = '\0';
    const bool plate = stm_param_find(stm_synth_plate_params, name) != NULL;
    return stm_param_set(plate ? stm_synth_plate_params : recipe->plate.scene->params,
                         plate ? (void *)&recipe->plate : recipe->scene_params, name, equals + 1, err);
}

static int make(const struct stm_synth_plate *plate, const char *directory, struct stm_error *err)
{
    if (!stm_synth_plate_write(plate, directory, err)) return STM_EXIT_FAILED;
    printf("%d wells, %d sites: %s/images, %s/truth\n", plate->rows * plate->cols,
           plate->rows * plate->cols * plate->sites, directory, directory);
    return STM_EXIT_OK;
}

static int synth(const struct stm_arguments *args, struct stm_error *err)
{
    static struct stm_sample_recipe recipe;
    const char *const *pairs;
    const char *const directory = stm_option_value(args, "--output");
    if (!args->n_operands) return list_all();
    if (!recipe_of(args->operands[0], &recipe, err)) return STM_EXIT_USAGE;
    const int n = stm_option_values(args, "--set", &pairs);
    for (int i = 0; i < n; i++)
        if (!set(&recipe, pairs[i], err)) return STM_EXIT_USAGE;
    if (directory) return make(&recipe.plate, directory, err);
    list_params("plate", stm_synth_plate_params, &recipe.plate);
    list_params(recipe.plate.scene->name, recipe.plate.scene->params, recipe.scene_params);
    return STM_EXIT_OK;
}

const struct stm_command stm_command_synth = {
    .name = "synth",
    .operands = "[SCENE|SAMPLE]",
    .summary = "makes plates of synthetic images whose truth is known",
    .text = "Without an operand, lists the scenes and samples; without --output, the parameters of one.",
    .options = options,
    .max_operands = 1,
    .run = synth,
};
