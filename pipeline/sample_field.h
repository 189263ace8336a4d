/* What a sample sheet may say about a well: known columns, how their cells are checked and written. */
#ifndef STM_SAMPLE_FIELD_H
#define STM_SAMPLE_FIELD_H

#include "pipeline/core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum stm_sample_kind {
    STM_SAMPLE_TEXT,
    STM_SAMPLE_DONOR,   /* a code, never a name */
    STM_SAMPLE_TISSUE,  /* one of a list, or free */
    STM_SAMPLE_CONTROL, /* positive or negative */
    STM_SAMPLE_PASSAGE, /* "4" or "P4" */
    STM_SAMPLE_NUMBER   /* not negative */
};

/* One known column. Tables end with a NULL name. */
struct stm_sample_field {
    const char *name;
    enum stm_sample_kind kind;
    const char *help;
};
extern const struct stm_sample_field stm_sample_fields[];

enum { STM_SAMPLE_NAME = 48, STM_SAMPLE_CELL = 200 };

/* The known column that a heading means: case, blanks, underscores and "Metadata_" do not matter. NULL: it is
 * a free one. */
const struct stm_sample_field *stm_sample_field_find(const char *heading);

/* How a free column is called in outputs: letters, digits and underscores, "Lot_" kept. False when nothing is
 * left or it is a name that the outputs use themselves. */
bool stm_sample_field_name(char name[STM_SAMPLE_NAME], const char *heading, struct stm_error *err);

/* Writes the cell as it is carried on ("P4" -> "4", "BM" -> "bone marrow") into `out`. `field` NULL: text as
 * it is. */
bool stm_sample_field_value(char out[STM_SAMPLE_CELL + 1], const struct stm_sample_field *field,
                            const char *cell, struct stm_error *err);

/* Tissue sources that are known by name. */
bool stm_sample_tissue_known(const char *value);
const char *stm_sample_tissue_near(const char *value);

/* What a text looks like that must not be in a sheet of donor codes: "a name", "a date", NULL when fine. */
const char *stm_sample_personal(const char *text);

/* Headings that promise personal data: names, birth dates, record numbers of patients. */
bool stm_sample_personal_heading(const char *heading);

#endif
