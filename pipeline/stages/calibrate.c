/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the illumination even. What the sites of a plate have in common is the light, not the cells: a smooth
 * surface through the ground of a sample of sites, divided out when the sites agree that it is there. */
#include "pipeline/core/text.h"
#include "pipeline/illumination/calibration.h"
#include "pipeline/illumination/noise.h"
#include "pipeline/stage.h"

#include <math.h>

enum mode { MODE_AUTO, MODE_OFF };
static const char *const modes[] = {"auto", "off", NULL};

struct calibrate {
    int mode, least_sites;
    double least_range_percent, least_agreement, dark_counts;
};

static const struct stm_param params[] = {
    STM_CHOICE(calibrate, mode, modes, MODE_AUTO, "correct uneven illumination where the plate shows it"),
    STM_INT(calibrate, least_sites, "", 2, STM_SURVEY_SITES, 6, "sites needed to tell light from cells"),
    STM_REAL(calibrate, least_range_percent, "%", 0, 100, 3, "shading below this is left alone"),
    STM_REAL(calibrate, least_agreement, "", 0, 1, 0.8,
             "least correlation between the shading of one half of the sites and of the other"),
    STM_REAL(calibrate, dark_counts, "counts", 0, 65535, 0, "camera reading without light"),
    {0},
};

static const struct stm_measure columns[] = {
    {"Illumination_Range_*", "%", 1,
     "shading removed: 98th minus 2nd percentile of the plate's ground, of its mean; 0 = image left as it "
     "is"},
    {"Illumination_Strength_*", "", 2,
     "how much more than the ground objects were taken to be shaded: 1 = alike, more = offset, 0 = leaking "
     "light"},
    {0},
};

static bool same_size(struct stm_tiles tiles, const struct stm_site *site)
{
    return tiles.w == site->row.width && tiles.h == site->row.height;
}

static bool blank(const struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    struct stm_calibration *const state = env->plate;
    const struct calibrate *const p = env->params;
    if (p->mode == MODE_OFF) return true;
    for (int c = 0; c < site->row.channels; c++) {
        if (!site->plane[c].px) continue;
        if (!stm_calibration_from_blank(state, env->kernels, c, (struct stm_cu16)STM_CONST(site->plane[c]),
                                        (int)(p->dark_counts + 0.5)))
            return stm_fail(err, STM_BAD_INPUT,
                            "the blank image of channel %s is too small or too dark to show the light",
                            site->row.channel[c].name);
        if (env->notes)
            stm_string_addf(env->notes,
                            "illumination of channel %s: corrected by a blank image, shading %.1f %%\n",
                            site->row.channel[c].name, 100 * state->range[c]);
    }
    return true;
}

static void survey_rows(const struct stm_geometry *geo, uint8_t *wanted)
{
    stm_tiles_rows(stm_tiles_over(geo->width, geo->height, STM_TILES_MAX), wanted);
    stm_noise_rows(geo->height, wanted);
}

static bool survey(const struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    struct stm_calibration *const state = env->plate;
    const struct calibrate *const p = env->params;
    (void)err;
    if (p->mode == MODE_OFF) return true;
    if (!state->tiles.w) state->tiles = stm_tiles_over(site->row.width, site->row.height, STM_TILES_MAX);
    if (!same_size(state->tiles, site)) return state->other_size++, true;
    for (int c = 0; c < site->row.channels; c++) {
        if (!site->plane[c].px) continue;
        stm_survey_add(&state->survey[c], env->kernels, state->tiles,
                       (struct stm_cu16)STM_CONST(site->plane[c]),
                       !stm_role_is_transmitted(site->row.channel[c].role), p->dark_counts);
        stm_text_copy(state->name[c], sizeof state->name[c], site->row.channel[c].name);
    }
    return true;
}

static void note(struct stm_string *notes, const char *channel, const struct stm_shading *s)
{
    static const char *const words[] = {
        [STM_SHADING_FOUND] = "corrected",
        [STM_SHADING_FEW_SITES] = "not corrected, too few sites to tell light from cells",
        [STM_SHADING_DARK] = "not corrected, the ground is too dark to show it",
        [STM_SHADING_DISAGREES] = "not corrected, the sites do not share one shading",
        [STM_SHADING_FLAT] = "even already",
    };
    if (!notes) return;
    stm_string_addf(notes, "illumination of channel %s: %s (%d sites", channel, words[s->finding], s->sites);
    if (s->agreement != 0)
        stm_string_addf(notes,
                        ", shading %.1f %%, halves agree with r = %.2f, %.0f %% of the sites get flatter",
                        100 * s->range, s->agreement, 100 * s->improved);
    if (s->agreement != 0 && isfinite(s->error))
        stm_string_addf(notes, ", objects follow it %.1f times as strongly (standard error %.1f)",
                        s->strength, s->error);
    stm_string_add(notes, ")\n");
}

static bool settle(const struct stm_stage_env *env, struct stm_error *err)
{
    struct stm_calibration *const state = env->plate;
    const struct calibrate *const p = env->params;
    const struct stm_shading_demand demand = {p->least_sites, p->least_range_percent / 100,
                                              p->least_agreement};
    (void)err;
    for (int c = 0; c < STM_MAX_CHANNELS; c++) {
        struct stm_shading shading;
        if (state->active[c] || !state->survey[c].seen) continue;
        stm_shading_find(&shading, &state->survey[c], state->tiles, demand);
        note(env->notes, state->name[c], &shading);
        if (shading.finding != STM_SHADING_FOUND) continue;
        state->range[c] = shading.range;
        state->strength[c] = stm_strength_prudent(shading.strength, shading.error);
        const struct stm_light light = {&shading.surface, state->strength[c], shading.ground, p->dark_counts};
        state->active[c] = stm_gain_from_light(&state->gain[c], light, state->tiles.w, state->tiles.h);
    }
    if (state->other_size && env->notes)
        stm_string_addf(env->notes, "illumination: %d surveyed sites are not %d x %d pixels like the first\n",
                        state->other_size, state->tiles.w, state->tiles.h);
    return true;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct stm_calibration *const state = env->plate;
    (void)err;
    for (int c = 0; c < site->row.channels; c++) {
        double *const values = &site->site_values[env->site_first + 2 * c];
        if (!site->plane[c].px) continue;
        values[0] = 0;
        if (!state->active[c]) continue;
        if (!same_size(state->tiles, site)) {
            stm_row_flag(
                &site->row, STM_VERDICT_WARN,
                "the illumination of channel %s is not corrected: the image is %d x %d, the plate %d x %d",
                site->row.channel[c].name, site->row.width, site->row.height, state->tiles.w, state->tiles.h);
            continue;
        }
        stm_gain_apply(&state->gain[c], env->kernels, site->plane[c]);
        values[0] = 100 * state->range[c];
        values[1] = state->strength[c];
    }
    return true;
}

const struct stm_stage stm_stage_calibrate = {
    .name = "calibrate",
    .summary = "make the illumination even",
    .reads = STM_SLOT_RAW,
    .writes = STM_SLOT_FLAT,
    .params = params,
    .params_size = sizeof(struct calibrate),
    .site_columns = columns,
    .plate_bytes = sizeof(struct stm_calibration),
    .settled_bytes = offsetof(struct stm_calibration, survey),
    .blank = blank,
    .survey_rows = survey_rows,
    .survey = survey,
    .settle = settle,
    .run = run,
};
