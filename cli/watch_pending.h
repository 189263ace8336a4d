/* Files of a watched folder that are not taken in yet, and which of them belong together and are ready. */
#ifndef STM_WATCH_PENDING_H
#define STM_WATCH_PENDING_H

#include "pipeline/io/plate.h"
#include "pipeline/journal.h"

#include <stdbool.h>

/* When a file is taken for whole, in seconds. */
struct stm_watch_patience {
    double stable;  /* it has kept its size and time so long, nobody writes to it, and it is complete */
    double give_up; /* or is not complete, but has kept its size so long: the answer will say what is wrong */
    double site;    /* a field of view waits so long for further channels, unless it has all */
    int files;      /* how many files it has when it has all; 0 = as many as others have */
};

enum { STM_WATCH_QUEUE = 20000 }; /* files waiting at most; what is beyond is found again later */

enum { STM_WATCH_ANSWERED = -1 }; /* as a size: in the journal by now, unless it has changed */

struct stm_watch_file {
    char *path;
    int64_t size, mtime;
    double since;      /* seen with this size and time */
    double not_before; /* after a failure */
    int tries;
    bool busy, here; /* in a running job; found by the last look */
};

/* Zero to begin. One thread. */
struct stm_watch_pending {
    char *root; /* absolute folder */
    struct stm_watch_patience patience;
    const char *pattern; /* NULL = automatic */
    struct stm_watch_file *file;
    int n;
    int beyond; /* files that did not fit */
    int left;   /* pending files that belong to no field of view: other names, doubled channels */
    struct stm_journal journal;
    size_t journal_bytes;
};

/* Looks through the folder and at the journal of `results`. */
bool stm_watch_look(struct stm_watch_pending *pending, const char *results, double now,
                    struct stm_error *err);

/* Files of one field of view that is ready, none of which is busy: paths[0..n), to be freed with
 * stm_lines_free. n = 0 when there is none; *wake is when to ask again. */
bool stm_watch_next(struct stm_watch_pending *pending, double now, struct stm_lines *paths, double *wake,
                    struct stm_error *err);

/* The pending file with this path, or NULL. */
struct stm_watch_file *stm_watch_find(struct stm_watch_pending *pending, const char *path);
void stm_watch_pending_free(struct stm_watch_pending *pending);

#endif
