/* A sink: one output of a run. It gets every row once, in plate order, from one thread at a time. */
#ifndef STM_SINK_H
#define STM_SINK_H

#include "kernels/view.h"
#include "pipeline/core/error.h"
#include "pipeline/record.h"

struct stm_string;

/* What stays true for the whole run; everything belongs to the run and outlives the sink. */
struct stm_run_info {
    const char *directory; /* where outputs go */
    const char *title;     /* plate or folder name */
    const char *program_version;
    const char *assay, *assay_version, *assay_title;
    const char *protocol_name, *protocol_hash; /* SHA-256 of the parameters in canonical form, hex */
    const struct stm_columns *object_columns, *site_columns, *well_columns;
    const char *object_name; /* "nuclei" or "cells": the <object> of labels/<stem>_<object>.tif */
    int n_sites, n_wells;
    struct {
        const char *stage, *name, *value, *fallback, *unit, *help;
    } const *params; /* every parameter in use */
    int n_params;
    const char *notes; /* plate-level remarks, one a line: threshold used, illumination correction … */
};

/* Pixels that belong to a site's row, for the sinks that draw. Views are valid during the call. */
struct stm_site_pixels {
    struct stm_cu8
        preview[STM_MAX_CHANNELS];      /* each channel, contrast-stretched to 8 bits, at 1/shrink size */
    int shrink;                         /* 1, 2 or 4 */
    const struct stm_segment *segments; /* full resolution, raster order */
    size_t n_segments;
    struct stm_cu8 mask; /* foreground at full resolution; px NULL when the assay has none */
};

/* `prepare` may run on several sites at once and returns bytes for `site` to write; the others are called in
 * order. Returning false stops the run. */
struct stm_sink {
    const char *name, *summary;
    bool default_on;
    bool (*open)(void **state, const struct stm_run_info *info, struct stm_error *err);
    bool (*site)(void *state, const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                 struct stm_error *err);
    /* Instead of site(), for big text outputs: many threads at once turn sites into text (the state is only read),
     * and each site's text is handed to append() in plate order. */
    bool (*format)(const void *state, const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                   struct stm_string *out, struct stm_error *err);
    bool (*append)(void *state, const char *text, size_t n, struct stm_error *err);
    bool (*well)(void *state, const struct stm_well_row *well, struct stm_error *err);
    bool (*close)(void *state, struct stm_error *err); /* finishes and publishes; frees the state */
    void (*discard)(void *state);                      /* the run failed: leave nothing behind */
    bool parallel;                                     /* site() may be called from many threads, any order */
};

extern const struct stm_sink *const stm_sinks[]; /* NULL-ended */
const struct stm_sink *stm_sink_find(const char *name);

#endif
