/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the journal to the results: one run over all captures, by one process at a time. */
#include "pipeline/capture.h"
#include "pipeline/core/file.h"
#include "pipeline/core/lock.h"
#include "pipeline/core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SINKS = 16 };
/* Behind the protocol, as comments of it. */
#define NAME_LINE "; name = "
#define OUTPUTS_LINE "; outputs ="
#define SAMPLES_LINE "; samples = "

void stm_capture_settings(const struct stm_plan *plan, const struct stm_sink *const *sinks,
                          const char *samples, struct stm_string *text)
{
    stm_plan_canonical(plan, text);
    stm_string_addf(text, NAME_LINE "%s\n" OUTPUTS_LINE, plan->protocol_name);
    for (int i = 0; sinks[i]; i++)
        stm_string_addf(text, " %s", sinks[i]->name);
    stm_string_add(text, "\n");
    if (samples) stm_string_addf(text, SAMPLES_LINE "%s\n", samples);
}

/* The rest of the line that begins with `head`, into `out`; false when there is none. */
static bool line_of(const char *settings, const char *head, char *out, size_t size)
{
    for (const char *p = settings; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        if (strncmp(p, head, strlen(head)) != 0) continue;
        const size_t n = strcspn(p + strlen(head), "\n");
        snprintf(out, size, "%.*s", (int)n, p + strlen(head));
        return true;
    }
    return false;
}

static void read_outputs(const char *settings, const struct stm_sink **sinks)
{
    char names[512] = "", name[64];
    int n = 0;
    line_of(settings, OUTPUTS_LINE, names, sizeof names);
    for (const char *p = names; *p && n < SINKS - 1;) {
        p += strspn(p, " ");
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p, " "), p);
        p += strcspn(p, " ");
        const struct stm_sink *const sink = stm_sink_find(name);
        if (sink) sinks[n++] = sink;
    }
    sinks[n] = NULL;
}

/* A capture whose image was given up on is a failed site. */
static void refuse(const struct stm_journal *journal, struct stm_intake *input)
{
    for (int s = 0; s < input->n_sites; s++)
        for (int c = 0; c < STM_MAX_CHANNELS; c++)
            for (int p = 0; p < input->sites[s].n_planes[c]; p++) {
                const struct stm_journal_file *const f =
                    stm_journal_find(journal, input->sites[s].planes[c][p].path);
                if (f && f->refused && input->sites[s].row.verdict != STM_VERDICT_FAILED)
                    stm_row_flag(&input->sites[s].row, STM_VERDICT_FAILED, "%s", f->refused);
            }
}

static bool open_input(const struct stm_journal *journal, struct stm_plan *plan, struct stm_intake *input,
                       struct stm_error *err)
{
    char samples[4096];
    struct stm_plate_listed *const listed = malloc(((size_t)journal->n_files + 1) * sizeof *listed);
    if (!listed) return stm_fail(err, STM_NO_MEMORY, "no memory to list %d files", journal->n_files);
    for (int i = 0; i < journal->n_files; i++)
        listed[i] = (struct stm_plate_listed){journal->files[i].path, journal->files[i].root};
    const bool good = stm_intake_open_listed(input, listed, journal->n_files, plan, err);
    free(listed);
    if (good) refuse(journal, input);
    return good && stm_plan_finish(plan, input->roles, input->n_roles, err) &&
           (!line_of(journal->settings, SAMPLES_LINE, samples, sizeof samples) ||
            stm_intake_samples(input, samples, err));
}

static bool run_all(const char *directory, const struct stm_journal *journal,
                    const struct stm_run_options *options, struct stm_run_summary *summary,
                    struct stm_error *err)
{
    const struct stm_sink *sinks[SINKS];
    struct stm_run_options o = *options;
    struct stm_plan plan;
    struct stm_intake input = {0};
    char state[4096];
    snprintf(state, sizeof state, "%s/" STM_STATE_FILE, directory);
    o.directory = directory;
    o.sinks = sinks;
    o.state_file = state;
    o.resume = o.keep_spool = o.locked = true;
    read_outputs(journal->settings, sinks);
    bool good = stm_plan_from_text(&plan, journal->settings, err);
    if (good) line_of(journal->settings, NAME_LINE, plan.protocol_name, sizeof plan.protocol_name);
    good = good && open_input(journal, &plan, &input, err) && stm_run(&plan, &input, &o, summary, err);
    stm_intake_free(&input);
    stm_plan_free(&plan);
    return good;
}

static bool is_covered(const char *directory, bool *covered, struct stm_error *err)
{
    struct stm_journal journal;
    const bool good = stm_journal_read(&journal, directory, err);
    *covered = good && (!journal.n_files || stm_journal_is_covered(&journal, directory));
    stm_journal_free(&journal);
    return good;
}

/* With the lock held: all captures that are in the journal now. */
static bool update(const char *directory, const struct stm_run_options *options, bool *ran,
                   struct stm_run_summary *summary, struct stm_error *err)
{
    struct stm_journal journal;
    bool good = stm_journal_read(&journal, directory, err);
    *ran = good && journal.n_files && !stm_journal_is_covered(&journal, directory);
    if (*ran)
        good = run_all(directory, &journal, options, summary, err) &&
               stm_journal_cover(&journal, directory, err);
    stm_journal_free(&journal);
    return good;
}

/* Whoever takes a capture in looks at the lock afterwards, whoever gives up the lock looks at the journal
 * afterwards: so one of the two sees to it. */
bool stm_captures_update(const char *directory, const struct stm_run_options *options, bool wait,
                         enum stm_update *outcome, struct stm_run_summary *summary, struct stm_error *err)
{
    char path[4096];
    int lock;
    *outcome = STM_UPDATE_NOTHING;
    memset(summary, 0, sizeof *summary);
    snprintf(path, sizeof path, "%s/" STM_LOCK_FILE, directory);
    for (bool covered, ran;;) {
        if (!is_covered(directory, &covered, err)) return false;
        if (covered) return true;
        if (!stm_lock_take(&lock, path, wait, err)) {
            if (err->status == STM_OK) *outcome = STM_UPDATE_OTHER;
            return err->status == STM_OK;
        }
        const bool good = update(directory, options, &ran, summary, err);
        stm_lock_remove(&lock, path);
        if (!good) return false;
        if (ran) *outcome = STM_UPDATE_DONE;
    }
}
