/* A smooth surface over an image: all products of Legendre polynomials up to some degree together. Degree 4
 * is vignetting, tilt and an off-centre lamp; degree 8 follows the shadow of a misplaced stop; none can
 * follow cells or dirt. */
#ifndef STM_ILLUMINATION_SURFACE_H
#define STM_ILLUMINATION_SURFACE_H

#include <stdbool.h>

enum { STM_SURFACE_DEGREE = 8, STM_SURFACE_TERMS = (STM_SURFACE_DEGREE + 1) * (STM_SURFACE_DEGREE + 2) / 2 };

struct stm_surface {
    int degree;                  /* up to STM_SURFACE_DEGREE */
    double c[STM_SURFACE_TERMS]; /* (degree + 1) (degree + 2) / 2 of them */
};

/* Least squares over the centres of nx x ny tiles (row major), then three rounds of Tukey's biweight so that
 * tiles with dirt or clusters do not count. false when there are too few tiles (degree + 2 along an axis). */
bool stm_surface_fit(struct stm_surface *surface, int degree, const double *value, int nx, int ny);

/* u, v: 0 at the left and top edge of the image, 1 at the right and bottom edge. */
double stm_surface_at(const struct stm_surface *surface, double u, double v);

#endif
