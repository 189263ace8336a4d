/* The plan: an assay with every parameter settled and checked, before any pixel is read. */
#ifndef STM_PLAN_H
#define STM_PLAN_H

#include "pipeline/assay.h"
#include "pipeline/core/error.h"
#include "pipeline/sink.h"
#include "pipeline/stage.h"

enum { STM_MAX_STAGES = 16 };

/* How files become planes: section "input" of a protocol. */
struct stm_input_params {
    double pixel_um;               /* 0 = from the files */
    char channels[STM_PARAM_TEXT]; /* "nuclei,dead" in file order, or "nuclei=w1,dead=w2" */
    char pattern[STM_PARAM_TEXT];  /* file naming, empty = automatic */
    char blank[STM_PARAM_TEXT];    /* images of an empty, evenly lit field; empty = none */
    int z;                         /* enum stm_z */
};
enum stm_z { STM_Z_MAX, STM_Z_MIDDLE, STM_Z_FIRST };
extern const struct stm_param stm_input_rows[];

struct stm_plan_stage {
    const struct stm_stage *stage;
    void *params, *plate;
    int object_first, site_first, well_first;
};

/* Owns everything it points to but the descriptors. Free with stm_plan_free. */
struct stm_plan {
    const struct stm_assay *assay;
    struct stm_input_params input;
    struct stm_plan_stage stage[STM_MAX_STAGES];
    int n_stages, n_idle; /* idle stages lie behind the others: nothing of them but parameters is in use */
    bool locked;          /* a locked protocol refuses stm_plan_set */
    char protocol_name[STM_NAME];
    int channels;
    enum stm_role channel_role[STM_MAX_CHANNELS];
    char channel_name[STM_MAX_CHANNELS][STM_NAME];
    struct stm_columns object_columns, site_columns, well_columns;
    char hash[65]; /* SHA-256 of stm_plan_canonical, hex; set by stm_plan_finish */
};

/* An assay with its defaults. */
bool stm_plan_begin(struct stm_plan *plan, const char *assay, struct stm_error *err);

/* "segment.sensitivity", "input.pixel_um" …; errors name the nearest stage or parameter. */
bool stm_plan_set(struct stm_plan *plan, const char *name, const char *value, struct stm_error *err);

/* Reads a protocol file (INI; docs/protocols.md). A file that names an assay must name this plan's. */
bool stm_plan_protocol(struct stm_plan *plan, const char *path, struct stm_error *err);
/* A plan from what stm_plan_canonical wrote; instead of stm_plan_begin. */
bool stm_plan_from_text(struct stm_plan *plan, const char *text, struct stm_error *err);
/* The assay a protocol file asks for, "" when it does not say. */
bool stm_plan_protocol_assay(const char *path, char *assay, size_t size, struct stm_error *err);

/* Fixes the channels (roles in use over the whole input) and lays out the columns; call once, after all sets.
 */
bool stm_plan_finish(struct stm_plan *plan, const enum stm_role *roles, int n, struct stm_error *err);

/* Every stage's own check against one geometry. */
bool stm_plan_check(const struct stm_plan *plan, const struct stm_geometry *geo, struct stm_error *err);

/* Bytes one worker needs for a site of this geometry: scratch of the hungriest stage, and the site's own
 * buffers. */
size_t stm_plan_scratch_bytes(const struct stm_plan *plan, const struct stm_geometry *geo);
size_t stm_plan_site_bytes(const struct stm_plan *plan, const struct stm_geometry *geo);

/* assay, version, channels and every parameter, one "name = value" a line: what the hash is taken of, and a
 * valid protocol file. */
void stm_plan_canonical(const struct stm_plan *plan, struct stm_string *out);

/* What the assay is called with these channels, what it finds, what colours the plate map. */
struct stm_assay_words stm_plan_words(const struct stm_plan *plan);

void stm_plan_free(struct stm_plan *plan);

#endif
