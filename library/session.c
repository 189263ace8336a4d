/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library's face (stroma.h) on what captures are made of. */
#include "library/stroma.h"

#include "kernels/kernels.h"
#include "pipeline/capture.h"
#include "pipeline/capture_files.h"
#include "pipeline/core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SINKS = 16 };

struct stm_session {
    char *directory;
    struct stm_string settings; /* what every capture is measured by: stm_capture_settings */
    const struct stm_sink *sinks[SINKS];
    struct stm_run_options run;
};

/* One capture on its way to the caller. */
struct receiver {
    const struct stm_plan *plan;
    stm_session_receive *receive;
    void *context;
};

static bool hand_over(const struct stm_error *err, struct stm_session_error *error)
{
    error->status = (int)err->status;
    stm_error_text(err, error->text, sizeof error->text);
    return false;
}

const char *stm_session_version(void)
{
    return STM_VERSION;
}

static bool set_pair(struct stm_plan *plan, const char *pair, struct stm_error *err)
{
    char name[128];
    const char *const equals = strchr(pair, '=');
    if (!equals || (size_t)(equals - pair) >= sizeof name)
        return stm_fail(err, STM_USAGE, "parameters are set as stage.param=value, not '%s'", pair);
    snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
    return stm_plan_set(plan, name, equals + 1, err);
}

static bool make_plan(struct stm_plan *plan, const struct stm_session_options *o, struct stm_error *err)
{
    char assay[64] = "", um[32];
    memset(plan, 0, sizeof *plan);
    if (o->protocol && !stm_plan_protocol_assay(o->protocol, assay, sizeof assay, err)) return false;
    const char *const name = o->assay ? o->assay : assay[0] ? assay : stm_assays[0]->name;
    if (!stm_plan_begin(plan, name, err) || (o->protocol && !stm_plan_protocol(plan, o->protocol, err)))
        return false;
    for (const char *const *pair = o->set; pair && *pair; pair++)
        if (!set_pair(plan, *pair, err)) return false;
    snprintf(um, sizeof um, "%.17g", o->pixel_um);
    return (!o->channels || stm_plan_set(plan, "input.channels", o->channels, err)) &&
           (o->pixel_um == 0 || stm_plan_set(plan, "input.pixel_um", um, err));
}

static void choose_sinks(struct stm_session *s, const struct stm_session_options *o)
{
    int n = 0;
    for (int i = 0; stm_sinks[i] && n < SINKS - 1; i++) {
        const char *const name = stm_sinks[i]->name;
        const bool off = (o->no_labels && !strcmp(name, "labels")) ||
                         (o->no_overlays && !strcmp(name, "overlays")) ||
                         (o->no_html && !strcmp(name, "html"));
        if (stm_sinks[i]->default_on && !off) s->sinks[n++] = stm_sinks[i];
    }
}

static bool choose_kernels(struct stm_session *s, struct stm_error *err)
{
    char why[256];
    enum stm_isa isa;
    if (!stm_isa_choose(NULL, &isa, why, sizeof why)) return stm_fail(err, STM_USAGE, "%s", why);
    s->run.kernels = stm_kernels_for(isa);
    s->run.isa = stm_isa_name(isa);
    return true;
}

static bool begin(struct stm_session *s, const struct stm_session_options *o, struct stm_error *err)
{
    struct stm_plan plan;
    choose_sinks(s, o);
    const bool good = make_plan(&plan, o, err) && choose_kernels(s, err);
    if (good) stm_capture_settings(&plan, s->sinks, NULL, &s->settings);
    stm_plan_free(&plan);
    s->directory = o->directory ? strdup(o->directory) : NULL;
    s->run.directory = s->directory;
    s->run.sinks = s->sinks;
    s->run.threads = o->threads;
    s->run.memory_limit = o->memory_limit;
    s->run.command_line = "(library)";
    if (good && (s->settings.failed || (o->directory && !s->directory)))
        return stm_fail(err, STM_NO_MEMORY, "no memory for a session");
    return good;
}

bool stm_session_open(struct stm_session **session, const struct stm_session_options *options,
                      struct stm_session_error *error)
{
    struct stm_error err = {0};
    struct stm_session *const s = *session = calloc(1, sizeof *s);
    if (!s) {
        stm_fail(&err, STM_NO_MEMORY, "no memory for a session");
        return hand_over(&err, error);
    }
    if (begin(s, options, &err)) return true;
    stm_session_close(session);
    return hand_over(&err, error);
}

static const char **names_of(const struct stm_columns *columns)
{
    const char **const names = malloc(((size_t)columns->n + 1) * sizeof *names);
    for (int i = 0; names && i < columns->n; i++)
        names[i] = columns->column[i].name;
    return names;
}

static struct stm_session_object *objects_of(const struct stm_site_row *row, int columns, int *counted)
{
    struct stm_session_object *const objects = malloc(((size_t)row->n_objects + 1) * sizeof *objects);
    for (int i = 0; objects && i < row->n_objects; i++) {
        const struct stm_object *const o = &row->objects[i];
        objects[i] = (struct stm_session_object){.number = (int)o->number,
                                                 .kind = o->class,
                                                 .counted = o->counted,
                                                 .x = o->cx,
                                                 .y = o->cy,
                                                 .values = row->object_values + (size_t)i * (size_t)columns};
        counted[o->class] += o->counted;
    }
    return objects;
}

static bool pass_on(void *context, const struct stm_site_row *row, struct stm_error *err)
{
    const struct receiver *const r = context;
    const struct stm_columns *const columns = &r->plan->site_columns, *const of_objects =
                                                                          &r->plan->object_columns;
    struct stm_session_row out = {.plate = row->plate,
                                  .well = row->well,
                                  .site = row->site,
                                  .timepoint = row->timepoint,
                                  .verdict = (int)row->verdict,
                                  .reason = row->reason,
                                  .width = row->width,
                                  .height = row->height,
                                  .pixel_um = row->pixel_um,
                                  .n_measures = columns->n,
                                  .values = row->values,
                                  .n_object_measures = of_objects->n,
                                  .n_objects = row->n_objects};
    const char **const names = names_of(columns), **const object_names = names_of(of_objects);
    struct stm_session_object *const objects = objects_of(row, of_objects->n, out.counted);
    out.measures = names;
    out.object_measures = object_names;
    out.objects = objects;
    bool good = names && object_names && objects;
    if (!good) stm_fail(err, STM_NO_MEMORY, "no memory for an answer");
    if (good && !r->receive(r->context, &out))
        good = stm_fail(err, STM_REJECTED, "the receiver refused the row");
    free(names);
    free(object_names);
    free(objects);
    return good;
}

static bool capture(struct stm_session *s, const struct stm_capture_files *files, struct receiver *r,
                    struct stm_error *err)
{
    struct stm_plan plan;
    struct stm_intake input = {0};
    struct stm_capture_summary summary = {0};
    enum stm_journal_news news;
    const bool again =
        s->directory && stm_journal_compare(s->directory, files->file, files->n) == STM_JOURNAL_REPEATED;
    r->plan = &plan;
    const bool good =
        stm_plan_from_text(&plan, s->settings.text, err) &&
        stm_capture_files_intake(files, &plan, NULL, &input, err) &&
        stm_capture(&plan, &input, &s->run, again, pass_on, r, &summary, err) &&
        (!s->directory || stm_journal_add(s->directory, s->settings.text, files->file, files->n, &news, err));
    stm_string_free(&summary.notes);
    stm_intake_free(&input);
    stm_plan_free(&plan);
    return good;
}

bool stm_session_capture(struct stm_session *session, const char *const *files, int n,
                         stm_session_receive *receive, void *context, struct stm_session_error *error)
{
    struct stm_error err = {0};
    struct stm_capture_files looked = {0};
    struct receiver r = {.receive = receive, .context = context};
    const bool good =
        stm_capture_files_look(&looked, files, n, NULL, &err) && capture(session, &looked, &r, &err);
    stm_capture_files_free(&looked);
    return good || hand_over(&err, error);
}

bool stm_session_finish(struct stm_session *session, struct stm_session_error *error)
{
    struct stm_error err = {0};
    struct stm_run_summary summary;
    enum stm_update outcome;
    if (!session->directory) return true;
    return stm_captures_update(session->directory, &session->run, true, &outcome, &summary, &err) ||
           hand_over(&err, error);
}

void stm_session_close(struct stm_session **session)
{
    struct stm_session *const s = *session;
    if (!s) return;
    stm_string_free(&s->settings);
    free(s->directory);
    free(s);
    *session = NULL;
}
