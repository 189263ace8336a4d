/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage classify: live, dead or ambiguous. A dead nucleus is one whose dead stain stands out of the
 * background around it; how far it must stand out is decided once for the whole plate. See docs/viability.md.
 */
#include "pipeline/core/text.h"
#include "pipeline/stages/features/signals.h"
#include "pipeline/stats/split.h"

#include <math.h>

struct knobs {
    double dead_threshold, live_threshold, ambiguous_factor;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, dead_threshold, "", 0, 100, 0,
             "Viability_DeadSignal from which a nucleus is dead; 0 = decided by the plate, near 1"),
    STM_REAL(knobs, live_threshold, "", 0, 100, 0,
             "Viability_LiveSignal from which a nucleus is in a live cell; 0 = decided by the plate, near 1"),
    STM_REAL(knobs, ambiguous_factor, "", 1, 4, 1.2,
             "signals within this factor of a threshold are ambiguous; 1 = none is"),
    {0},
};

enum { COUNT_NUCLEI, COUNT_LIVE, COUNT_DEAD, COUNT_AMBIGUOUS, COUNT_DEBRIS, VIABILITY, THRESHOLD };
static const struct stm_measure site_columns[] = {
    {"Count_Nuclei", "", 0, "counted nuclei (not debris; the counting frame decides at the edges)"},
    {"Count_Live", "", 0, "counted nuclei of class live"},
    {"Count_Dead", "", 0, "counted nuclei of class dead"},
    {"Count_Ambiguous", "", 0,
     "counted nuclei whose signal is too near the threshold, or contradicts itself"},
    {"Count_Debris", "", 0, "counted objects of class debris"},
    {"Viability", "%", 2, "100 * Count_Live / (Count_Live + Count_Dead)"},
    {"Viability_DeadThreshold", "", 3, "Viability_DeadSignal from which a nucleus was called dead"},
    {0},
};

struct plate {
    struct stm_split dead, live;
    double dead_threshold, live_threshold;
};

static void note(const struct stm_site *site, const struct stm_stage_env *env)
{
    struct plate *plate = env->plate;
    if (site->row.verdict >= STM_VERDICT_REJECTED) return;
    for (int i = 0; i < site->n_objects; i++) {
        if (site->objects[i].class == STM_CLASS_DEBRIS) continue;
        stm_split_add(&plate->dead, stm_signals(site, env, i)[STM_DEAD_SIGNAL]);
        stm_split_add(&plate->live, stm_signals(site, env, i)[STM_LIVE_SIGNAL]);
    }
}

/* The threshold in use, and a line about it. */
static double decide(const struct stm_split *split, double chosen, const char *stain,
                     struct stm_string *notes)
{
    static const char *const reasons[STM_CUT_REASONS] = {"the default", "between the plate's two populations",
                                                         "beside the plate's one population"};
    if (!split->n) return chosen > 0 ? chosen : 1;
    const struct stm_cut cut = stm_split_cut(split);
    const double threshold = stm_signal_rounded(chosen > 0 ? chosen : cut.at);
    if (notes)
        stm_string_addf(notes, "%s stain: nuclei are positive from a signal of %.3f (%s; %llu nuclei)\n",
                        stain, threshold, chosen > 0 ? "set by the protocol" : reasons[cut.reason],
                        (unsigned long long)split->n);
    return threshold;
}

static bool conclude(const struct stm_stage_env *env, struct stm_error *err)
{
    struct plate *plate = env->plate;
    const struct knobs *k = env->params;
    (void)err;
    plate->dead_threshold = decide(&plate->dead, k->dead_threshold, "Dead", env->notes);
    plate->live_threshold = decide(&plate->live, k->live_threshold, "Live", env->notes);
    return true;
}

enum call { NOT_MEASURED, NEGATIVE, UNCLEAR, POSITIVE, CALLS };

static enum call judge(double signal, double threshold, double factor)
{
    if (isnan(signal)) return NOT_MEASURED;
    if (signal > threshold / factor && signal < threshold * factor) return UNCLEAR;
    return signal >= threshold ? POSITIVE : NEGATIVE;
}

/* By dead stain, then by live stain. Membranes decide: without a dead stain nothing is said. */
static const uint8_t classes[CALLS][CALLS] = {
    [NEGATIVE] = {STM_CLASS_LIVE, STM_CLASS_AMBIGUOUS, STM_CLASS_LIVE, STM_CLASS_LIVE},
    [UNCLEAR] = {STM_CLASS_AMBIGUOUS, STM_CLASS_DEAD, STM_CLASS_AMBIGUOUS, STM_CLASS_LIVE},
    [POSITIVE] = {STM_CLASS_DEAD, STM_CLASS_DEAD, STM_CLASS_DEAD, STM_CLASS_AMBIGUOUS},
};

static void count_classes(const struct stm_site *site, double *value)
{
    int count[STM_CLASSES] = {0}, nuclei = 0; /* those without a call may have the class of their shape */
    for (int i = 0; i < site->n_objects; i++)
        if (site->objects[i].counted) {
            count[site->objects[i].class]++;
            nuclei += site->objects[i].class != STM_CLASS_DEBRIS;
        }
    const int live = count[STM_CLASS_LIVE], dead = count[STM_CLASS_DEAD],
              unclear = count[STM_CLASS_AMBIGUOUS];
    value[COUNT_NUCLEI] = nuclei;
    value[COUNT_LIVE] = live;
    value[COUNT_DEAD] = dead;
    value[COUNT_AMBIGUOUS] = unclear;
    value[COUNT_DEBRIS] = count[STM_CLASS_DEBRIS];
    value[VIABILITY] = live + dead ? 100.0 * live / (live + dead) : NAN;
}

static bool classify(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct plate *plate = env->plate;
    const double factor = ((const struct knobs *)env->params)->ambiguous_factor;
    double *value = site->site_values + env->site_first;
    (void)err;
    for (int i = 0; i < site->n_objects; i++) {
        const double *s = stm_signals(site, env, i);
        if (site->objects[i].class == STM_CLASS_DEBRIS) continue;
        site->objects[i].class = classes[judge(s[STM_DEAD_SIGNAL], plate->dead_threshold, factor)]
                                        [judge(s[STM_LIVE_SIGNAL], plate->live_threshold, factor)];
    }
    count_classes(site, value);
    value[THRESHOLD] = plate->dead.n ? plate->dead_threshold : NAN;
    return true;
}

static void recount(struct stm_site *site, const struct stm_stage_env *env)
{
    count_classes(site, site->site_values + env->site_first);
}

const struct stm_stage stm_stage_classify = {
    .name = "classify",
    .summary = "live, dead or ambiguous, with one threshold for the whole plate",
    .roles = 1u << STM_ROLE_NUCLEI,
    .reads = STM_SLOT_FLAT | STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .object_columns = stm_signal_columns,
    .site_columns = site_columns,
    .plate_bytes = sizeof(struct plate),
    .scratch_bytes = stm_signals_scratch,
    .run = stm_signals_measure,
    .note = note,
    .conclude = conclude,
    .classify = classify,
    .recount = recount,
};
