/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/watch_status.h"

#include "pipeline/core/file.h"
#include "pipeline/sinks/json.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

void stm_watch_time(char out[32])
{
    const time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void counts(struct stm_json *json, const struct stm_watch_status *s)
{
    stm_json_open(json, "answered", '{');
    stm_json_integer(json, "ok", s->ok);
    stm_json_integer(json, "warn", s->warn);
    stm_json_integer(json, "rejected", s->rejected);
    stm_json_integer(json, "failed", s->failed);
    stm_json_integer(json, "refused", s->refused);
    stm_json_close(json, '}');
}

bool stm_watch_status_write(struct stm_watch_status *s, struct stm_error *err)
{
    char now[32];
    struct stm_string text = {0};
    struct stm_json json = {.out = &text, .pretty = true};
    stm_watch_time(now);
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "schema", "stroma.watch/1");
    stm_json_text(&json, "version", STM_VERSION);
    stm_json_integer(&json, "pid", getpid());
    stm_json_text(&json, "state", s->state);
    stm_json_text(&json, "error", s->error[0] ? s->error : NULL);
    stm_json_text(&json, "started", s->started);
    stm_json_text(&json, "updated", now);
    stm_json_text(&json, "folder", s->folder);
    stm_json_text(&json, "results", s->results);
    stm_json_integer(&json, "captures", s->captures);
    stm_json_bool(&json, "results_up_to_date", s->up_to_date);
    stm_json_integer(&json, "files_waiting", s->waiting);
    stm_json_integer(&json, "files_beyond_queue", s->beyond);
    stm_json_integer(&json, "files_left_out", s->left);
    stm_json_integer(&json, "captures_running", s->running);
    counts(&json, s);
    stm_json_close(&json, '}');
    stm_string_add(&text, "\n");
    const bool good = text.failed ? stm_fail(err, STM_NO_MEMORY, "no memory for the status")
                                  : stm_file_save(s->path, text.text, text.length, err);
    stm_string_free(&text);
    return good;
}

void stm_watch_log(const struct stm_watch_status *s, const char *event, const char *what, const char *text)
{
    char now[32];
    struct stm_string line = {0};
    struct stm_json json = {.out = &line};
    stm_watch_time(now);
    stm_json_open(&json, NULL, '{');
    stm_json_text(&json, "time", now);
    stm_json_text(&json, "event", event);
    if (what) stm_json_text(&json, "what", what);
    if (text) stm_json_text(&json, "text", text);
    stm_json_close(&json, '}');
    stm_string_add(&line, "\n");
    if (!line.failed && write(s->log, line.text, line.length) < 0) {
        /* nobody can be told that the log cannot be written */
    }
    stm_string_free(&line);
}
