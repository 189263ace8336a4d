/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the spool to the sinks: classes, wells, outputs. Pixels are gone but for previews. */
#include "pipeline/core/team.h"
#include "pipeline/core/text.h"
#include "pipeline/core/workers.h"
#include "pipeline/run_private.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Paths and texts of the sample sheet do not survive the spool; they are the input's. */
void stm_crew_identify(const struct stm_crew *crew, int item, struct stm_site_row *row)
{
    const struct stm_site_row *const now = &crew->input->sites[item].row;
    row->image_number = now->image_number;
    row->timepoint = now->timepoint;
    row->row = now->row;
    row->col = now->col;
    memcpy(row->plate, now->plate, sizeof row->plate);
    memcpy(row->well, now->well, sizeof row->well);
    memcpy(row->site, now->site, sizeof row->site);
    memcpy(row->stem, now->stem, sizeof row->stem);
    for (int c = 0; c < row->channels; c++)
        row->channel[c].file = now->channel[c].file;
    row->metadata = now->metadata;
}

bool stm_desk_classify(struct stm_crew *crew, struct stm_desk *desk, struct stm_spooled *record,
                       struct stm_error *err)
{
    struct stm_site site = {
        .row = record->row,
        .geo = {record->row.width, record->row.height, record->row.channels, record->row.pixel_um},
        .segments = (struct stm_segment *)record->pixels.segments,
        .n_segments = record->pixels.n_segments,
        .cells = (struct stm_segment *)record->pixels.cells,
        .n_cells = record->pixels.n_cells,
        .objects = record->objects,
        .n_objects = record->row.n_objects,
        .object_values = record->object_values,
        .site_values = record->site_values,
        .arena = &desk->site};
    for (int i = 0; i < crew->plan->n_stages; i++) {
        const struct stm_stage_env env = stm_crew_env(crew, i, &desk->scratch);
        stm_arena_reset(&desk->scratch, 0);
        if (crew->plan->stage[i].stage->classify && !crew->plan->stage[i].stage->classify(&site, &env, err))
            return stm_fail_in(err, "stage %s", crew->plan->stage[i].stage->name);
    }
    record->row.verdict = site.row.verdict;
    memcpy(record->row.reason, site.row.reason, sizeof record->row.reason);
    return true;
}

/* One site for all sinks that take sites in any order: each sink may be served by another thread. */
struct outputs {
    struct stm_crew *crew;
    int item;
    const struct stm_site_row *row;
    const struct stm_site_pixels *pixels;
    struct stm_team team;
};

static bool send_to_sink(void *context, int worker, int i, struct stm_error *err)
{
    const struct outputs *const to = context;
    struct stm_crew *const crew = to->crew;
    const struct stm_sink *const sink = crew->options->sinks[i];
    struct stm_string *const text = &crew->text[(to->item % crew->window) * crew->n_sinks + i];
    (void)worker;
    if (sink->format && !sink->format(crew->sink_state[i], to->row, to->pixels, text, err)) return false;
    if (sink->format && text->failed) return stm_fail(err, STM_NO_MEMORY, "no memory for the rows of a site");
    return !sink->site || !sink->parallel || sink->site(crew->sink_state[i], to->row, to->pixels, err);
}

static bool send_to_parallel_sinks(struct stm_crew *crew, struct stm_desk *desk, int item,
                                   const struct stm_spooled *record, struct stm_error *err)
{
    struct outputs to = {.crew = crew,
                         .item = item,
                         .row = &record->row,
                         .pixels = record->row.verdict == STM_VERDICT_FAILED ? NULL : &record->pixels};
    stm_team_gather(&to.team, &desk->scratch, crew->n_sinks, 0);
    const bool good = stm_team_run(&to.team, crew->n_sinks, &to, send_to_sink, err);
    stm_team_dismiss(&to.team);
    return good;
}

static bool prepare(void *context, int worker, int item, struct stm_error *err)
{
    struct stm_crew *const crew = context;
    struct stm_desk *const desk = &crew->desks[worker];
    struct stm_spooled record;
    double since = stm_workers_seconds();
    if (!stm_spool_read(crew->spool, item, true, &record, &desk->record, err)) return false;
    stm_crew_identify(crew, item, &record.row);
    stm_arena_reset(&desk->site, 0);
    if (record.row.verdict != STM_VERDICT_FAILED && !stm_desk_classify(crew, desk, &record, err))
        return false;
    const bool good = stm_spool_update(crew->spool, item, &record, &desk->record, err) &&
                      send_to_parallel_sinks(crew, desk, item, &record, err);
    stm_desk_spend(desk, STM_STEP_REPORT, &since);
    return good;
}

static bool same_well(const struct stm_crew *crew, int a, int b)
{
    const struct stm_site_row *const p = &crew->input->sites[a].row, *const q = &crew->input->sites[b].row;
    return !strcmp(p->well, q->well) && !strcmp(p->plate, q->plate);
}

/* The rows of the well's sites as views into the spool. */
static bool view_sites(struct stm_crew *crew, int first, int n, struct stm_site_row *rows,
                       struct stm_error *err)
{
    struct stm_spooled record;
    for (int i = 0; i < n; i++) {
        if (!stm_spool_view(crew->spool, first + i, &record, err)) return false;
        rows[i] = record.row;
        stm_crew_identify(crew, first + i, &rows[i]);
    }
    return true;
}

static bool fill_well(struct stm_crew *crew, struct stm_well *well, struct stm_error *err)
{
    const struct stm_site_row *const first = &well->sites[0];
    memcpy(well->row.plate, first->plate, sizeof well->row.plate);
    memcpy(well->row.well, first->well, sizeof well->row.well);
    well->row.row = first->row;
    well->row.col = first->col;
    well->row.metadata = first->metadata;
    well->row.sites = well->n_sites;
    for (int i = 0; i < well->n_sites; i++)
        well->row.sites_used += well->sites[i].verdict <= STM_VERDICT_WARN;
    for (int i = 0; i < crew->plan->n_stages; i++) {
        const struct stm_stage_env env = stm_crew_env(crew, i, NULL);
        if (crew->plan->stage[i].stage->well && !crew->plan->stage[i].stage->well(well, &env, err))
            return stm_fail_in(err, "well %s, stage %s", first->well, crew->plan->stage[i].stage->name);
    }
    return true;
}

static bool finish_well(struct stm_crew *crew, int first, int n, struct stm_error *err)
{
    const int columns = crew->plan->well_columns.n;
    struct stm_site_row *const rows = malloc((size_t)n * sizeof *rows);
    double *const values = malloc(((size_t)columns + 1) * sizeof *values);
    struct stm_well well = {.values = values, .sites = rows, .n_sites = n};
    bool good = rows && values;
    if (!good) stm_fail(err, STM_NO_MEMORY, "no memory for a well of %d sites", n);
    for (int i = 0; good && i < columns; i++)
        values[i] = NAN;
    well.row.values = values;
    good = good && stm_spool_map(crew->spool, err) && view_sites(crew, first, n, rows, err) &&
           fill_well(crew, &well, err);
    for (int i = 0; good && i < crew->n_sinks; i++)
        if (crew->options->sinks[i]->well)
            good = crew->options->sinks[i]->well(crew->sink_state[i], &well.row, err);
    stm_spool_forget(crew->spool);
    free(rows);
    free(values);
    return good;
}

static bool send_to_ordered_sinks(struct stm_crew *crew, int item, struct stm_error *err)
{
    struct stm_spooled record;
    if (!stm_spool_read(crew->spool, item, crew->previews, &record, &crew->commit_record, err)) return false;
    stm_crew_identify(crew, item, &record.row);
    const struct stm_site_pixels *const pixels =
        record.row.verdict == STM_VERDICT_FAILED ? NULL : &record.pixels;
    for (int i = 0; i < crew->n_sinks; i++) {
        const struct stm_sink *const sink = crew->options->sinks[i];
        if (sink->site && !sink->parallel && !sink->site(crew->sink_state[i], &record.row, pixels, err))
            return false;
    }
    return true;
}

static bool deliver(void *context, int item, struct stm_error *err)
{
    struct stm_crew *const crew = context;
    for (int i = 0; i < crew->n_sinks; i++) {
        struct stm_string *const text = &crew->text[(item % crew->window) * crew->n_sinks + i];
        const struct stm_sink *const sink = crew->options->sinks[i];
        if (sink->append &&
            !sink->append(crew->sink_state[i], text->text ? text->text : "", text->length, err))
            return false;
        text->length = 0;
    }
    if (!send_to_ordered_sinks(crew, item, err)) return false;
    crew->done++;
    if (crew->options->progress)
        crew->options->progress(crew->options->progress_context, crew->done, crew->total);
    if (item + 1 < crew->input->n_sites && same_well(crew, item, item + 1)) return true;
    int first = item;
    while (first > 0 && same_well(crew, first - 1, item))
        first--;
    return finish_well(crew, first, item - first + 1, err);
}

bool stm_run_report(struct stm_crew *crew, struct stm_error *err)
{
    const struct stm_job job = {crew->input->n_sites, crew->n_desks, crew->window, crew, prepare, deliver};
    return stm_workers_run(&job, err);
}
