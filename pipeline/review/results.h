/* A results directory read back: wells, their fields of view, and how they came about. What a reviewer's
 * commands work on; nothing but the files of the directory is used. */
#ifndef STM_RESULTS_H
#define STM_RESULTS_H

#include "pipeline/core/csv.h"
#include "pipeline/core/error.h"
#include "pipeline/core/sha256.h"
#include "pipeline/record.h"

/* Counts of one field of view; NaN where the assay has none. */
enum stm_tally {
    STM_TALLY_TOTAL,
    STM_TALLY_LIVE,
    STM_TALLY_DEAD,
    STM_TALLY_AMBIGUOUS,
    STM_TALLY_DEBRIS,
    STM_TALLIES
};

struct stm_result_field {
    const char *site, *reason, *stem; /* stem: name of its picture in overlays/ */
    enum stm_verdict verdict;
    double tally[STM_TALLIES];
    double area_mm2;  /* of what was looked at; NaN when the pixel size is unknown */
    double volume_ml; /* of suspension above it, as the assay measured it; NaN without one */
};

struct stm_result_well {
    const char *plate, *well, *reason;
    enum stm_verdict verdict;
    size_t row;      /* in wells.csv */
    size_t first, n; /* fields[first .. first + n) */
    int overridden;  /* objects in it whose class a reviewer changed */
};

/* Standard uncertainties that a protocol states. */
enum stm_result_error {
    STM_ERROR_DEPTH,
    STM_ERROR_DILUTION,
    STM_ERROR_PIPETTING,
    STM_ERROR_SEGMENTATION,
    STM_RESULT_ERRORS
};
extern const char *const stm_result_error_names[STM_RESULT_ERRORS]; /* of the parameters */

/* Zero it before use; owns everything. */
struct stm_results {
    char *directory;
    char *title, *version, *assay, *protocol_hash, *inputs_hash, *samples_hash; /* "" when not known */
    double depth_um, dilution;               /* of the protocol; NaN when it has none */
    double error_percent[STM_RESULT_ERRORS]; /* the same */
    char wells_hash[STM_SHA256_HEX], images_hash[STM_SHA256_HEX], run_hash[STM_SHA256_HEX];
    struct stm_csv wells_csv, images_csv;
    struct stm_result_well *well;
    struct stm_result_field *field;
    size_t n_wells, n_fields;
    int64_t override_entry;  /* of the audit log: the tables are those of this override; 0 = as measured */
    int overridden;          /* objects */
    bool has_classes;        /* cells were told live from dead */
    const char *object_name; /* "cells", "nuclei" */
};

enum { STM_RESULTS_BYTES = 1 << 28 };

/* Reads run.json, and wells.csv and images.csv as they are after overrides. False when the directory holds no
 * complete run. or tables of overrides are not what the audit log says. Free with stm_results_free, also
 * after a failure. */
bool stm_results_read(struct stm_results *results, const char *directory, struct stm_error *err);
void stm_results_free(struct stm_results *results);

/* What the sample sheet said of a well ("" when nothing), for example "Batch". */
const char *stm_results_sample(const struct stm_results *results, const struct stm_result_well *well,
                               const char *name);

/* A number of wells.csv, NaN when the column or the value is not there. */
double stm_results_value(const struct stm_results *results, const struct stm_result_well *well,
                         const char *column);

#endif
