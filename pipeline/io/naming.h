/* Conventions by which imagers name files: a table of patterns, and what a name says under one of them. */
#ifndef STM_NAMING_H
#define STM_NAMING_H

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/io/pattern.h"
#include "pipeline/io/wellname.h"

enum { STM_NAMING_PATTERNS = 7, STM_CHANNEL_KEY = 64 };

/* One row of the table. Names are matched without their extension; the first pattern that fits counts. */
struct stm_naming {
    const char *name;                              /* what users write: "imagexpress" */
    const char *summary;                           /* whose files these are */
    const char *example;                           /* a path that follows it */
    const char *patterns[STM_NAMING_PATTERNS + 1]; /* NULL-ended */
    bool weak; /* the names are so plain that it only counts when every file follows it */
};

/* Most specific first; ends with a NULL name. */
extern const struct stm_naming stm_namings[];

/* The convention called `name`, or NULL. */
const struct stm_naming *stm_naming_find(const char *name);

/* What a file's name says. Text is valid UTF-8 without control characters; what is not there is "", -1. */
struct stm_filename {
    char plate[96];
    char well[STM_WELL_TEXT]; /* normalised: "B03", or "-" */
    char well_raw[16];        /* as written: "b3" */
    int row, col;             /* 0-based, -1 */
    char site[96];            /* digits without leading zeros, or text; parts joined by "-" */
    int site_number;          /* the first number in it, -1 */
    char channel[STM_CHANNEL_KEY];
    int z, timepoint; /* minutes when the name has a time instead of a frame number */
    char time_text[32];
    int folders; /* how many folder names above the file the pattern used */
};

/* The compiled patterns of one convention. Read-only once made: any number of threads may use it. */
struct stm_namer {
    struct stm_pattern pattern[STM_NAMING_PATTERNS];
    int n;
};

/* Compiles a convention of the table, or one pattern given by the user. */
bool stm_namer_make(struct stm_namer *namer, const struct stm_naming *naming, struct stm_error *err);
bool stm_namer_make_pattern(struct stm_namer *namer, const char *pattern, struct stm_error *err);

/* Reads the end of `path`; false when it does not follow the convention. */
bool stm_namer_read(const struct stm_namer *namer, const char *path, struct stm_filename *name);

/* The name under no convention: no well, the file's stem as its site. */
void stm_namer_read_plain(const char *path, struct stm_filename *name);

/* Copies `n` bytes as text that every output can carry: control and invalid UTF-8 bytes become "?", and what
 * is too long keeps its beginning and its end around "...". */
void stm_naming_text(char *out, size_t size, const char *text, size_t n);

/* The table and the pattern language as Markdown, for docs/plates.md. */
void stm_naming_markdown(struct stm_string *out);

#endif
