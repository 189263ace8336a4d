/* The journal of a results directory to which captures come one by one: which files were taken in, under
 * which settings. One checksummed line an event, added under a lock and brought to disk; the results follow
 * from it. */
#ifndef STM_JOURNAL_H
#define STM_JOURNAL_H

#include "pipeline/core/error.h"

#include <stddef.h>
#include <stdint.h>

#define STM_JOURNAL_FILE ".stroma-captures"

/* One image file of a capture. */
struct stm_journal_file {
    char *path;          /* absolute */
    char *root;          /* folder that is watched, "" for a file that was named */
    int64_t size, mtime; /* bytes; nanoseconds since 1970 */
    char *refused;       /* why it is not to be read, NULL */
};

/* Free with stm_journal_free, also after a failure. */
struct stm_journal {
    char *settings;                 /* text of the first capture's, NULL while nothing was taken in */
    struct stm_journal_file *files; /* each path once, as last taken in; sorted by path */
    int n_files, captures;
    int damaged;   /* lines that are not what was written; passed over */
    size_t bytes;  /* of whole lines */
    char hash[65]; /* SHA-256 of them, hex */
};

/* Reads the journal of `directory`; none is an empty one. A last line that is not whole is not there yet. */
bool stm_journal_read(struct stm_journal *journal, const char *directory, struct stm_error *err);
void stm_journal_free(struct stm_journal *journal);

const struct stm_journal_file *stm_journal_find(const struct stm_journal *journal, const char *path);

/* What became of a capture. */
enum stm_journal_news {
    STM_JOURNAL_NEW,      /* taken in */
    STM_JOURNAL_REPEATED, /* all its files were there, unchanged: nothing was written */
    STM_JOURNAL_REPLACED  /* some were there with other bytes: they count from now on */
};

/* What stm_journal_add would call it now; STM_JOURNAL_NEW when that cannot be told. */
enum stm_journal_news stm_journal_compare(const char *directory, const struct stm_journal_file *files, int n);

/* Takes a capture in; when this returns true it is on disk. Fails when `settings` are not those of the
 * journal. Waits for other writers; what one of them left half written is cut off. */
bool stm_journal_add(const char *directory, const char *settings, const struct stm_journal_file *files, int n,
                     enum stm_journal_news *news, struct stm_error *err);

/* Whether the results of `directory` are those of all of `journal`; and says so once they are. */
bool stm_journal_is_covered(const struct stm_journal *journal, const char *directory);
bool stm_journal_cover(const struct stm_journal *journal, const char *directory, struct stm_error *err);

/* Absolute path, size and time of a file, for a journal; the caller frees path. */
bool stm_journal_look(struct stm_journal_file *file, const char *path, struct stm_error *err);

#endif
