/* How sharp the edges of objects are, against how large the objects are: focus without a reference image. */
#ifndef STM_QUALITY_EDGES_H
#define STM_QUALITY_EDGES_H

#include "kernels/view.h"

#include <stddef.h>

struct stm_edges {
    int n;        /* edges seen in the rows looked at; those wider than 64 px are ground, not edges */
    double width; /* px: lower quartile of the shortest way over half of an edge's height; NaN when n is 0.
                     1.35 sigma for a step blurred by a Gaussian */
    double chord; /* px: median way from the middle of an edge to the middle of the next: how large objects
                     and the gaps between them are; NaN when there are no two in a row */
};

/* Bytes of scratch that stm_edges_measure needs for images of width w. */
size_t stm_edges_scratch(int w);

/* Looks at up to 64 strips of 4 rows. An edge is a swing between a valley and a peak of at least `least`
 * counts; smaller ones count as noise. The lower quartile, since objects in focus beside others that float
 * above make a usable image, and since edges that rows cross at a slant look wider than they are. */
struct stm_edges stm_edges_measure(struct stm_cu16 plane, double least, void *scratch);

#endif
