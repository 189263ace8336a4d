/* How large the cells of an image are, when nobody says so or only about. */
#ifndef STM_NETS_SIZE_H
#define STM_NETS_SIZE_H

#include "pipeline/nets/look.h"

/* Sizes are tried on a part of a large plane: this long, or longer where cells are large. */
enum { STM_NET_PART = 500 };

/* *diameter: NAN or an idea of the usual cell's diameter, then what fits best, in pixels of the plane; the
 * idea where no cells are seen (*seen false). `look` says with which weights. Gives back what it takes from
 * the view's scratch; fails only when memory runs out. */
bool stm_net_find_size(double *diameter, bool *seen, struct stm_net_look *look, struct stm_cu16 plane,
                       struct stm_error *err);

/* How well the scale of a look suits what it found, 0 … 1: the mean height of the cells' tops, less what it
 * costs that they are not as large as expected; 0 where there are too few cells to tell. Fails only when
 * memory runs out; gives it back. */
bool stm_net_fit(double *fit, const struct stm_net_look *look, struct stm_error *err);

#endif
