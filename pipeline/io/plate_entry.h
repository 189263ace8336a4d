/* Files on their way to becoming sites: found, read by a convention, sorted. Between the files plate*.c only.
 */
#ifndef STM_PLATE_ENTRY_H
#define STM_PLATE_ENTRY_H

#include "pipeline/io/plate.h"

struct stm_plate_entry {
    char *path;
    int root;   /* index of the path it was found under */
    bool named; /* given by name, not found in a folder */
    bool plain; /* read under no convention: a site of its own */
    bool left;  /* does not follow the convention and is left out */
    struct stm_filename name;
};

struct stm_plate_entries {
    struct stm_plate_entry *entry;
    size_t n;
    char **root;         /* absolute folders the paths stand for */
    size_t *root_length; /* bytes of an entry's path that are the root's */
    int n_roots;
    struct stm_lines problems;
};

/* Lists what is below `paths`, in byte order of the paths, each file once. */
bool stm_plate_collect(struct stm_plate_entries *entries, const char *const *paths, int n_paths,
                       struct stm_error *err);
/* The same for files that are listed already; none of them is looked for. */
bool stm_plate_collect_listed(struct stm_plate_entries *entries, const struct stm_plate_listed *listed, int n,
                              struct stm_error *err);
void stm_plate_entries_free(struct stm_plate_entries *entries);

/* Chooses a convention (into `naming`, NULL for none) and reads and sorts all names by it. Entries that do
 * not follow it are dropped with a sentence. */
bool stm_plate_read(struct stm_plate_entries *entries, const char *pattern, const struct stm_naming **naming,
                    struct stm_error *err);

/* True when two sorted neighbours belong to one site. */
bool stm_plate_same_site(const struct stm_plate_entry *a, const struct stm_plate_entry *b);

/* Adds a sentence, made safe to print. */
void stm_plate_problem(struct stm_lines *problems, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
