/* Adherent cells as their networks see them, at one scale. */
#ifndef STM_NETS_LOOK_H
#define STM_NETS_LOOK_H

#include "pipeline/nets/contrast.h"
#include "pipeline/nets/objects.h"
#include "pipeline/nets/opinions.h"

/* The usual cell is this wide where the networks work, in pixels of what they give out. */
enum { STM_NET_CANONICAL = 26 };

/* What makes a pixel and a top one of a cell. */
extern const struct stm_net_limits stm_net_cells_limits;

struct stm_net_look {
    const struct stm_opinions *weights; /* NULL: those that suit what is seen */
    bool alone;                         /* only the first network is asked */
    struct stm_net_view view;
    struct stm_net_contrast contrast;
    double usual; /* diameter of the usual cell found, pixels of the view; NAN without cells */
};

/* Size of the view over that of a plane of w x h pixels at which cells of this diameter (pixels of the plane)
 * are canonical, within what such a plane may grow and shrink. */
double stm_net_look_factor(double diameter, int w, int h);
/* The greatest factor for such a plane; the side of its view. */
double stm_net_look_nearest(int w, int h);
int stm_net_look_side(int n, double factor);

/* Looks at the plane and parts what is seen into cells. What it takes from the view's scratch is the caller's
 * to give back. Fails only when memory runs out. */
bool stm_net_look_at(struct stm_net_look *look, struct stm_cu16 plane, double factor, struct stm_error *err);

/* Scratch at the nearest look at a plane of w x h: what is kept, and the most that looking takes on top. */
size_t stm_net_look_kept_bytes(int w, int h);
size_t stm_net_look_working_bytes(int w, int h);

#endif
