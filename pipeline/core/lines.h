/* A growing list of owned strings. */
#ifndef STM_CORE_LINES_H
#define STM_CORE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Zero it to begin. `failed` is set, and stays set, once memory ran out; the list is then incomplete. */
struct stm_lines {
    char **line;
    size_t n, capacity;
    bool failed;
};

/* Adds a copy, or formatted text. */
void stm_lines_add(struct stm_lines *lines, const char *text);
void stm_lines_addf(struct stm_lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sorts by bytes and drops repetitions. */
void stm_lines_sort(struct stm_lines *lines);
void stm_lines_free(struct stm_lines *lines);

#endif
