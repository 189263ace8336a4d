/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files to the spool: the part of a run that sees pixels. */
#include "pipeline/core/text.h"
#include "pipeline/core/workers.h"
#include "pipeline/pictures.h"
#include "pipeline/run_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sites that the survey looks at: enough for a per-cell median of the background, few enough to cost a plate
 * of 200 fields an eighth of a second pass. */
enum { SURVEY_SITES = 32 };

static bool take_plane(struct stm_arena *arena, const struct stm_geometry *geo, struct stm_u16 *plane,
                       struct stm_error *err)
{
    const ptrdiff_t stride = ((ptrdiff_t)geo->width + 31) / 32 * 32; /* rows begin on cache lines */
    plane->px = stm_arena_take(arena, (size_t)stride * (size_t)geo->height * 2 + 64, "a plane", err);
    plane->stride = stride;
    plane->w = geo->width;
    plane->h = geo->height;
    return plane->px != NULL;
}

static double *take_values(struct stm_arena *arena, size_t n, struct stm_error *err)
{
    double *const v = stm_arena_take(arena, n * sizeof *v + 1, "the columns of a site", err);
    for (size_t i = 0; v && i < n; i++)
        v[i] = NAN;
    return v;
}

bool stm_desk_site(struct stm_crew *crew, struct stm_desk *desk, const struct stm_intake_site *from,
                   struct stm_site *site, struct stm_error *err)
{
    stm_arena_reset(&desk->site, 0);
    stm_arena_reset(&desk->scratch, 0);
    *site = (struct stm_site){.row = from->row, .geo = from->geo, .arena = &desk->site};
    for (int c = 0; c < crew->plan->channels; c++) {
        memcpy(site->row.channel[c].name, crew->plan->channel_name[c], STM_NAME);
        if (from->n_planes[c] && !take_plane(&desk->site, &from->geo, &site->plane[c], err)) return false;
    }
    site->site_values = take_values(&desk->site, (size_t)crew->plan->site_columns.n, err);
    return site->site_values != NULL;
}

/* Labels, before the first stage that writes them; rows, after the stage that found the objects. */
static bool prepare_slots(const struct stm_stage *stage, struct stm_site *site, struct stm_error *err)
{
    if (stage->writes & STM_SLOT_FOREGROUND && !site->mask.px) {
        const ptrdiff_t row = ((ptrdiff_t)site->geo.width + 63) / 64 * 64;
        site->mask = (struct stm_u8){NULL, row, site->geo.width, site->geo.height};
        site->mask.px =
            stm_arena_take(site->arena, (size_t)row * (size_t)site->geo.height + 64, "the mask", err);
        if (!site->mask.px) return false;
    }
    if (!(stage->writes & STM_SLOT_LABELS) || site->labels.px) return true;
    const ptrdiff_t stride = ((ptrdiff_t)site->geo.width + 15) / 16 * 16;
    site->labels = (struct stm_u32){NULL, stride, site->geo.width, site->geo.height};
    site->labels.px =
        stm_arena_take(site->arena, (size_t)stride * (size_t)site->geo.height * 4 + 64, "the labels", err);
    return site->labels.px != NULL;
}

static bool add_object_rows(const struct stm_stage *stage, const struct stm_plan *plan, struct stm_site *site,
                            struct stm_error *err)
{
    if (!(stage->writes & STM_SLOT_OBJECTS) || site->object_values) return true;
    site->object_values =
        take_values(site->arena, (size_t)site->n_objects * (size_t)plan->object_columns.n, err);
    return site->object_values != NULL;
}

void stm_desk_spend(struct stm_desk *desk, int step, double *since)
{
    const double now = stm_workers_seconds();
    desk->spent[step] += now - *since;
    *since = now;
}

/* Measured for nobody: neither asked for nor read by another stage. */
static bool is_unread(const struct stm_crew *crew, const struct stm_stage *stage)
{
    const struct stm_stage *const *unread = crew->plan->assay->for_rows;
    for (; crew->options->counts_only && unread && *unread; unread++)
        if (*unread == stage) return true;
    return false;
}

static bool run_stages(struct stm_crew *crew, struct stm_desk *desk, struct stm_site *site,
                       struct stm_error *err)
{
    double since = stm_workers_seconds();
    for (int i = 0; i < crew->plan->n_stages; i++) {
        const struct stm_stage *const stage = crew->plan->stage[i].stage;
        const struct stm_stage_env env = stm_crew_env(crew, i, &desk->scratch);
        if (!stage->run || is_unread(crew, stage)) continue;
        stm_arena_reset(&desk->scratch, 0);
        err->status = STM_OK;
        if (!prepare_slots(stage, site, err) || !stage->run(site, &env, err)) {
            if (err->status == STM_OK) stm_fail(err, STM_INTERNAL, "the stage failed without saying why");
            return stm_fail_in(err, "stage %s", stage->name);
        }
        if (!add_object_rows(stage, crew->plan, site, err)) return false;
        stm_desk_spend(desk, STM_STEP_STAGES + i, &since);
    }
    return true;
}

/* A failed site keeps its identity and loses everything measured. */
static void fail_row(struct stm_site *site, int site_columns, const struct stm_error *err)
{
    site->row.verdict = STM_VERDICT_FAILED;
    snprintf(site->row.reason, sizeof site->row.reason, "%s%s%s%s%s",
             err->file[0] ? stm_text_basename(err->file) : "", err->file[0] ? ": " : "", err->where,
             err->where[0] ? ": " : "", err->message);
    site->n_objects = 0;
    site->n_segments = site->n_cells = 0;
    site->cells = NULL;
    site->nuclei = NULL;
    site->n_nuclei = site->nucleus_count = 0;
    for (int i = 0; site->site_values && i < site_columns; i++)
        site->site_values[i] = NAN;
}

static struct stm_spooled spooled(const struct stm_crew *crew, const struct stm_site *site)
{
    struct stm_spooled s = {.row = site->row,
                            .objects = site->objects,
                            .object_values = site->object_values,
                            .site_values = site->site_values,
                            .n_object_columns = crew->plan->object_columns.n,
                            .n_site_columns = crew->plan->site_columns.n,
                            .pixels = {.shrink = 1,
                                       .segments = site->segments,
                                       .n_segments = site->n_segments,
                                       .cells = site->cells,
                                       .n_cells = site->n_cells,
                                       .nuclei = site->nuclei,
                                       .n_nuclei = site->n_nuclei,
                                       .mask = STM_CONST(site->mask)}};
    s.row.n_objects = site->n_objects;
    return s;
}

bool stm_desk_load(struct stm_crew *crew, struct stm_desk *desk, int item, struct stm_site *site,
                   struct stm_error *err)
{
    const struct stm_intake_site *const from = &crew->input->sites[item];
    struct stm_error bad = {0};
    double since = stm_workers_seconds();
    if (!stm_desk_site(crew, desk, from, site, &bad) ||
        (from->row.verdict != STM_VERDICT_FAILED &&
         !stm_intake_load(from, crew->plan->input.z, site, &desk->scratch, &bad)))
        fail_row(site, crew->plan->site_columns.n, &bad);
    stm_desk_spend(desk, STM_STEP_READ, &since);
    if (!site->site_values) *err = bad;
    return site->site_values != NULL;
}

bool stm_desk_work(struct stm_crew *crew, struct stm_desk *desk, struct stm_site *site,
                   struct stm_spooled *record, struct stm_error *err)
{
    struct stm_error bad = {0};
    if (site->row.verdict != STM_VERDICT_FAILED && !run_stages(crew, desk, site, &bad))
        fail_row(site, crew->plan->site_columns.n, &bad);
    *record = spooled(crew, site);
    double since = stm_workers_seconds();
    const bool good =
        !crew->previews || site->row.verdict == STM_VERDICT_FAILED ||
        stm_pictures(crew->options->kernels, site, &record->pixels, crew->options->full_overlays, err);
    stm_desk_spend(desk, STM_STEP_PICTURES, &since);
    return good;
}

static bool analyse(void *context, int worker, int item, struct stm_error *err)
{
    struct stm_crew *const crew = context;
    struct stm_desk *const desk = &crew->desks[worker];
    struct stm_site site;
    struct stm_spooled record;
    if (stm_spool_has(crew->spool, item)) return true;
    if (!stm_desk_load(crew, desk, item, &site, err) || !stm_desk_work(crew, desk, &site, &record, err))
        return false;
    if (site.row.verdict == STM_VERDICT_FAILED && crew->options->strict)
        return stm_fail(err, STM_REJECTED, "well %s, site %s: %s", site.row.well, site.row.site,
                        site.row.reason);
    double since = stm_workers_seconds();
    const bool good = stm_spool_append(crew->spool, item, &record, &desk->record, err);
    stm_desk_spend(desk, STM_STEP_SPOOL, &since);
    return good;
}

static void count(struct stm_run_summary *sum, const struct stm_site_row *row)
{
    int *const counters[STM_VERDICTS] = {&sum->ok, &sum->warned, &sum->rejected, &sum->failed};
    ++*counters[row->verdict];
    if (row->verdict == STM_VERDICT_FAILED && !sum->first_failure[0])
        snprintf(sum->first_failure, sizeof sum->first_failure, "%s: %s", row->stem, row->reason);
}

static void as_site(const struct stm_spooled *s, struct stm_site *site)
{
    *site = (struct stm_site){.row = s->row,
                              .objects = s->objects,
                              .n_objects = s->row.n_objects,
                              .object_values = s->object_values,
                              .site_values = s->site_values};
    site->geo = (struct stm_geometry){s->row.width, s->row.height, s->row.channels, s->row.pixel_um};
}

/* In plate order: what stages keep of every site for the whole plate. */
static bool note(void *context, int item, struct stm_error *err)
{
    struct stm_crew *const crew = context;
    struct stm_spooled record;
    struct stm_site site;
    if (!stm_spool_read(crew->spool, item, false, &record, &crew->commit_record, err)) return false;
    stm_crew_identify(crew, item, &record.row);
    as_site(&record, &site);
    count(crew->summary, &record.row);
    for (int i = 0; record.row.verdict != STM_VERDICT_FAILED && i < crew->plan->n_stages; i++) {
        const struct stm_stage_env env = stm_crew_env(crew, i, NULL);
        if (env.plate && crew->plan->stage[i].stage->note) crew->plan->stage[i].stage->note(&site, &env);
    }
    crew->done++;
    if (crew->options->progress)
        crew->options->progress(crew->options->progress_context, crew->done, crew->total);
    return true;
}

bool stm_run_analyse(struct stm_crew *crew, struct stm_error *err)
{
    const struct stm_job job = {crew->input->n_sites, crew->n_desks, crew->window, crew, analyse, note};
    return stm_workers_run(&job, err);
}

/* Reads the rows that stages want to survey. */
static bool glance(struct stm_crew *crew, struct stm_desk *desk, int item, struct stm_site *site,
                   struct stm_error *err)
{
    const size_t h = (size_t)site->geo.height;
    uint8_t *const wanted = stm_arena_try(site->arena, h); /* without memory for it, all rows are read */
    if (wanted) memset(wanted, 0, h);
    for (int i = 0; wanted && i < crew->plan->n_stages; i++) {
        const struct stm_stage *const stage = crew->plan->stage[i].stage;
        if (stage->survey_rows)
            stage->survey_rows(&site->geo, wanted);
        else if (stage->survey)
            memset(wanted, 1, h);
    }
    return stm_intake_load_rows(&crew->input->sites[item], crew->plan->input.z, wanted, site, &desk->scratch,
                                err);
}

/* Stages look at a site when it is its turn; a site that cannot be read is passed over. */
static bool survey(void *context, int worker, int item, struct stm_error *err)
{
    struct stm_crew *const crew = context;
    struct stm_desk *const desk = &crew->desks[worker];
    const int index = crew->survey_items[item];
    struct stm_error ignored = {0};
    struct stm_site site;
    double since = stm_workers_seconds();
    const bool there = crew->input->sites[index].row.verdict != STM_VERDICT_FAILED &&
                       stm_desk_site(crew, desk, &crew->input->sites[index], &site, &ignored) &&
                       glance(crew, desk, index, &site, &ignored);
    bool good = true;
    pthread_mutex_lock(&crew->turn_lock);
    while (crew->turn != item)
        pthread_cond_wait(&crew->turn_moved, &crew->turn_lock);
    for (int i = 0; there && good && i < crew->plan->n_stages; i++) {
        const struct stm_stage_env env = stm_crew_env(crew, i, &desk->scratch);
        stm_arena_reset(&desk->scratch, 0);
        if (crew->plan->stage[i].stage->survey) good = crew->plan->stage[i].stage->survey(&site, &env, err);
    }
    crew->turn++;
    pthread_cond_broadcast(&crew->turn_moved);
    pthread_mutex_unlock(&crew->turn_lock);
    stm_desk_spend(desk, STM_STEP_SURVEY, &since);
    return good;
}

static bool wants_survey(const struct stm_plan *plan)
{
    for (int i = 0; i < plan->n_stages; i++)
        if (plan->stage[i].stage->survey) return true;
    return false;
}

/* Channel of the blank with the plan's role and rank, -1 when there is none. */
static int blank_channel(const struct stm_intake *blank, const struct stm_plan *plan, int c)
{
    int rank = 0;
    for (int d = 0; d < c; d++)
        rank += plan->channel_role[d] == plan->channel_role[c];
    for (int i = 0; i < blank->n_roles; i++)
        if (blank->roles[i] == plan->channel_role[c] && rank-- == 0) return i;
    return -1;
}

/* Shows the stages the images of an empty field, each channel where the plan has it. */
static bool show_blank(struct stm_crew *crew, const struct stm_intake *blank, struct stm_error *err)
{
    struct stm_intake_site from = blank->sites[0];
    struct stm_desk desk = {.record = {0}};
    struct stm_site site;
    for (int c = 0; c < crew->plan->channels; c++) {
        const int b = blank_channel(blank, crew->plan, c);
        from.planes[c] = b < 0 ? NULL : blank->sites[0].planes[b];
        from.n_planes[c] = b < 0 ? 0 : blank->sites[0].n_planes[b];
        from.row.channel[c].role = crew->plan->channel_role[c];
    }
    from.geo.channels = from.row.channels = crew->plan->channels;
    bool good = stm_arena_create(&desk.site, stm_plan_site_bytes(crew->plan, &from.geo), err) &&
                stm_arena_create(&desk.scratch, stm_intake_scratch_bytes(&from), err) &&
                stm_desk_site(crew, &desk, &from, &site, err) &&
                stm_intake_load(&from, crew->plan->input.z, &site, &desk.scratch, err);
    for (int i = 0; good && i < crew->plan->n_stages; i++) {
        struct stm_stage_env env = stm_crew_env(crew, i, &desk.scratch);
        env.notes = &crew->notes;
        if (crew->plan->stage[i].stage->blank) good = crew->plan->stage[i].stage->blank(&site, &env, err);
    }
    stm_arena_destroy(&desk.site);
    stm_arena_destroy(&desk.scratch);
    return good;
}

bool stm_run_blank(struct stm_crew *crew, struct stm_error *err)
{
    const char *const path = crew->plan->input.blank;
    struct stm_intake blank = {0};
    if (!path[0]) return true;
    bool good = stm_intake_open(&blank, &path, 1, crew->plan, err);
    if (good && blank.sites[0].row.verdict == STM_VERDICT_FAILED)
        good = stm_fail(err, STM_BAD_INPUT, "%s", blank.sites[0].row.reason);
    good = good && show_blank(crew, &blank, err);
    stm_intake_free(&blank);
    return good || stm_fail_in(err, "input.blank = %s", path);
}

bool stm_run_survey(struct stm_crew *crew, struct stm_error *err)
{
    if (!stm_run_blank(crew, err)) return false;
    int items[SURVEY_SITES];
    const int sites = crew->input->n_sites, n = sites < SURVEY_SITES ? sites : SURVEY_SITES;
    for (int i = 0; i < n; i++)
        items[i] = (int)((long)i * sites / n);
    crew->survey_items = items;
    crew->turn = 0;
    const struct stm_job job = {n, crew->n_desks, crew->n_desks, crew, survey, NULL};
    if (wants_survey(crew->plan) && !stm_workers_run(&job, err)) return false;
    for (int i = 0; i < crew->plan->n_stages; i++) {
        struct stm_stage_env env = stm_crew_env(crew, i, NULL);
        env.notes = &crew->notes;
        if (crew->plan->stage[i].stage->settle && !crew->plan->stage[i].stage->settle(&env, err))
            return false;
    }
    return true;
}

bool stm_run_conclude(struct stm_crew *crew, struct stm_error *err)
{
    for (int i = 0; i < crew->plan->n_stages; i++) {
        struct stm_stage_env env = stm_crew_env(crew, i, NULL);
        env.notes = &crew->notes;
        if (crew->plan->stage[i].stage->conclude && !crew->plan->stage[i].stage->conclude(&env, err))
            return stm_fail_in(err, "stage %s", crew->plan->stage[i].stage->name);
    }
    return true;
}
