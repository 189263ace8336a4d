/* What was found, drawn over what was seen: panels of one site and outlines of its objects. */
#ifndef STM_SINKS_OVERLAY_H
#define STM_SINKS_OVERLAY_H

#include "pipeline/sink.h"
#include "pipeline/sinks/canvas.h"

/* How a site is laid out: one panel, or side by side with bodies and with a dead stain. */
struct stm_overlay {
    const struct stm_site_row *site;
    const struct stm_site_pixels *pixels;
    int channel[3]; /* of each panel */
    int colour[3];  /* channels of the first panel's red, green, blue; the first is -1 where it is grey */
    int panels;     /* 0 = nothing to show */
    int scale;      /* image pixels a panel pixel */
    int w, h;       /* of one panel */
    int gap;        /* between panels */
    int text;       /* scale of what is written into the panels */
    int thick;      /* pixels an outline is wide; inside the object */
};

/* Panels at most `max_side` pixels wide and high, and no larger than the previews are. */
struct stm_overlay stm_overlay_layout(const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                                      int max_side);
int stm_overlay_width(const struct stm_overlay *overlay); /* of all panels */

/* Each draws into the rows [0, h) of a canvas of at least that width. */
bool stm_overlay_images(const struct stm_overlay *overlay, struct stm_canvas *canvas, struct stm_error *err);
bool stm_overlay_outlines(const struct stm_overlay *overlay, struct stm_canvas *canvas,
                          struct stm_error *err);
void stm_overlay_scale_bar(const struct stm_overlay *overlay, struct stm_canvas *canvas);

/* Nuclei in cells that were found without stain, and nuclei in none. */
enum { STM_NUCLEUS_COLOUR = STM_YELLOW, STM_BARE_COLOUR = STM_WHITE };

/* The colour of a class' outline, and what it is called in legends. */
enum stm_colour stm_overlay_colour(enum stm_class class);
const char *stm_overlay_class_title(enum stm_class class); /* "live", …, "objects" */

#endif
