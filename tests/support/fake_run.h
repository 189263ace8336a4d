/* A run without images: rows and pixels made from numbers, so that sinks can be tested against known truth.
 */
#ifndef STM_FAKE_RUN_H
#define STM_FAKE_RUN_H

#include "pipeline/sink.h"

struct stm_fake_run {
    const char *directory;
    int plate_rows, plate_cols; /* 0 x 0 = a single image, well "-" */
    int sites;                  /* a well */
    int size;                   /* side of an image in pixels */
    int shrink;                 /* of previews: 1, 2, 4 */
    bool full;                  /* pictures in full size as well: 200 inside of objects, 30 outside */
    bool dead;                  /* a second channel */
    bool mask;
    bool hostile; /* names that try to break out of every format */
    bool bare;    /* an assay without columns */
    bool samples; /* a sample sheet; see stm_fake_feed */
    bool blind;   /* no pixels */
    bool bodies;  /* cells as large as their objects, debris too */
    bool times;   /* a well's sites are one field a day, each time with twice the Confluence (from 4 %) and
                     Count_Cells (from 10); the wells' doubling time is 24 h, 20 to 30 */
    int pretend;  /* number of sites that sinks are told; 0 = as many as there are */
    int stop_at_site; /* 1-based: the run fails there and everything is discarded; 0 = never */
};

/* Feeds all rows to `sinks` (NULL-ended) as a run does. The object layout, which tests rely on: object k of a
 * site is a square of 2 * (size / 40) pixels whose top left corner is at (size / 10) * (1 + (k - 1) % 8, 1 +
 * (k - 1) / 8); classes are live, live, dead, ambiguous, debris in turn; object 8 of each row of squares is
 * not counted. The number of objects is 5 + image number % 40. In every plate the second well's first site is
 * rejected and the third well's first site failed (no pixels, no objects). With `samples` the first column of
 * a plate is the negative control, the last the positive, those between are 0, 0.1, 1, 10 … uM of "drug" (the
 * first half of the rows) or "other". */
bool stm_fake_feed(const struct stm_fake_run *run, const struct stm_sink *const *sinks,
                   struct stm_error *err);

#endif
