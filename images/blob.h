/* Outlines of cells and nuclei: ellipses with a few smooth waves along the edge. */
#ifndef STM_IMAGES_BLOB_H
#define STM_IMAGES_BLOB_H

#include "images/exact.h"
#include "images/random.h"

enum { STM_WAVES = 4 }; /* two to five waves around the outline */

/* Lengths in pixels; the centre of the top-left pixel is (0, 0). In the frame of the axes, scaled so that the
 * ellipse is the unit circle, the outline is at radius 1 + sum of c[k] cos((k + 2) t) + s[k] sin((k + 2) t).
 */
struct stm_blob {
    double x, y, a, b; /* centre, semi axes along and across `axis` */
    struct stm_direction axis;
    double c[STM_WAVES], s[STM_WAVES];
};

/* A blob of the area of a circle with this radius, a / b = elongation, waves of about `roughness` times the
 * radius, turned at random. */
struct stm_blob stm_blob_random(struct stm_random *r, double radius, double elongation, double roughness);

/* Where a point lies: `radius` is 0 at the centre and 1 on the outline, `depth` the distance to the outline
 * in pixels, positive inside (first order, good near the outline). */
struct stm_blob_point {
    double radius, depth;
    double u, v; /* along and across the axis, 1 = semi axis */
};
struct stm_blob_point stm_blob_at(const struct stm_blob *blob, double x, double y);

/* Distance from the centre to the outline in a direction. */
double stm_blob_reach(const struct stm_blob *blob, struct stm_direction towards);

/* No point of the blob is farther from its centre. */
double stm_blob_bound(const struct stm_blob *blob);

/* How much of the pixel that lies `depth` inside an edge is covered: 0 to 1, one half on the edge. */
float stm_coverage(double depth);

#endif
