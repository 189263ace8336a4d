/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* gethostname */
#include "pipeline/run_info.h"

#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"
#include "pipeline/core/workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { PARAM_SECTIONS = STM_MAX_STAGES + 1 };

struct section {
    const char *name;
    const struct stm_param *rows;
    const void *params;
};

static int list_sections(const struct stm_plan *plan, struct section *out)
{
    int n = 0;
    out[n++] = (struct section){"input", stm_input_rows, &plan->input};
    for (int i = 0; i < plan->n_stages; i++)
        out[n++] =
            (struct section){plan->stage[i].stage->name, plan->stage[i].stage->params, plan->stage[i].params};
    return n;
}

/* The plan may lack stages that are idle. */
static const struct section *same_section(const struct section *all, const struct section *one)
{
    while (all->rows != one->rows)
        all++;
    return all;
}

/* Values and defaults are kept behind each other in one string, which is complete before anyone points into
 * it. */
static bool list_params(const struct stm_plan *plan, struct stm_run_texts *t, struct stm_run_info *info)
{
    struct section sections[PARAM_SECTIONS];
    struct stm_plan plain;
    struct stm_error ignored;
    char value[STM_PARAM_TEXT];
    int n = 0;
    if (!stm_plan_begin(&plain, plan->assay->name, &ignored)) return false;
    struct section defaults[PARAM_SECTIONS];
    const int n_sections = list_sections(plan, sections);
    list_sections(&plain, defaults);
    for (int pass = 0; pass < 2; pass++) {
        struct stm_run_param *const rows = t->param_rows;
        size_t at = 0;
        n = 0;
        for (int s = 0; s < n_sections; s++)
            for (const struct stm_param *row = sections[s].rows; row && row->name; row++, n++)
                for (int which = 0; which < 2; which++) {
                    if (pass == 0) {
                        const struct section *const from =
                            which ? same_section(defaults, &sections[s]) : &sections[s];
                        stm_param_get(row, from->params, value, sizeof value);
                        stm_string_add_n(&t->params, value, strlen(value) + 1);
                        continue;
                    }
                    const char *const text = t->params.text + at;
                    at += strlen(text) + 1;
                    if (which == 0)
                        rows[n] = (struct stm_run_param){sections[s].name, row->name, text, text,
                                                         row->unit,        row->help};
                    else
                        rows[n].fallback = text;
                }
        if (pass == 0 && !(t->param_rows = calloc((size_t)n + 1, sizeof(struct stm_run_param)))) break;
    }
    stm_plan_free(&plain);
    info->params = t->param_rows;
    info->n_params = n;
    return t->param_rows && !t->params.failed;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every file that is read, once, sorted by path. */
static bool list_files(const struct stm_intake *input, struct stm_run_texts *t)
{
    size_t n = input->samples.path != NULL, kept = 0;
    for (int i = 0; i < input->n_sites; i++)
        for (int c = 0; c < STM_MAX_CHANNELS; c++)
            n += (size_t)input->sites[i].n_planes[c];
    const char **const paths = malloc((n + 1) * sizeof *paths);
    if (!paths) return false;
    n = 0;
    if (input->samples.path) paths[n++] = input->samples.path;
    for (int i = 0; i < input->n_sites; i++)
        for (int c = 0; c < STM_MAX_CHANNELS; c++)
            for (int p = 0; p < input->sites[i].n_planes[c]; p++)
                paths[n++] = input->sites[i].planes[c][p].path;
    qsort(paths, n, sizeof *paths, by_path);
    for (size_t i = 0; i < n; i++)
        if (!kept || strcmp(paths[kept - 1], paths[i])) paths[kept++] = paths[i];
    t->files = calloc(kept + 1, sizeof *t->files);
    t->sums = calloc(kept + 1, sizeof *t->sums);
    for (size_t i = 0; t->files && t->sums && i < kept; i++)
        t->files[i] = (struct stm_input_file){.path = paths[i], .sha256 = t->sums[i]};
    t->n_files = (int)kept;
    free(paths);
    return t->files && t->sums;
}

static void now(char *text, size_t size)
{
    const time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void describe_machine(struct stm_run_texts *t)
{
    struct utsname u;
    char line[256];
    gethostname(t->host, sizeof t->host - 1);
    if (uname(&u) == 0)
        snprintf(t->system, sizeof t->system, "%.80s %.80s %.60s", u.sysname, u.release, u.machine);
    FILE *const f = fopen("/proc/cpuinfo", "r"); /* stroma-check: allow (host facts for run.json) */
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            stm_text_copy(t->cpu, sizeof t->cpu, strchr(line, ':') + 2);
            t->cpu[strcspn(t->cpu, "\n")] = '\0';
            break;
        }
    if (f) fclose(f);
}

/* The part of the command that decides results: assay and what differs from its defaults. */
static void reproduce(const struct stm_crew *crew, struct stm_run_texts *t)
{
    const struct stm_run_info *const info = &crew->info;
    stm_string_addf(&t->command, "stroma run PATH --assay %s -o OUT", info->assay);
    for (int i = 0; i < info->n_params; i++)
        if (strcmp(info->params[i].value, info->params[i].fallback))
            stm_string_addf(&t->command, " --set '%s.%s=%s'", info->params[i].stage, info->params[i].name,
                            info->params[i].value);
    if (info->samples_file) stm_string_addf(&t->command, " --samples '%s'", info->samples_file);
}

bool stm_run_info_begin(struct stm_crew *crew, struct stm_run_texts *t, struct stm_error *err)
{
    const struct stm_plan *const plan = crew->plan;
    const struct stm_assay_words words = stm_plan_words(plan);
    struct stm_run_info *const info = &crew->info;
    memset(t, 0, sizeof *t);
    now(t->started, sizeof t->started);
    describe_machine(t);
    stm_plan_canonical(plan, &t->protocol);
    if (!list_params(plan, t, info) || !list_files(crew->input, t) || t->protocol.failed)
        return stm_fail(err, STM_NO_MEMORY, "no memory to describe the run");
    for (int c = 0; c < plan->channels; c++)
        t->channels[c] = plan->channel_name[c];
    info->directory = crew->options->directory;
    info->title = crew->input->title;
    info->program_version = STM_VERSION;
    info->assay = plan->assay->name;
    info->assay_version = plan->assay->version;
    info->assay_title = words.title;
    info->assay_summary = words.summary;
    info->protocol_name = plan->protocol_name;
    info->protocol_hash = plan->hash;
    info->protocol_text = t->protocol.text;
    info->protocol_locked = plan->locked;
    info->object_columns = &plan->object_columns;
    info->site_columns = &plan->site_columns;
    info->well_columns = &plan->well_columns;
    info->default_measure = words.default_measure;
    info->object_name = words.object_name;
    info->channels = t->channels;
    info->n_channels = plan->channels;
    info->metadata = crew->input->samples.names;
    info->n_metadata = crew->input->samples.n;
    if (crew->input->samples.path) {
        info->samples_file = stm_text_basename(crew->input->samples.path);
        info->samples_hash = crew->input->samples.sha256;
    }
    info->n_sites = crew->input->n_sites;
    info->n_wells = crew->input->n_wells;
    reproduce(crew, t);
    info->command = t->command.text;
    t->facts = (struct stm_run_facts){.started = t->started,
                                      .finished = t->finished,
                                      .command_line = crew->options->command_line,
                                      .host = t->host,
                                      .system = t->system,
                                      .cpu = t->cpu,
                                      .isa = crew->options->isa,
                                      .threads = crew->n_desks};
    return true;
}

struct hashing {
    struct stm_crew *crew;
    struct stm_run_texts *texts;
};

static bool hash_file(void *context, int worker, int item, struct stm_error *err)
{
    const struct hashing *const h = context;
    struct stm_run_texts *const t = h->texts;
    struct stat st;
    double since = stm_workers_seconds();
    if (stat(t->files[item].path, &st) == 0) t->files[item].bytes = (uint64_t)st.st_size;
    if (!stm_sha256_file(t->files[item].path, t->sums[item], err))
        t->sums[item][0] = '\0'; /* its site says why it could not be read */
    stm_desk_spend(&h->crew->desks[worker], STM_STEP_HASH, &since);
    return true;
}

bool stm_run_info_hash(struct stm_crew *crew, struct stm_run_texts *t, struct stm_error *err)
{
    struct stm_string all = {0};
    struct hashing hashing = {crew, t};
    const struct stm_job job = {t->n_files, crew->n_desks, 4 * crew->n_desks, &hashing, hash_file, NULL};
    if (!crew->options->no_hashes && !stm_workers_run(&job, err)) return false;
    for (int i = 0; i < t->n_files; i++)
        stm_string_addf(&all, "%s  %s\n", t->sums[i], stm_text_basename(t->files[i].path));
    stm_sha256_hex(all.text ? all.text : "", all.length, t->inputs_hash);
    const bool good = !all.failed;
    stm_string_free(&all);
    crew->info.inputs = t->files;
    crew->info.n_inputs = t->n_files;
    crew->info.inputs_hash = t->inputs_hash;
    return good || stm_fail(err, STM_NO_MEMORY, "no memory to list the inputs");
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* What the desks spent on each step; the rest of the process' time is "other". */
static void list_steps(const struct stm_crew *crew, struct stm_run_texts *t, double all)
{
    static const char *const names[STM_STEP_STAGES] = {"survey", "read", "pictures",
                                                       "spool",  "hash", "report"};
    const int n = STM_STEP_STAGES + crew->plan->n_stages;
    for (int i = 0; i < n; i++) {
        struct stm_run_step *const step = &t->step[i];
        step->name = i < STM_STEP_STAGES ? names[i] : crew->plan->stage[i - STM_STEP_STAGES].stage->name;
        for (int d = 0; d < crew->n_desks; d++)
            step->seconds += crew->desks[d].spent[i];
        all -= step->seconds;
    }
    t->step[n] = (struct stm_run_step){"other", all > 0 ? all : 0};
    t->facts.step = t->step;
    t->facts.n_steps = n + 1;
}

void stm_run_info_end(struct stm_crew *crew, struct stm_run_texts *t, double seconds)
{
    struct rusage usage;
    now(t->finished, sizeof t->finished);
    t->facts.seconds = seconds;
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        t->facts.peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
        list_steps(crew, t, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
    }
    crew->info.facts = &t->facts;
    crew->info.notes = crew->notes.text;
}

void stm_run_info_free(struct stm_run_texts *t)
{
    stm_string_free(&t->protocol);
    stm_string_free(&t->params);
    stm_string_free(&t->notes);
    stm_string_free(&t->command);
    free(t->param_rows);
    free(t->files);
    free(t->sums);
}
