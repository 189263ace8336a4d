/* The parts of report.html. All append to `out`; running out of memory shows in out->failed. */
#ifndef STM_SINKS_HTML_H
#define STM_SINKS_HTML_H

#include "pipeline/core/bytes.h"
#include "pipeline/core/text.h"
#include "pipeline/sink.h"
#include "pipeline/sinks/outdir.h"

/* Which columns of how many cells of each field the plots get. */
enum { STM_HTML_CELL_COLUMNS = 96 };
struct stm_html_cells {
    int column[STM_HTML_CELL_COLUMNS], n; /* of the object columns */
    int limit;                            /* cells a field */
};

/* Size of the picture in pixels; 0 x 0 when there is none. */
struct stm_html_picture {
    int w, h;
    int panels;   /* 0 = nothing to show */
    bool beside;  /* in pictures/ beside the report instead of in it */
    bool covered; /* it shows where the covered area ends */
};

void stm_html_head(struct stm_string *out, const struct stm_run_info *info);
void stm_html_tail(struct stm_string *out, const struct stm_run_info *info,
                   const struct stm_html_cells *cells);
void stm_html_site(struct stm_string *out, const struct stm_run_info *info, const struct stm_site_row *site,
                   const struct stm_html_picture *picture);
void stm_html_well(struct stm_string *out, const struct stm_run_info *info, const struct stm_well_row *well);

/* The panels and, apart from them, the outlines, as PNG in base64: as large as the site's share of the report
 * allows. Where that is too little to see anything they become files in `beside`, which is NULL when there
 * are so few sites that this cannot happen. */
bool stm_html_pictures(struct stm_string *out, const struct stm_run_info *info,
                       const struct stm_outdir *beside, const struct stm_site_row *site,
                       const struct stm_site_pixels *pixels, struct stm_html_picture *picture,
                       struct stm_error *err);
bool stm_html_pictures_beside(const struct stm_run_info *info);

/* The plan depends on the number of fields and columns only, so that what a field gets does not depend on the
 * others. */
void stm_html_cells_plan(struct stm_html_cells *cells, const struct stm_run_info *info);
void stm_html_cells_put(struct stm_string *out, const struct stm_html_cells *cells,
                        const struct stm_run_info *info, const struct stm_site_row *site);

void stm_html_base64(struct stm_string *out, const struct stm_bytes *bytes);

#endif
