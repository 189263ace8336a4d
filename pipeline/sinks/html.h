/* The parts of report.html. All append to `out`; running out of memory shows in out->failed. */
#ifndef STM_SINKS_HTML_H
#define STM_SINKS_HTML_H

#include "pipeline/core/text.h"
#include "pipeline/sink.h"

/* Size of an embedded picture in pixels; 0 x 0 when there is none. */
struct stm_html_picture {
    int w, h;
    int panels;   /* 0 = none in overlays/ either, where pictures are linked to */
    bool covered; /* it shows where the covered area ends */
};

void stm_html_head(struct stm_string *out, const struct stm_run_info *info);
void stm_html_tail(struct stm_string *out, const struct stm_run_info *info);
void stm_html_site(struct stm_string *out, const struct stm_run_info *info, const struct stm_site_row *site,
                   const struct stm_html_picture *picture);
void stm_html_well(struct stm_string *out, const struct stm_run_info *info, const struct stm_well_row *well);

/* The panels and, apart from them, the outlines, as PNG in base64: as large as the site's share of the report
 * allows, nothing when that is too little to see anything. */
bool stm_html_pictures(struct stm_string *out, const struct stm_run_info *info,
                       const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                       struct stm_html_picture *picture, struct stm_error *err);

#endif
