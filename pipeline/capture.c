/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/capture.h"

#include "pipeline/core/file.h"
#include "pipeline/core/text.h"
#include "pipeline/core/workers.h"
#include "pipeline/plate_state.h"
#include "pipeline/run_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The plate as it is known without the decisions made for one capture. */
struct known {
    struct stm_crew crew;
    void *plate[STM_MAX_STAGES];
    stm_capture_answer *answer;
    void *context;
    char state_path[4096], spool_path[4096];
    int sites;  /* that are in what is known of the plate */
    bool again; /* the plate knows this capture */
};

static size_t plate_bytes(const struct known *k, int i)
{
    return k->crew.plan->stage[i].stage->plate_bytes;
}

static bool reserve(struct known *k, struct stm_error *err)
{
    for (int i = 0; i < k->crew.plan->n_stages; i++)
        if (!(k->plate[i] = malloc(plate_bytes(k, i) + 1)))
            return stm_fail(err, STM_NO_MEMORY, "no memory for the plate's state");
    return true;
}

/* Copies between the plan's plate state and what is kept. */
static void keep(struct known *k, bool back)
{
    for (int i = 0; i < k->crew.plan->n_stages; i++) {
        void *const plan = k->crew.plan->stage[i].plate;
        memcpy(back ? plan : k->plate[i], back ? k->plate[i] : plan, plate_bytes(k, i));
    }
}

static bool survey(struct known *k, const struct stm_site *site, struct stm_error *err)
{
    struct stm_crew *const crew = &k->crew;
    for (int i = 0; i < crew->plan->n_stages; i++) {
        const struct stm_stage_env env = stm_crew_env(crew, i, &crew->desks[0].scratch);
        stm_arena_reset(&crew->desks[0].scratch, 0);
        if (crew->plan->stage[i].stage->survey && !crew->plan->stage[i].stage->survey(site, &env, err))
            return false;
    }
    return true;
}

static bool settle(struct known *k, struct stm_error *err)
{
    struct stm_crew *const crew = &k->crew;
    for (int i = 0; i < crew->plan->n_stages; i++) {
        struct stm_stage_env env = stm_crew_env(crew, i, NULL);
        env.notes = &crew->notes;
        if (crew->plan->stage[i].stage->settle && !crew->plan->stage[i].stage->settle(&env, err))
            return false;
    }
    return true;
}

static bool note(struct known *k, const struct stm_site *site, struct stm_error *err)
{
    (void)err;
    for (int i = 0; i < k->crew.plan->n_stages; i++) {
        const struct stm_stage_env env = stm_crew_env(&k->crew, i, NULL);
        if (env.plate && k->crew.plan->stage[i].stage->note) k->crew.plan->stage[i].stage->note(site, &env);
    }
    return true;
}

/* Work that an update need not do again, should it come to the same corrections. */
static bool contribute(struct known *k, int item, const struct stm_spooled *record, struct stm_error *err)
{
    char(*ids)[STM_SPOOL_ID];
    const bool good = stm_run_ids(&k->crew, &ids, err) &&
                      stm_spool_contribute(k->spool_path, ids[item], record, &k->crew.desks[0].record, err);
    free(ids);
    return good;
}

static bool judge(struct known *k, int item, struct stm_site *site, struct stm_spooled *record,
                  struct stm_error *err)
{
    if (site->row.verdict != STM_VERDICT_FAILED) {
        if (!note(k, site, err) || !stm_run_conclude(&k->crew, err) ||
            !stm_desk_classify(&k->crew, &k->crew.desks[0], record, err))
            return false;
    }
    stm_crew_identify(&k->crew, item, &record->row);
    record->row.values = record->site_values;
    record->row.objects = record->objects;
    record->row.object_values = record->object_values;
    return k->answer(k->context, &record->row, err);
}

static void count(struct stm_run_summary *sum, const struct stm_site_row *row)
{
    int *const counters[STM_VERDICTS] = {&sum->ok, &sum->warned, &sum->rejected, &sum->failed};
    ++*counters[row->verdict];
}

/* Adds what `learn` learns from the site to what is known of the plate, on disk too; other captures may have
 * been there meanwhile. */
static bool add_to_plate(struct known *k,
                         bool (*learn)(struct known *, const struct stm_site *, struct stm_error *),
                         const struct stm_site *site, int sites, struct stm_error *err)
{
    struct stm_plate_state state;
    const bool failed = site->row.verdict == STM_VERDICT_FAILED;
    if (!k->state_path[0]) {
        k->sites += sites;
        return failed || learn(k, site, err);
    }
    if (!stm_plate_state_open(&state, k->crew.plan, k->state_path, err)) return false;
    state.foreign |= k->again;
    state.sites += k->again ? 0 : sites;
    k->sites = state.sites;
    const bool good = failed || learn(k, site, err);
    return stm_plate_state_close(&state, k->crew.plan, err) && good;
}

/* Looks at the site as part of the survey, decides by the survey so far, measures, and forgets the decision.
 */
static bool answer_site(struct known *k, int item, struct stm_error *err)
{
    struct stm_desk *const desk = &k->crew.desks[0];
    struct stm_site site;
    struct stm_spooled record;
    k->crew.notes.length = 0;
    if (!stm_desk_load(&k->crew, desk, item, &site, err) || !add_to_plate(k, survey, &site, 0, err))
        return false;
    keep(k, false);
    const bool good = settle(k, err) && stm_desk_work(&k->crew, desk, &site, &record, err) &&
                      (!k->spool_path[0] || contribute(k, item, &record, err)) &&
                      judge(k, item, &site, &record, err);
    if (good) count(k->crew.summary, &record.row);
    keep(k, true);
    return good && add_to_plate(k, note, &site, 1, err);
}

static bool answer_all(struct known *k, struct stm_error *err)
{
    const struct stm_run_options *const o = k->crew.options;
    if (o->directory) {
        snprintf(k->state_path, sizeof k->state_path, "%s/" STM_STATE_FILE, o->directory);
        snprintf(k->spool_path, sizeof k->spool_path, "%s/" STM_SPOOL_FILE, o->directory);
        if (!stm_file_mkdirs(o->directory, err)) return false;
    }
    if (!stm_run_blank(&k->crew, err)) return false;
    for (int i = 0; i < k->crew.input->n_sites; i++)
        if (!answer_site(k, i, err)) return false;
    return true;
}

bool stm_capture(struct stm_plan *plan, struct stm_intake *input, const struct stm_run_options *options,
                 bool again, stm_capture_answer *answer, void *context, struct stm_capture_summary *summary,
                 struct stm_error *err)
{
    static const struct stm_sink *const none[] = {NULL};
    struct stm_run_options alone = *options;
    struct known k = {.answer = answer, .context = context, .again = again};
    alone.threads = 1;
    if (!alone.directory) alone.sinks = none; /* nothing will be drawn */
    *summary = (struct stm_capture_summary){.known = 0};
    bool good = stm_crew_open(&k.crew, plan, input, &alone, &summary->run, err) && reserve(&k, err);
    if (good) /* one field after the other, each by all threads, as a run over one field does */
        k.crew.desks[0].scratch.threads = options->threads > 0 ? options->threads : stm_workers_available();
    good = good && answer_all(&k, err);
    summary->known = k.sites;
    summary->notes = k.crew.notes;
    k.crew.notes = (struct stm_string){0};
    stm_crew_close(&k.crew);
    for (int i = 0; i < STM_MAX_STAGES; i++)
        free(k.plate[i]);
    return good;
}
