/* One side of a comparison: samples and what was measured of each, from a results directory or from the file
 * of another instrument. */
#ifndef STM_COMPARAND_H
#define STM_COMPARAND_H

#include "pipeline/core/error.h"
#include "pipeline/core/sha256.h"
#include "pipeline/review/results.h"

enum {
    STM_COMPARAND_MEASURES = 128,
    STM_COMPARAND_SAMPLES = 5000,
    STM_COMPARAND_NAME = 64,
    STM_COMPARAND_KEY = 128
};

struct stm_comparand_sample {
    char key[STM_COMPARAND_KEY];          /* what pairs it with one of the other side */
    double value[STM_COMPARAND_MEASURES]; /* NaN = not measured */
};

/* Zero it before use; free with stm_comparand_free, also after a failure. */
struct stm_comparand {
    char title[256];
    const char *kind; /* "stroma", "Vi-CELL BLU", … */
    const char *unit; /* what a sample is: "wells", "fields", "samples" */
    char sha256[STM_SHA256_HEX];
    char measure[STM_COMPARAND_MEASURES][STM_COMPARAND_NAME];
    int n_measures;
    int overridden; /* objects in these wells that a reviewer gave another class */
    struct stm_comparand_sample *sample;
    int n_samples, capacity;
};

/* The measure called so, added when it is new; -1 when there is no room for more. */
int stm_comparand_measure(struct stm_comparand *c, const char *name);

/* A new sample without values; NULL without memory or beyond the limit (`err` says which). */
struct stm_comparand_sample *stm_comparand_add(struct stm_comparand *c, const char *key,
                                               struct stm_error *err);

/* How the wells of results become samples. */
struct stm_comparand_rules {
    const char *by, *value;    /* only wells whose sample sheet says so; NULL = all */
    const char *key;           /* what of the sample sheet pairs them; NULL = the well's name */
    bool fields;               /* samples are fields of view, else wells */
    double depth_um, dilution; /* NaN = as the protocol has it */
};

/* Adds what was measured in the wells (fields) that can be used: every number of wells.csv (images.csv) that
 * is a result, and cells per mL where the volume is known. */
bool stm_comparand_results(struct stm_comparand *c, const struct stm_results *r,
                           const struct stm_comparand_rules *rules, struct stm_error *err);

/* Reads a file of another instrument (Vi-CELL BLU, NC-View, NucleoView, Cellaca, Matrix): measures are
 * Viability, Total_per_mL, Viable_per_mL, Dead_per_mL, Diameter_um, Circularity, Aggregates. Errors say what
 * is missing. */
bool stm_comparand_instrument(struct stm_comparand *c, const char *path, struct stm_error *err);

void stm_comparand_free(struct stm_comparand *c);

#endif
