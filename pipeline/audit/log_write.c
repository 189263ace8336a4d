/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* flock, gethostname */
#include "pipeline/audit/log.h"

#include "pipeline/audit/tree.h"
#include "pipeline/core/file.h"
#include "pipeline/sinks/json.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 28 };

void stm_log_who(char who[STM_WHO])
{
    char host[64] = "";
    const struct passwd *const user = getpwuid(geteuid());
    const char *const named = getenv("STROMA_OPERATOR");
    gethostname(host, sizeof host - 1);
    snprintf(who, STM_WHO, "%.80s@%s", named && named[0] ? named : user ? user->pw_name : "unknown", host);
}

static void now(char *text, size_t size)
{
    const time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static bool add_signature(struct stm_string *line, const char *hash, const struct stm_secret_key *key,
                          struct stm_error *err)
{
    char message[128], signature[STM_SIGNATURE_HEX];
    const int n = snprintf(message, sizeof message, "stroma log entry %s", hash);
    if (!stm_sign(key, message, (size_t)n, signature, err)) return false;
    stm_string_addf(line, ",\"signature\":\"%s\"", signature);
    return true;
}

static void put_body(struct stm_string *line, int64_t n, const char *previous,
                     const struct stm_log_event *event)
{
    static const char first[] = "0000000000000000000000000000000000000000000000000000000000000000";
    char who[STM_WHO], time_text[32];
    struct stm_json json = {.out = line};
    stm_log_who(who);
    now(time_text, sizeof time_text);
    stm_json_open(&json, NULL, '{');
    stm_json_integer(&json, "n", n);
    stm_json_text(&json, "time", time_text);
    stm_json_text(&json, "who", who);
    stm_json_text(&json, "what", event->what);
    stm_json_text(&json, "why", event->why ? event->why : "");
    if (event->details && event->details[0]) stm_string_addf(line, ",%s", event->details);
    if (event->key) stm_json_text(&json, "key", stm_key_public(event->key)->hex);
    if (event->key) stm_json_text(&json, "name", stm_key_public(event->key)->name);
    stm_json_text(&json, "previous", previous[0] ? previous : first);
}

bool stm_log_line(struct stm_string *line, int64_t n, const char *previous, const struct stm_log_event *event,
                  char hash[STM_SHA256_HEX], struct stm_error *err)
{
    const size_t begin = line->length;
    put_body(line, n, previous, event);
    if (line->failed) return stm_fail(err, STM_NO_MEMORY, "no memory for an entry of the audit log");
    stm_sha256_hex(line->text + begin, line->length - begin, hash);
    stm_string_addf(line, ",\"hash\":\"%s\"", hash);
    if (event->key && !add_signature(line, hash, event->key, err)) return false;
    stm_string_add(line, "}\n");
    return !line->failed || stm_fail(err, STM_NO_MEMORY, "no memory for an entry of the audit log");
}

static bool read_text(const char *directory, char **text, size_t *n, struct stm_error *err)
{
    char path[STM_PATH];
    *text = NULL;
    *n = 0;
    if (!stm_tree_path(path, directory, "audit.log", err)) return false;
    if (access(path, F_OK) != 0 && errno == ENOENT) return true;
    return stm_file_read_all(path, MOST_BYTES, text, n, err);
}

bool stm_log_read(struct stm_log *log, const char *directory, struct stm_findings *findings,
                  struct stm_error *err)
{
    char *text;
    size_t n;
    if (!read_text(directory, &text, &n, err)) return false;
    const bool good = stm_log_parse(log, text ? text : "", n, "audit.log", findings, err);
    free(text);
    return good;
}

/* The whole log is written anew beside itself and takes its place: at any moment it is complete. */
static bool save(const char *directory, const char *text, size_t n, const struct stm_string *line,
                 struct stm_error *err)
{
    char path[STM_PATH];
    struct stm_file *file;
    if (!stm_tree_path(path, directory, "audit.log", err) || !stm_file_create(&file, path, err)) return false;
    if (stm_file_write(file, text, n, err) && stm_file_write(file, line->text, line->length, err))
        return stm_file_commit(&file, err);
    stm_file_discard(&file);
    return false;
}

static bool append(const char *directory, const struct stm_log_event *event, int64_t *number,
                   struct stm_error *err)
{
    char *text;
    size_t n;
    struct stm_log log = {0};
    struct stm_findings findings = {0};
    struct stm_string line = {0};
    char hash[STM_SHA256_HEX];
    bool good = read_text(directory, &text, &n, err) &&
                stm_log_parse(&log, text ? text : "", n, "audit.log", &findings, err);
    if (good && findings.breaks)
        good = stm_fail(err, STM_BAD_INPUT,
                        "its audit log is damaged (`stroma audit %s` says where), so nothing is added to it",
                        directory);
    const struct stm_log_entry *const last = good && log.n ? &log.entry[log.n - 1] : NULL;
    if (number) *number = last ? last->n + 1 : 1;
    good = good && stm_log_line(&line, last ? last->n + 1 : 1, last ? last->hash : "", event, hash, err) &&
           save(directory, text ? text : "", n, &line, err);
    stm_string_free(&line);
    stm_findings_free(&findings);
    stm_log_free(&log);
    free(text);
    return good;
}

bool stm_log_append(const char *directory, const struct stm_log_event *event, int64_t *n,
                    struct stm_error *err)
{
    const int lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) != 0) {
        stm_fail(err, STM_IO, "cannot be locked for its audit log: %s", strerror(errno));
        if (lock >= 0) close(lock);
        return stm_fail_file(err, directory);
    }
    const bool good = append(directory, event, n, err);
    close(lock);
    return good || stm_fail_file(err, directory);
}
