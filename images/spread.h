/* Outlines of cells that spread on a surface: a body and arms that thin out, webs between them. */
#ifndef STM_IMAGES_SPREAD_H
#define STM_IMAGES_SPREAD_H

#include "images/paint.h"

enum stm_spread_kind { STM_SPREAD_SPINDLE, STM_SPREAD_POLYGON, STM_SPREAD_FLAT, STM_SPREAD_KINDS };
enum { STM_ARMS = 9 };

/* Lengths in pixels. Arms are curves from the centre, `r0` thick there and `r1` at the tip. */
struct stm_spread {
    enum stm_spread_kind kind;
    struct stm_blob body;
    struct {
        double bx, by, cx, cy; /* control point and tip, relative to the centre */
        double r0, r1;
    } arm[STM_ARMS];
    int arms;
    double web;    /* how far the skin between arms is drawn out */
    double ruffle; /* waves of the edge */
    double bound;  /* nothing is farther from the centre */
};

/* A cell about `length` from end to end, lying along `axis`, centred on (0, 0): set body.x and body.y. */
struct stm_spread stm_spread_random(struct stm_random *r, enum stm_spread_kind kind, double length,
                                    struct stm_direction axis);

/* A point of the cell: t = 0 at the centre, 1 at the tip of the arm. */
void stm_spread_point(const struct stm_spread *cell, int arm, double t, double *x, double *y);

/* Fills the patch with depths: about the distance to the outline in pixels, positive inside. The ruffles come
 * from `texture`. */
bool stm_spread_depth(struct stm_patch *patch, const struct stm_spread *cell,
                      const struct stm_texture *texture, int texture_x, int texture_y,
                      struct stm_brush *brush, struct stm_error *err);

#endif
