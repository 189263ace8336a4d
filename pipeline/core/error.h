/* One error type for the whole program: what went wrong, with the numbers, and what to do about it. */
#ifndef STM_CORE_ERROR_H
#define STM_CORE_ERROR_H

#include <stdbool.h>

enum stm_status {
    STM_OK,
    STM_USAGE,       /* the caller asked for something that does not exist or contradicts itself */
    STM_BAD_INPUT,   /* a file or value is damaged, hostile or not what it claims to be */
    STM_UNSUPPORTED, /* valid, but outside what this program reads */
    STM_IO,          /* the system could not read or write */
    STM_NO_MEMORY,   /* a stated limit or the machine's memory would be exceeded */
    STM_REJECTED,    /* the image is readable but not fit for measurement */
    STM_INTERNAL     /* a broken invariant of this program */
};

/* Fixed size and no allocation, so that being out of memory can be reported too. Thread-safety: one per
 * thread. */
struct stm_error {
    enum stm_status status;
    char file[256];    /* the input or output concerned, empty when none */
    char where[128];   /* outermost first: "well B03, site 2, stage calibrate" */
    char message[512]; /* one sentence */
};

/* Fills `err` and returns false, so that a leaf can `return stm_fail(...)`. */
bool stm_fail(struct stm_error *err, enum stm_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "what we were doing" in front of where an error came from; returns false. */
bool stm_fail_in(struct stm_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Records the file an error is about, unless a leaf already did; returns false. */
bool stm_fail_file(struct stm_error *err, const char *path);

/* "ok", "bad input", … for tables and logs. Never NULL. */
const char *stm_status_name(enum stm_status status);

/* "file: where: message" into `text`; parts that are empty are left out. */
void stm_error_text(const struct stm_error *err, char *text, unsigned long size);

#endif
