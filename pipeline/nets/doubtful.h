/* Objects that are none: on images unlike those of training, networks take some of the ground for cells, but
 * are less sure of it than of cells of the same image. */
#ifndef STM_NETS_DOUBTFUL_H
#define STM_NETS_DOUBTFUL_H

#include "pipeline/nets/objects.h"

/* An object is doubtful that is smaller than the usual one of the image, whose greatest log odds are below
 * `odds` of the usual object's and below `sure`, whose top is lower than `top` (heights in 1/STM_NET_HEIGHT),
 * and of whose outline at least the part `bare` is on the ground: others are parts of cells. Half of what is
 * covered belongs to objects that are at most as large as, or at most as sure as, the usual one. */
struct stm_net_doubt {
    double odds, bare;
    int sure, top; /* sure: in the map's units */
};

/* Takes doubtful objects out of the labels; the others are numbered anew, in their order. Fails only when
 * memory runs out; gives it back. */
bool stm_net_drop_doubtful(struct stm_net_view *v, const struct stm_net_doubt *limits, struct stm_error *err);

size_t stm_net_doubtful_bytes(int w, int h);

#endif
