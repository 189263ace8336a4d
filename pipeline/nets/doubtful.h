/* Objects that are none: on images unlike those of training, networks take some of the ground for cells, but
 * are less sure of it than of cells of the same image. */
#ifndef STM_NETS_DOUBTFUL_H
#define STM_NETS_DOUBTFUL_H

#include "pipeline/nets/objects.h"

/* Log odds that an object is a cell: base + odds * (its greatest log odds over the usual one's) + top * the
 * height of its top (0 … 1) + area and slope * their shares, what it has over the sum of that and what is
 * usual, + bare * the part of its outline that is on the ground; the slope is the light's, mean over its
 * pixels. Half of what is covered belongs to objects that have at most what is usual. Below 0 an object is
 * doubtful, if it is also below all limits: times the usual odds and area, 1/STM_NET_HEIGHT, the map's odds
 * (edge_sure where the edge of the image cuts it); and if at least the part `least_bare` of its outline is on
 * the ground. */
struct stm_net_doubt {
    double base, odds, top, area, slope, bare;
    double most_odds, most_area, most_top, least_bare;
    int sure, edge_sure;
};

/* Takes doubtful objects out of the labels; the others are numbered anew, in their order. `light` has
 * STM_NET_FINE pixels a side to each of the view's. Fails only when memory runs out; gives it back. */
bool stm_net_drop_doubtful(struct stm_net_view *v, struct stm_cu16 light, const struct stm_net_doubt *doubt,
                           struct stm_error *err);

size_t stm_net_doubtful_bytes(int w, int h);

#endif
