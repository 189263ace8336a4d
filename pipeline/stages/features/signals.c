/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stages/features/signals.h"

#include "kernels/order.h"
#include "pipeline/stats/summary.h"

#include <math.h>
#include <stdio.h>

const struct stm_measure stm_signal_columns[STM_SIGNALS + 1] = {
    {"Viability_DeadSignal", "", 3,
     "(mean - ring) / max(ring / 2, 10 * noise) in the dead channel; noise = the smaller of the nucleus' own "
     "RingMAD and the site's median RingMAD, at least 1 count"},
    {"Viability_DeadExcess", "", 3, "mean / ring - 1 in the dead channel"},
    {"Viability_DeadSNR", "", 2, "(mean - ring) / noise in the dead channel"},
    {"Viability_LiveSignal", "", 3,
     "(mean - background) / max(background / 2, 10 counts) in the live channel; background = the site's 2 % "
     "percentile; empty without a live channel"},
    {0},
};

/* A nucleus whose mean exceeds its ring by half of it and by ten deviations is called positive by eye. */
static const double ring_share = 0.5, deviations = 10;
enum { LIVE_PERCENT = 2, SAMPLE_STEP = 8 };

/* A column that stage measure filled for one channel. */
struct column {
    const double *first;
    ptrdiff_t step;
};

static bool find_column(struct column *column, const struct stm_site *site, const struct stm_stage_env *env,
                        const char *measure, int channel, struct stm_error *err)
{
    char name[STM_NAME * 2];
    snprintf(name, sizeof name, "%s_%s", measure, site->row.channel[channel].name);
    const int i = stm_columns_find(env->object_columns, name);
    if (i < 0) return stm_fail(err, STM_USAGE, "stage classify needs %s: run stage measure before it", name);
    *column = (struct column){site->object_values + i, env->object_columns->n};
    return true;
}

static double at(const struct column *c, int object)
{
    return c->first[object * c->step];
}

static double column_median(const struct column *c, int n, double *scratch)
{
    for (int i = 0; i < n; i++)
        scratch[i] = at(c, i);
    return stm_percentile(scratch, (size_t)n, 0.5);
}

double *stm_signals(const struct stm_site *site, const struct stm_stage_env *env, int object)
{
    return site->object_values + (ptrdiff_t)object * env->object_columns->n + env->object_first;
}

double stm_signal_rounded(double signal)
{
    return floor(signal * 1000 + 0.5) / 1000;
}

static double one_count(const struct stm_site *site, int channel)
{
    return site->row.channel[channel].scale != 0 ? fabs(site->row.channel[channel].scale) : 1;
}

static bool measure_dead(struct stm_site *site, const struct stm_stage_env *env, int channel,
                         struct stm_error *err)
{
    struct column mean = {0}, ring = {0}, mad = {0};
    if (!find_column(&mean, site, env, "Intensity_MeanIntensity", channel, err) ||
        !find_column(&ring, site, env, "Intensity_RingIntensity", channel, err) ||
        !find_column(&mad, site, env, "Intensity_RingMAD", channel, err))
        return false;
    const int n = site->n_objects;
    double *scratch = stm_arena_take(env->scratch, (size_t)n * sizeof *scratch, "signals", err);
    if (!scratch) return false;
    const double usual_ring = column_median(&ring, n, scratch), usual_mad = column_median(&mad, n, scratch);
    for (int i = 0; i < n; i++) { /* a nucleus without a ring of its own gets the site's usual one */
        const double own = isnan(at(&ring, i)) ? usual_ring : at(&ring, i), excess = at(&mean, i) - own;
        const double noise = fmax(fmin(at(&mad, i), usual_mad), one_count(site, channel));
        double *to = stm_signals(site, env, i);
        to[STM_DEAD_SIGNAL] = stm_signal_rounded(excess / fmax(own * ring_share, noise * deviations));
        to[STM_DEAD_EXCESS] = own > 0 ? excess / own : NAN;
        to[STM_DEAD_SNR] = excess / noise;
    }
    return true;
}

/* The site's darkest part: cells of a live stain are bright all over, so their own surroundings are no
 * background. */
static bool find_background(const struct stm_site *site, const struct stm_stage_env *env, int channel,
                            double *background, struct stm_error *err)
{
    const struct stm_u16 plane = site->plane[channel];
    const size_t room = ((size_t)plane.w / SAMPLE_STEP + 1) * ((size_t)plane.h / SAMPLE_STEP + 1);
    uint16_t *sample = stm_arena_take(env->scratch, room * sizeof *sample, "background sample", err);
    if (!sample) return false;
    int n = 0;
    for (int y = 0; y < plane.h; y += SAMPLE_STEP)
        for (int x = 0; x < plane.w; x += SAMPLE_STEP)
            sample[n++] = plane.px[y * plane.stride + x];
    const struct stm_channel *c = &site->row.channel[channel];
    *background = c->offset + (c->scale != 0 ? c->scale : 1) *
                                  stm_select(env->kernels, sample, n, n * LIVE_PERCENT / 100);
    return true;
}

static bool measure_live(struct stm_site *site, const struct stm_stage_env *env, int channel,
                         struct stm_error *err)
{
    struct column mean = {0};
    double ground = 0;
    if (!find_column(&mean, site, env, "Intensity_MeanIntensity", channel, err) ||
        !find_background(site, env, channel, &ground, err))
        return false;
    const double unit = fmax(ground * ring_share, deviations * one_count(site, channel));
    for (int i = 0; i < site->n_objects; i++)
        stm_signals(site, env, i)[STM_LIVE_SIGNAL] = stm_signal_rounded((at(&mean, i) - ground) / unit);
    return true;
}

bool stm_signals_measure(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const int dead = stm_site_channel(site, STM_ROLE_DEAD), live = stm_site_channel(site, STM_ROLE_LIVE);
    if (!site->n_objects || dead < 0) return true;
    return measure_dead(site, env, dead, err) && (live < 0 || measure_live(site, env, live, err));
}

size_t stm_signals_scratch(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const size_t px = (size_t)geo->width * (size_t)geo->height;
    const size_t sample = ((size_t)geo->width / SAMPLE_STEP + 1) * ((size_t)geo->height / SAMPLE_STEP + 1);
    return stm_arena_cost((px / 16 + 64) * sizeof(double)) + stm_arena_cost(sample * sizeof(uint16_t));
}
