/* Truth as CSV: objects, sites, wells. */
#ifndef STM_IMAGES_SYNTH_TRUTH_H
#define STM_IMAGES_SYNTH_TRUTH_H

#include "images/scene.h"
#include "pipeline/core/text.h"

/* Start from {0} with stm_truth_tables_start; the strings say whether memory ran out. */
struct stm_truth_tables {
    struct stm_string objects, sites, wells;
};

struct stm_truth_site {
    const char *plate;
    char well[16];
    int site;                       /* from 1 */
    char base[STM_PARAM_TEXT + 48]; /* <plate>_A01_s1 */
    char stem[STM_PARAM_TEXT + 56], image[STM_PARAM_TEXT + 64];
};

/* Sums over the sites of a well; index 0: all visible objects, 1: those of the counting frame. */
struct stm_truth_count {
    int sites, live[2], dead[2], debris;
    double foreground; /* sum over the sites */
};

void stm_truth_tables_start(struct stm_truth_tables *tables);
void stm_truth_tables_free(struct stm_truth_tables *tables);

/* Adds the rows of a site, and what it counts to `well`. */
void stm_truth_tables_site(struct stm_truth_tables *tables, const struct stm_truth_site *site,
                           const struct stm_field *field, struct stm_truth_count *well);
void stm_truth_tables_well(struct stm_truth_tables *tables, const char *plate, const char *well,
                           const struct stm_truth_count *count);

#endif
