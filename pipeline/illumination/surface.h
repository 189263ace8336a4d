/* A smooth surface over an image: all products of Legendre polynomials up to degree 4 together. That follows
 * vignetting (even degrees), tilt and an off-centre lamp, and cannot follow cells or dirt. */
#ifndef STM_ILLUMINATION_SURFACE_H
#define STM_ILLUMINATION_SURFACE_H

#include <stdbool.h>

enum { STM_SURFACE_DEGREE = 4, STM_SURFACE_TERMS = (STM_SURFACE_DEGREE + 1) * (STM_SURFACE_DEGREE + 2) / 2 };

struct stm_surface {
    double c[STM_SURFACE_TERMS];
};

/* Least squares over the centres of nx x ny cells (row major), then three rounds of Tukey's biweight so that
 * cells with dirt or clusters do not count. false when there are too few cells (6 x 6) or no solution. */
bool stm_surface_fit(struct stm_surface *surface, const double *value, int nx, int ny);

/* u, v: 0 at the left and top edge of the image, 1 at the right and bottom edge. */
double stm_surface_at(const struct stm_surface *surface, double u, double v);

#endif
