/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a view that touch are put together where what the network says of their contact, and their sizes
 * and shapes, make one object of them. */
#ifndef STM_NETS_JOINS_H
#define STM_NETS_JOINS_H

#include "pipeline/nets/objects.h"

/* Log odds that two parts are one object: base + pass * the greatest height on their contact (0 … 1) + small
 * * area of the smaller one over the usual area + slim * aspect ratio of the smaller one's ellipse. */
struct stm_net_joins {
    double base, pass, small, slim;
    int top; /* of an object, at least, in 1/STM_NET_HEIGHT */
};

/* Labels 1 … v->labels become those of whole objects, the best pairs first, as long as odds are above 0;
 * objects without a top go. Fails only when memory runs out; gives it back. */
bool stm_net_view_join(struct stm_net_view *v, const struct stm_net_joins *joins, struct stm_error *err);

/* Bytes of scratch for a view of w x h pixels. */
size_t stm_net_view_join_bytes(int w, int h);

#endif
