/* The audit log: lines of JSON, each with the hash of the one before it (docs/audit.md). Lines are only ever
 * added. */
#ifndef STM_AUDIT_LOG_H
#define STM_AUDIT_LOG_H

#include "pipeline/audit/findings.h"
#include "pipeline/core/json_read.h"
#include "pipeline/core/sha256.h"
#include "pipeline/core/sign.h"
#include "pipeline/core/text.h"

enum { STM_WHO = 160 };

/* One line, read. Texts belong to it. */
struct stm_log_entry {
    int64_t n; /* from 1 */
    struct stm_json_value *json;
    const char *what, *who, *time, *why;
    const char *key, *name; /* whose signature it bears; "" = none */
    char hash[STM_SHA256_HEX];
    bool good; /* hash, signature and place in the chain are right */
};

/* Zero it to begin; free with stm_log_free. */
struct stm_log {
    struct stm_log_entry *entry;
    size_t n, capacity;
};

/* Reads the lines of a log and says what is wrong with them; `file` is its name in findings. Lines that are
 * no entries are left out. */
bool stm_log_parse(struct stm_log *log, const char *text, size_t n, const char *file,
                   struct stm_findings *findings, struct stm_error *err);
void stm_log_free(struct stm_log *log);

/* What is to be written down. */
struct stm_log_event {
    const char *what, *why;
    const char *details;              /* members of the entry as JSON, without braces; NULL = none */
    const struct stm_secret_key *key; /* NULL = not signed */
};

/* The line, with its line end, that follows entry `n` - 1 with hash `previous` ("" for the first), and its
 * own hash. */
bool stm_log_line(struct stm_string *line, int64_t n, const char *previous, const struct stm_log_event *event,
                  char hash[STM_SHA256_HEX], struct stm_error *err);

/* directory/audit.log. Reading one that is not there gives an empty log. */
bool stm_log_read(struct stm_log *log, const char *directory, struct stm_findings *findings,
                  struct stm_error *err);
/* Adds an entry to it, for one writer at a time; a log that is damaged is not gone on with. *n (may be NULL)
 * gets the entry's number. */
bool stm_log_append(const char *directory, const struct stm_log_event *event, int64_t *n,
                    struct stm_error *err);

/* Who is at work: STROMA_OPERATOR or the user's name, and the machine. */
void stm_log_who(char who[STM_WHO]);

/* A member of an entry as text, "" when there is none. */
const char *stm_log_text(const struct stm_log_entry *entry, const char *key);

#endif
