/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.json: how the outputs beside it came about. The only file that may differ between two runs with the
 * same results, and the last to appear: where it is, the outputs are complete. */
#include "pipeline/sink.h"
#include "pipeline/sinks/json.h"
#include "pipeline/sinks/outdir.h"

#include <stdlib.h>

struct runjson {
    struct stm_file *file;
    const struct stm_run_info *info;
    int sites[STM_VERDICTS], wells[STM_VERDICTS];
    long objects;
    struct stm_string problems; /* rows of the sites that are not ok */
    struct stm_json problem;
};

static bool open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    struct runjson *const run = calloc(1, sizeof *run);
    if (!run) return stm_fail(err, STM_NO_MEMORY, "no memory to begin run.json");
    run->info = info;
    run->problem = (struct stm_json){.out = &run->problems, .pretty = true, .depth = 3};
    *state = run;
    if (stm_outdir_file(&run->file, info->directory, "run.json", err)) return true;
    free(run);
    return false;
}

static bool site(void *state, const struct stm_site_row *row, const struct stm_site_pixels *pixels,
                 struct stm_error *err)
{
    (void)pixels;
    (void)err;
    struct runjson *const run = state;
    run->sites[row->verdict]++;
    run->objects += row->n_objects;
    if (row->verdict == STM_VERDICT_OK) return true;
    stm_json_open(&run->problem, NULL, '{');
    stm_json_integer(&run->problem, "image_number", row->image_number);
    stm_json_text(&run->problem, "plate", row->plate);
    stm_json_text(&run->problem, "well", row->well);
    stm_json_text(&run->problem, "site", row->site);
    stm_json_text(&run->problem, "status", stm_verdict_name(row->verdict));
    stm_json_text(&run->problem, "reason", row->reason);
    stm_json_close(&run->problem, '}');
    return true;
}

static bool well(void *state, const struct stm_well_row *row, struct stm_error *err)
{
    (void)err;
    ((struct runjson *)state)->wells[row->verdict]++;
    return true;
}

static void put_counts(struct stm_json *json, const char *key, const int *counts)
{
    stm_json_open(json, key, '{');
    for (int i = 0; i < STM_VERDICTS; i++)
        stm_json_integer(json, stm_verdict_name((enum stm_verdict)i), counts[i]);
    stm_json_close(json, '}');
}

static void put_samples(struct stm_json *json, const struct stm_run_info *info)
{
    if (!info->samples_file) return;
    stm_json_open(json, "samples", '{');
    stm_json_text(json, "file", info->samples_file);
    stm_json_text(json, "sha256", info->samples_hash);
    stm_json_open(json, "columns", '[');
    for (int i = 0; i < info->n_metadata; i++)
        stm_json_text(json, NULL, info->metadata[i]);
    stm_json_close(json, ']');
    stm_json_close(json, '}');
}

static void put_method(struct stm_json *json, const struct stm_run_info *info)
{
    stm_json_open(json, "assay", '{');
    stm_json_text(json, "name", info->assay);
    stm_json_text(json, "version", info->assay_version);
    stm_json_text(json, "title", info->assay_title);
    stm_json_close(json, '}');
    stm_json_open(json, "protocol", '{');
    stm_json_text(json, "name", info->protocol_name);
    stm_json_text(json, "sha256", info->protocol_hash);
    stm_json_bool(json, "locked", info->protocol_locked);
    stm_json_lines(json, "text", info->protocol_text);
    stm_json_open(json, "parameters", '[');
    for (int i = 0; i < info->n_params; i++) {
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "stage", info->params[i].stage);
        stm_json_text(json, "name", info->params[i].name);
        stm_json_text(json, "value", info->params[i].value);
        stm_json_text(json, "default", info->params[i].fallback);
        stm_json_text(json, "unit", info->params[i].unit);
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
    stm_json_close(json, '}');
    stm_json_open(json, "channels", '[');
    for (int c = 0; c < info->n_channels; c++)
        stm_json_text(json, NULL, info->channels[c]);
    stm_json_close(json, ']');
    put_samples(json, info);
    stm_json_lines(json, "notes", info->notes);
    stm_json_text(json, "command", info->command);
}

static void put_facts(struct stm_json *json, const struct stm_run_facts *facts)
{
    if (!facts) return;
    stm_json_open(json, "timing", '{');
    stm_json_text(json, "started", facts->started);
    stm_json_text(json, "finished", facts->finished);
    stm_json_number(json, "seconds", facts->seconds, 3);
    if (facts->n_steps) stm_json_open(json, "cpu_seconds", '{');
    for (int i = 0; i < facts->n_steps; i++)
        stm_json_number(json, facts->step[i].name, facts->step[i].seconds, 4);
    if (facts->n_steps) stm_json_close(json, '}');
    stm_json_close(json, '}');
    stm_json_open(json, "host", '{');
    stm_json_text(json, "name", facts->host);
    stm_json_text(json, "system", facts->system);
    stm_json_text(json, "cpu", facts->cpu);
    stm_json_text(json, "isa", facts->isa);
    stm_json_integer(json, "threads", facts->threads);
    stm_json_integer(json, "peak_memory_bytes", (int64_t)facts->peak_bytes);
    stm_json_text(json, "command_line", facts->command_line);
    stm_json_close(json, '}');
}

static void put_results(struct stm_json *json, const struct runjson *run)
{
    stm_json_open(json, "results", '{');
    put_counts(json, "sites", run->sites);
    put_counts(json, "wells", run->wells);
    stm_json_integer(json, "objects", run->objects);
    stm_json_open(json, "problems", '[');
    if (run->problems.length) {
        stm_string_add_n(json->out, run->problems.text, run->problems.length);
        json->begun = true;
    }
    stm_json_close(json, ']');
    stm_json_close(json, '}');
}

static bool flush(struct runjson *run, struct stm_string *text, struct stm_error *err)
{
    if (text->failed) return stm_fail(err, STM_NO_MEMORY, "no memory to write run.json");
    const bool ok = stm_file_write(run->file, text->text, text->length, err);
    text->length = 0;
    return ok;
}

/* One at a time, as there may be many. */
static bool put_inputs(struct runjson *run, struct stm_json *json, struct stm_error *err)
{
    const struct stm_run_info *const info = run->info;
    stm_json_text(json, "inputs_sha256", info->inputs_hash);
    stm_json_open(json, "inputs", '[');
    bool ok = true;
    for (int i = 0; ok && i < info->n_inputs; i++) {
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "path", info->inputs[i].path);
        stm_json_text(json, "sha256", info->inputs[i].sha256);
        stm_json_integer(json, "bytes", (int64_t)info->inputs[i].bytes);
        stm_json_close(json, '}');
        ok = flush(run, json->out, err);
    }
    stm_json_close(json, ']');
    return ok;
}

static bool write_all(struct runjson *run, struct stm_error *err)
{
    struct stm_string text = {0};
    struct stm_json json = {.out = &text, .pretty = true};
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "program", "stroma");
    stm_json_text(&json, "version", run->info->program_version);
    stm_json_text(&json, "title", run->info->title);
    put_method(&json, run->info);
    put_facts(&json, run->info->facts);
    text.failed |= run->problems.failed;
    put_results(&json, run);
    const bool ok = put_inputs(run, &json, err);
    stm_json_close(&json, '}');
    stm_string_add(&text, "\n");
    const bool written = ok && flush(run, &text, err);
    stm_string_free(&text);
    return written;
}

static void discard(void *state)
{
    struct runjson *const run = state;
    stm_file_discard(&run->file);
    stm_string_free(&run->problems);
    free(run);
}

static bool finish(void *state, struct stm_error *err)
{
    struct runjson *const run = state;
    const bool ok = write_all(run, err) && stm_file_commit(&run->file, err);
    discard(run);
    return ok;
}

const struct stm_sink stm_sink_run = {
    .name = "run",
    .summary = "run.json: versions, protocol, inputs with SHA-256, timing, host",
    .writes = "run.json",
    .default_on = true,
    .open = open,
    .site = site,
    .well = well,
    .close = finish,
    .discard = discard,
};
