/* The fields of a results directory: which planes of which files they were, and their label images. */
#ifndef STM_VIEW_FIELDS_H
#define STM_VIEW_FIELDS_H

#include "kernels/view.h"
#include "pipeline/core/csv.h"
#include "pipeline/core/json_read.h"
#include "pipeline/role.h"

/* images.csv and run.json, open. */
struct stm_view_fields {
    const char *directory, *images; /* where the images are now; NULL = where run.json says */
    struct stm_csv table;
    struct stm_json_value *run;
    int number; /* column ImageNumber */
    char channel[STM_MAX_CHANNELS][96];
    int file[STM_MAX_CHANNELS], plane[STM_MAX_CHANNELS]; /* columns */
    int channels;
};

/* Free with stm_view_fields_close, also after a failure. */
bool stm_view_fields_open(struct stm_view_fields *fields, const char *directory, const char *images,
                          struct stm_error *err);
void stm_view_fields_close(struct stm_view_fields *fields);

/* Pixels of one field; free with stm_view_field_free. */
struct stm_view_field {
    struct stm_u16 plane[STM_MAX_CHANNELS]; /* px NULL where the field has no such channel */
    struct stm_u16 labels;                  /* px NULL when there is no label image */
    uint16_t black[STM_MAX_CHANNELS], white[STM_MAX_CHANNELS];
};

/* Reads channels [0, channels). A focal series is shown by its brightest pixels. Contrast is that of
 * overlays: from the 5th to the 99.8th percentile, at least eight times the distance between the 5th and the
 * 25th. */
bool stm_view_field_read(struct stm_view_field *field, const struct stm_view_fields *fields, int image,
                         int channels, struct stm_error *err);
void stm_view_field_free(struct stm_view_field *field);

#endif
