/* stroma as a library, for instruments that link it instead of calling the program. What it does with
 * captures and what is provisional about answers is told in docs/capture.md; docs/library.md has an example.
 *
 * Errors are values: a function that can fail returns false and fills the error it is given. Nothing is
 * printed, no signal handler is set, the process is never ended. Thread-safety: a session is used by one
 * thread at a time; different sessions may be used at once by different threads and processes, also with one
 * results directory. Within one major version of the library structs only grow at their ends, and names keep
 * their meaning. */
#ifndef STROMA_H
#define STROMA_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STM_PUBLIC __attribute__((visibility("default")))

/* What kind of error; the same kinds as in the program's JSON. */
enum stm_session_status {
    STM_SESSION_OK,
    STM_SESSION_USAGE,       /* what was asked for does not exist or contradicts itself */
    STM_SESSION_BAD_INPUT,   /* a file is damaged, or not what it claims to be */
    STM_SESSION_UNSUPPORTED, /* valid, but not read by this library */
    STM_SESSION_IO,          /* the system could not read or write */
    STM_SESSION_NO_MEMORY,
    STM_SESSION_REJECTED,
    STM_SESSION_INTERNAL /* a fault of the library */
};

struct stm_session_error {
    int status;      /* enum stm_session_status */
    char text[1024]; /* one sentence: where, what, and what to do */
};

/* How to measure. Zero it, then set what is wanted; texts are copied. */
struct stm_session_options {
    const char *directory;  /* results; NULL = answers only, nothing is written */
    const char *protocol;   /* protocol file, NULL = none */
    const char *assay;      /* NULL = what the protocol says, or the default */
    const char *channels;   /* "nuclei,dead" in file order or "nuclei=w1,dead=w2"; NULL = from names */
    const char *const *set; /* further parameters, "segment.sensitivity=0.4", NULL-ended; NULL = none */
    double pixel_um;        /* size of a pixel; 0 = from the files */
    bool no_labels, no_overlays, no_html;
    int threads;         /* 0 = all processors */
    size_t memory_limit; /* bytes; 0 = half of the machine's memory */
};

/* Whether a field of view is fit for use; the reason says why it is not. */
enum stm_session_verdict {
    STM_SESSION_FIT,
    STM_SESSION_WARN,
    STM_SESSION_UNFIT, /* rejected: readable, but not fit for measurement */
    STM_SESSION_FAILED /* could not be read or worked on */
};

enum stm_session_class {
    STM_SESSION_UNCLASSED,
    STM_SESSION_LIVE,
    STM_SESSION_DEAD,
    STM_SESSION_AMBIGUOUS,
    STM_SESSION_DEBRIS,
    STM_SESSION_CLASSES
};

/* One object. Centre of the top left pixel = (0, 0). `values` are in the order of the row's object_measures;
 * NaN = not measured. */
struct stm_session_object {
    int number, kind; /* as in the label image; enum stm_session_class */
    bool counted;     /* false: cut by the frame, or outside the counted area */
    double x, y;
    const double *values;
};

/* One field of view. Everything lives during the call it is handed to. */
struct stm_session_row {
    const char *plate, *well, *site;
    int timepoint; /* -1 = none */
    int verdict;   /* enum stm_session_verdict */
    const char *reason;
    int width, height;
    double pixel_um;                  /* NaN = unknown */
    int counted[STM_SESSION_CLASSES]; /* objects inside the counting frame */
    int n_measures;                   /* columns of images.csv, by their names there */
    const char *const *measures;
    const double *values; /* NaN = not measured */
    int n_object_measures;
    const char *const *object_measures;
    int n_objects;
    const struct stm_session_object *objects;
};

/* Gets a row; returning false ends the capture, which then counts as not taken in. */
typedef bool stm_session_receive(void *context, const struct stm_session_row *row);

struct stm_session; /* Owned by the caller from open to close. */

STM_PUBLIC const char *stm_session_version(void);

/* Checks the options; on failure *session is NULL. */
STM_PUBLIC bool stm_session_open(struct stm_session **session, const struct stm_session_options *options,
                                 struct stm_session_error *error);

/* Measures the files of one field of view, hands its rows to `receive` (one, unless a file holds several time
 * points), and takes the capture in: when this returns true it is on disk. An image that cannot be read is a
 * row with that verdict, not an error. */
STM_PUBLIC bool stm_session_capture(struct stm_session *session, const char *const *files, int n,
                                    stm_session_receive *receive, void *context,
                                    struct stm_session_error *error);

/* Brings the results directory up to date with all captures taken in, by whomever; waits for others who do
 * so. */
STM_PUBLIC bool stm_session_finish(struct stm_session *session, struct stm_session_error *error);

/* Frees; sets *session to NULL. An empty one is fine. Does not finish. */
STM_PUBLIC void stm_session_close(struct stm_session **session);

#ifdef __cplusplus
}
#endif

#endif
