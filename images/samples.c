/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/samples.h"

#include <string.h>

/* Clean enough to be small, uneven enough to be real: columns get denser, rows die. */
static const char *const sample12_plate[] = {
    "plate",     "sample12", "rows",    "3",   "cols",         "4",  "sites",      "2",
    "width",     "320",      "height",  "320", "density_from", "5",  "density_to", "56",
    "dead_from", "4",        "dead_to", "70",  "seed",         "12", NULL};
static const char *const sample12_params[] = {"electrons", "2.5",  "specks", "2.5", "fragments", "0.3",
                                              "lint",      "0.12", "blurs",  "0.5", NULL};

static const char *const trypan2_plate[] = {
    "plate",        "trypan2", "rows",      "2", "sites",   "2",  "width", "400", "height", "300",
    "density_from", "28",      "dead_from", "8", "dead_to", "45", "seed",  "2",   NULL};
static const char *const trypan2_params[] = {"noise", "1.6", "debris_percent", "12", NULL};

static const char *const phase3_plate[] = {
    "plate", "phase3",       "cols", "3",          "sites", "2",    "width", "320", "height",
    "320",   "density_from", "12",   "density_to", "88",    "seed", "3",     NULL};
static const char *const phase3_params[] = {"length_um", "85", "specks", "6", NULL};

const struct stm_sample stm_samples[] = {
    {"sample12", "fluorescence",
     "12 wells, 2 sites, Hoechst and PI: density rises from column 1 to 4, death from row A to C",
     sample12_plate, sample12_params},
    {"trypan2", "suspension",
     "2 wells, 2 sites, trypan blue in a counting chamber: mostly live in A, half dead in B", trypan2_plate,
     trypan2_params},
    {"phase3", "phase", "3 wells, 2 sites, phase contrast: 12, 50 and 88 % covered", phase3_plate,
     phase3_params},
    {.name = NULL},
};

const struct stm_sample *stm_sample_find(const char *name)
{
    for (const struct stm_sample *s = stm_samples; s->name; s++)
        if (!strcmp(s->name, name)) return s;
    return NULL;
}

static bool set_pairs(const struct stm_param *rows, void *params, const char *const *pairs,
                      struct stm_error *err)
{
    for (; *pairs; pairs += 2)
        if (!stm_param_set(rows, params, pairs[0], pairs[1], err)) return false;
    return true;
}

bool stm_sample_recipe(const struct stm_sample *sample, struct stm_sample_recipe *recipe,
                       struct stm_error *err)
{
    const struct stm_scene *const scene = stm_scene_find(sample->scene);
    *recipe = (struct stm_sample_recipe){0};
    stm_param_defaults(stm_synth_plate_params, &recipe->plate);
    stm_param_defaults(scene->params, recipe->scene_params);
    recipe->plate.scene = scene;
    recipe->plate.scene_params = recipe->scene_params;
    return set_pairs(stm_synth_plate_params, &recipe->plate, sample->plate, err) &&
           set_pairs(scene->params, recipe->scene_params, sample->params, err);
}
