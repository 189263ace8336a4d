/* A sink: one output of a run. It gets every row once, in plate order, from one thread at a time. */
#ifndef STM_SINK_H
#define STM_SINK_H

#include "kernels/view.h"
#include "pipeline/core/error.h"
#include "pipeline/record.h"

struct stm_string; /* pipeline/core/text.h */

/* One parameter in use, as text. */
struct stm_run_param {
    const char *stage, *name, *value;
    const char *fallback; /* the assay's default */
    const char *unit, *help;
};

/* One file that was read. */
struct stm_input_file {
    const char *path;   /* as found, '/' between parts, relative to the input folder where there is one */
    const char *sha256; /* hex */
    uint64_t bytes;
};

/* What may differ between two runs with the same results; only run.json shows it. */
struct stm_run_facts {
    const char *started, *finished; /* UTC, ISO 8601 */
    const char *command_line, *host, *system, *cpu, *isa;
    int threads;
    double seconds;
    uint64_t peak_bytes; /* memory, 0 = unknown */
    /* Processor time of all threads by what they did. */
    const struct stm_run_step {
        const char *name;
        double seconds;
    } * step;
    int n_steps;
};

/* What stays true for the whole run; everything belongs to the run and outlives the sink. Texts may be NULL
 * when there is nothing to say. */
struct stm_run_info {
    const char *directory; /* where outputs go; exists */
    const char *title;     /* plate or folder name */
    const char *program_version;
    const char *assay, *assay_version, *assay_title, *assay_summary;
    const char *protocol_name, *protocol_hash; /* SHA-256 of the parameters in canonical form, hex */
    const char *protocol_text;                 /* that form: a valid protocol file */
    bool protocol_locked;                      /* refuses --set, and overrides of objects */
    const char *command; /* gives the same results again: no threads, ISA or output folder in it */
    const struct stm_columns *object_columns, *site_columns, *well_columns;
    const char *default_measure; /* well column that colours the plate map at first */
    const char *object_name;     /* "nuclei" or "cells": the <object> of labels/<stem>_<object>.tif */
    const char *const
        *channels; /* names, in the order of stm_site_row.channel; a site may lack their files */
    int n_channels;
    /* Columns of the sample sheet ("Batch"; tables call them Metadata_Batch); rows have a value for each, ""
     * where it says nothing. */
    const char *const *metadata;
    int n_metadata;
    const char *samples_file, *samples_hash; /* the sheet's name and SHA-256; NULL without one */
    int n_sites, n_wells;
    const struct stm_run_param *params; /* every parameter in use */
    int n_params;
    const char *notes; /* plate-level remarks, one a line: threshold used, illumination correction … */
    /* Complete when close() is called, not before: */
    const struct stm_input_file *inputs;
    int n_inputs;
    const char *inputs_hash; /* SHA-256 over the lines "sha256  path" of all inputs, hex */
    const struct stm_run_facts *facts;
};

/* Pixels that belong to a site's row, for the sinks that draw. Views are valid during the call. */
struct stm_site_pixels {
    /* Each channel, contrast-stretched to 8 bits, at 1/shrink size rounded up; px NULL when missing. */
    struct stm_cu8 preview[STM_MAX_CHANNELS];
    int shrink; /* 1, 2 or 4 */
    struct stm_cu8
        full[STM_MAX_CHANNELS]; /* the same at full size, where the run was asked for it and shrink > 1 */
    const struct stm_segment *segments; /* full resolution, raster order */
    size_t n_segments;
    const struct stm_segment *cells; /* bodies of cells with the numbers of their objects; NULL without */
    size_t n_cells;
    const struct stm_segment
        *nuclei;         /* in cells that were found without stain: label = the cell's number, or */
    size_t n_nuclei;     /* STM_BARE: in none; NULL without */
    struct stm_cu8 mask; /* foreground at full resolution; px NULL when the assay has none */
};

/* A sink is opened once, gets its rows, and ends with close() or discard(), whichever comes. All sites of a
 * well come before the well; site() and well() are in plate order and from one thread at a time, but with
 * `parallel` site() comes from many threads at once in any order. Returning false stops the run: a close()
 * that fails has discarded what it had, every other sink still open gets discard(). run.json is closed last:
 * where it is, the outputs are complete. */
struct stm_sink {
    const char *name, *summary;
    const char *writes;     /* "wells.csv", or "labels/" for the files of a folder, or several with a space
                             * between: what the manifest seals */
    bool default_on, draws; /* draws: site() wants previews */
    bool (*open)(void **state, const struct stm_run_info *info, struct stm_error *err);
    bool (*site)(void *state, const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                 struct stm_error *err); /* pixels: NULL when the site could not be read */
    /* Instead of site(), for big text outputs: many threads at once turn sites into text (the state is only
     * read), and each site's text is handed to append() in plate order. */
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
