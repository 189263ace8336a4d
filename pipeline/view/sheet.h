/* A contact sheet: one tile an object, cut out of its images, with its outline. */
#ifndef STM_VIEW_SHEET_H
#define STM_VIEW_SHEET_H

#include "pipeline/core/bytes.h"
#include "pipeline/view/fields.h"
#include "pipeline/view/objects.h"

struct stm_view_sheet {
    const struct stm_view_objects *objects;
    const struct stm_view_fields *fields;
    int side;     /* image pixels a tile shows; 0 = from the areas: two and a half diameters, 24 to 256 */
    int channels; /* shown side by side */
    const char *title;
};

/* A PNG of at most 64 megapixels. All tiles have the same scale; the outline of the object has the colour of
 * its class, others are grey. */
bool stm_view_sheet_draw(const struct stm_view_sheet *sheet, struct stm_bytes *png, struct stm_error *err);

#endif
