/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/synth.h"

#include "images/random.h"

#include <stdlib.h>
#include <string.h>

extern const struct stm_scene stm_scene_fluorescence, stm_scene_suspension, stm_scene_phase;

const struct stm_scene *const stm_scenes[] = {
    &stm_scene_fluorescence,
    &stm_scene_suspension,
    &stm_scene_phase,
    NULL,
};

const struct stm_scene *stm_scene_find(const char *name)
{
    for (const struct stm_scene *const *s = stm_scenes; *s; s++)
        if (!strcmp((*s)->name, name)) return *s;
    return NULL;
}

enum { SIDE_LIMIT = 8192 };

static bool prepare(struct stm_field *field, const struct stm_scene *scene, struct stm_error *err)
{
    const int w = field->w ? field->w : scene->width, h = field->h ? field->h : scene->height;
    const double pixel_um = field->pixel_um > 0 ? field->pixel_um : scene->pixel_um;
    *field = (struct stm_field){.w = w, .h = h, .pixel_um = pixel_um, .true_bits = 8};
    if (w < 16 || h < 16 || w > SIDE_LIMIT || h > SIDE_LIMIT)
        return stm_fail(err, STM_USAGE, "a field is 16 to %d pixels wide and high, not %d x %d", SIDE_LIMIT,
                        w, h);
    if (!(pixel_um >= 0.05 && pixel_um <= 20))
        return stm_fail(err, STM_USAGE, "pixels are 0.05 to 20 um wide, not %g um", pixel_um);
    const size_t n = (size_t)w * (size_t)h;
    bool ok = true;
    for (int c = 0; c < scene->channels; c++) {
        field->plane[c] = (struct stm_u16){calloc(n, sizeof(uint16_t)), w, w, h};
        ok = ok && field->plane[c].px;
    }
    if (scene->colour) {
        field->rgb = (struct stm_u8){calloc(n, 3), 3 * w, 3 * w, h};
        ok = ok && field->rgb.px;
    }
    if (!ok) return stm_fail(err, STM_NO_MEMORY, "no memory for a field of %d x %d pixels", w, h);
    return stm_truth_make(&field->truth, w, h, err);
}

bool stm_synth(struct stm_field *field, const struct stm_scene *scene, const void *params, uint64_t optics,
               uint64_t seed, struct stm_error *err)
{
    const bool ok = prepare(field, scene, err) && scene->render(field, params, optics, seed, err) &&
                    stm_truth_finish(&field->truth, err);
    if (!ok) stm_synth_free(field);
    return ok;
}

void stm_synth_free(struct stm_field *field)
{
    for (int c = 0; c < STM_SCENE_CHANNELS; c++)
        free(field->plane[c].px);
    free(field->rgb.px);
    stm_truth_free(&field->truth);
    *field = (struct stm_field){0};
}

uint64_t stm_synth_optics(uint64_t plate_seed)
{
    return stm_seed_text(plate_seed, "optics");
}

uint64_t stm_synth_seed(uint64_t plate_seed, int row, int col, int site)
{
    return stm_seed(stm_seed(stm_seed(stm_seed_text(plate_seed, "site"), (uint64_t)row), (uint64_t)col),
                    (uint64_t)site);
}
