/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* sysconf(_SC_PHYS_PAGES), gethostname */
#include "pipeline/audit/earlier.h"
#include "pipeline/audit/report.h"
#include "pipeline/core/file.h"
#include "pipeline/core/lock.h"
#include "pipeline/core/text.h"
#include "pipeline/core/workers.h"
#include "pipeline/plate_state.h"
#include "pipeline/run_info.h"
#include "pipeline/run_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct stm_stage_env stm_crew_env(struct stm_crew *crew, int i, struct stm_arena *scratch)
{
    const struct stm_plan_stage *const ps = &crew->plan->stage[i];
    return (struct stm_stage_env){
        .kernels = crew->options->kernels,
        .scratch = scratch,
        .params = ps->params,
        .plate = ps->plate,
        .object_columns = &crew->plan->object_columns,
        .site_columns = &crew->plan->site_columns,
        .well_columns = &crew->plan->well_columns,
        .object_first = ps->object_first,
        .site_first = ps->site_first,
        .well_first = ps->well_first,
    };
}

/* Bytes that one worker needs for the hungriest site. */
static void hungriest(const struct stm_plan *plan, const struct stm_intake *input, size_t *site,
                      size_t *scratch)
{
    *site = *scratch = 0;
    for (int i = 0; i < input->n_sites; i++) {
        const struct stm_intake_site *const s = &input->sites[i];
        if (s->row.verdict == STM_VERDICT_FAILED && !s->geo.width) continue;
        const size_t site_bytes = stm_plan_site_bytes(plan, &s->geo);
        const size_t load = stm_intake_scratch_bytes(s), stages = stm_plan_scratch_bytes(plan, &s->geo);
        if (site_bytes > *site) *site = site_bytes;
        if (load > *scratch) *scratch = load;
        if (stages > *scratch) *scratch = stages;
    }
}

/* A site that does not fit into the limit at all is refused here, so that one monster cannot stop a plate. */
static size_t refuse_monsters(const struct stm_plan *plan, struct stm_intake *input, size_t limit)
{
    size_t most = 0;
    for (int i = 0; i < input->n_sites; i++) {
        struct stm_intake_site *const s = &input->sites[i];
        if (s->row.verdict == STM_VERDICT_FAILED) {
            s->geo.width = s->geo.height = 0;
            continue;
        }
        const size_t bytes = stm_plan_site_bytes(plan, &s->geo) + stm_plan_scratch_bytes(plan, &s->geo);
        if (bytes > limit) {
            s->row.verdict = STM_VERDICT_FAILED;
            snprintf(s->row.reason, sizeof s->row.reason,
                     "an image of %d x %d needs %zu MiB of memory, the limit is %zu MiB (--memory-limit)",
                     s->geo.width, s->geo.height, bytes >> 20, limit >> 20);
            s->geo.width = s->geo.height = 0;
        } else if (bytes > most)
            most = bytes;
    }
    return most;
}

static size_t memory_limit(const struct stm_run_options *options)
{
    if (options->memory_limit) return options->memory_limit;
    return (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGE_SIZE) / 2;
}

/* What stages have to say about their parameters, from the first field that can be read. */
static bool check_plan(const struct stm_plan *plan, const struct stm_intake *input, struct stm_error *err)
{
    for (int i = 0; i < input->n_sites; i++)
        if (input->sites[i].geo.width) return stm_plan_check(plan, &input->sites[i].geo, err);
    return true;
}

bool stm_run_size(const struct stm_plan *plan, const struct stm_intake *input,
                  const struct stm_run_options *options, int *workers, size_t *bytes, struct stm_error *err)
{
    size_t site, scratch;
    const size_t limit = memory_limit(options);
    if (!check_plan(plan, input, err)) return false;
    hungriest(plan, input, &site, &scratch);
    *bytes = site + scratch;
    *workers = options->threads > 0 ? options->threads : stm_workers_available();
    if (*workers > input->n_sites) *workers = input->n_sites;
    if (*workers < 1) *workers = 1;
    if (*bytes && limit / *bytes < (size_t)*workers) *workers = (int)(limit / *bytes);
    if (*workers >= 1) return true;
    return stm_fail(err, STM_NO_MEMORY, "one image needs %zu MiB, the limit is %zu MiB", *bytes >> 20,
                    limit >> 20);
}

/* Fewer sites than threads: the rest help with one site. Where memory bounds the desks, they do not. */
static int threads_of_a_desk(const struct stm_crew *crew)
{
    const int threads = crew->options->threads > 0 ? crew->options->threads : stm_workers_available();
    return crew->n_desks == crew->input->n_sites ? threads / crew->n_desks : 1;
}

static bool furnish(struct stm_crew *crew, struct stm_error *err)
{
    size_t site, scratch;
    hungriest(crew->plan, crew->input, &site, &scratch);
    crew->window = 3 * crew->n_desks;
    const int helpers = threads_of_a_desk(crew);
    crew->desks = calloc((size_t)crew->n_desks, sizeof *crew->desks);
    crew->text = calloc((size_t)crew->window * (size_t)(crew->n_sinks + 1), sizeof *crew->text);
    if (!crew->desks || !crew->text)
        return stm_fail(err, STM_NO_MEMORY, "no memory for %d workers", crew->n_desks);
    for (int i = 0; i < crew->n_desks; i++)
        if (!stm_arena_create(&crew->desks[i].site, site + 4096 + (size_t)crew->plan->site_columns.n * 8,
                              err) ||
            !stm_arena_create(&crew->desks[i].scratch, scratch, err))
            return false;
    for (int i = 0; i < crew->n_desks; i++) {
        stm_arena_fill(&crew->desks[i].site);
        crew->desks[i].scratch.threads = helpers;
    }
    return true;
}

void stm_crew_close(struct stm_crew *crew)
{
    for (int i = 0; crew->desks && i < crew->n_desks; i++) {
        stm_arena_destroy(&crew->desks[i].site);
        stm_arena_destroy(&crew->desks[i].scratch);
        stm_buffer_free(&crew->desks[i].record);
    }
    for (int i = 0; crew->text && i < crew->window * crew->n_sinks; i++)
        stm_string_free(&crew->text[i]);
    free(crew->desks);
    free(crew->text);
    stm_buffer_free(&crew->commit_record);
    stm_string_free(&crew->notes);
    pthread_mutex_destroy(&crew->turn_lock);
    pthread_cond_destroy(&crew->turn_moved);
}

static bool open_spool(struct stm_crew *crew, struct stm_error *err)
{
    char path[4096], (*ids)[STM_SPOOL_ID];
    snprintf(path, sizeof path, "%s/" STM_SPOOL_FILE, crew->options->directory);
    if (!crew->options->resume) unlink(path);
    const bool good =
        stm_run_ids(crew, &ids, err) &&
        stm_spool_open(&crew->spool, path, (const char(*)[STM_SPOOL_ID])ids, crew->input->n_sites, err);
    free(ids);
    return good;
}

/* Over whatever is there: this is of all sites. The plan's own state is not to be read over. */
static bool save_state(const struct stm_crew *crew, struct stm_error *err)
{
    struct stm_plate_state state = {.sites = crew->input->n_sites};
    const char *const path = crew->options->state_file;
    return !path ||
           (stm_lock_take(&state.fd, path, true, err) && stm_plate_state_close(&state, crew->plan, err));
}

/* While run.json is there the outputs are complete; a run that goes over them takes it away first. */
static void mark_incomplete(const struct stm_crew *crew)
{
    static const char *const names[] = {"run.json", "manifest.json"};
    char path[4096];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", crew->options->directory, names[i]);
        unlink(path);
    }
}

static bool open_sinks(struct stm_crew *crew, int *opened, struct stm_error *err)
{
    for (; *opened < crew->n_sinks; ++*opened) {
        const struct stm_sink *const sink = crew->options->sinks[*opened];
        if (sink->open && !sink->open(&crew->sink_state[*opened], &crew->info, err))
            return stm_fail_in(err, "output %s", sink->name);
    }
    return true;
}

/* Closes in order, so that run.json, the last, is only there when all else is. */
static bool close_sinks(struct stm_crew *crew, int *closed, struct stm_error *err)
{
    for (; *closed < crew->n_sinks; ++*closed) {
        const struct stm_sink *const sink = crew->options->sinks[*closed];
        if (sink->close && !sink->close(crew->sink_state[*closed], err)) {
            ++*closed;
            return stm_fail_in(err, "output %s", sink->name);
        }
    }
    return true;
}

static void discard_sinks(struct stm_crew *crew, int first, int end)
{
    for (int i = first; i < end; i++)
        if (crew->options->sinks[i]->discard) crew->options->sinks[i]->discard(crew->sink_state[i]);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Pixels are gone; what comes needs little of their memory. */
static void clear_desks(struct stm_crew *crew)
{
    for (int i = 0; i < crew->n_desks; i++) {
        stm_arena_rest(&crew->desks[i].site);
        stm_arena_rest(&crew->desks[i].scratch);
    }
}

static bool run_phases(struct stm_crew *crew, struct stm_run_texts *t, struct stm_error *err)
{
    int opened = 0, closed = 0;
    const double begin = seconds_now();
    struct stm_json_value *earlier = stm_earlier_read(crew->options->directory);
    mark_incomplete(crew);
    if (crew->input->samples.remarks.text) stm_string_add(&crew->notes, crew->input->samples.remarks.text);
    bool good = stm_run_survey(crew, err) && open_spool(crew, err) && stm_run_analyse(crew, err) &&
                save_state(crew, err);
    clear_desks(crew);
    good = good && stm_run_conclude(crew, err) && stm_run_info_hash(crew, t, err);
    crew->info.notes = crew->notes.text;
    good = good && open_sinks(crew, &opened, err) && stm_run_report(crew, err);
    if (good) {
        stm_run_info_end(crew, t, seconds_now() - begin);
        stm_earlier_remove(earlier, crew->options->directory);
        good = close_sinks(crew, &closed, err);
    }
    stm_json_free(&earlier);
    if (!good) discard_sinks(crew, closed, opened);
    stm_spool_close(&crew->spool, good && !crew->options->keep_spool);
    return good && stm_report_seal(&crew->info, crew->options->sinks, err);
}

/* One process writes the results of a directory at a time. */
static bool take_directory(const struct stm_run_options *options, int *lock, const char *path,
                           struct stm_error *err)
{
    if (!stm_file_mkdirs(options->directory, err)) return false;
    if (options->locked) return true;
    if (stm_lock_take(lock, path, false, err)) return true;
    if (err->status != STM_OK) return false;
    stm_fail(err, STM_IO, "another stroma is writing its results here; wait for it or choose another folder");
    return stm_fail_file(err, options->directory);
}

bool stm_crew_open(struct stm_crew *crew, struct stm_plan *plan, struct stm_intake *input,
                   const struct stm_run_options *options, struct stm_run_summary *summary,
                   struct stm_error *err)
{
    *crew = (struct stm_crew){.plan = plan, .input = input, .options = options, .summary = summary};
    memset(summary, 0, sizeof *summary);
    pthread_mutex_init(&crew->turn_lock, NULL);
    pthread_cond_init(&crew->turn_moved, NULL);
    for (; crew->n_sinks < STM_MAX_SINKS && options->sinks[crew->n_sinks]; crew->n_sinks++)
        crew->previews |= options->sinks[crew->n_sinks]->draws;
    refuse_monsters(plan, input, memory_limit(options));
    if (!stm_run_size(plan, input, options, &crew->n_desks, &summary->worker_bytes, err)) return false;
    summary->sites = input->n_sites;
    summary->wells = input->n_wells;
    summary->threads = crew->n_desks;
    crew->total = 2 * input->n_sites;
    return furnish(crew, err);
}

bool stm_run(struct stm_plan *plan, struct stm_intake *input, const struct stm_run_options *options,
             struct stm_run_summary *summary, struct stm_error *err)
{
    struct stm_crew crew;
    struct stm_run_texts texts;
    char lock_path[4096];
    int lock = STM_LOCK_FREE;
    snprintf(lock_path, sizeof lock_path, "%s/" STM_LOCK_FILE, options->directory);
    memset(&texts, 0, sizeof texts);
    const bool good = stm_crew_open(&crew, plan, input, options, summary, err) &&
                      take_directory(options, &lock, lock_path, err) &&
                      stm_run_info_begin(&crew, &texts, err) && run_phases(&crew, &texts, err);
    stm_run_info_free(&texts);
    stm_crew_close(&crew);
    stm_lock_remove(&lock, lock_path);
    return good;
}
