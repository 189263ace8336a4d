/* The shading of one channel of a plate: what a survey of its sites saw, and whether it is there at all. */
#ifndef STM_ILLUMINATION_SHADING_H
#define STM_ILLUMINATION_SHADING_H

#include "pipeline/illumination/strength.h"
#include "pipeline/illumination/surface.h"
#include "pipeline/illumination/tiles.h"

enum { STM_LIGHT_ONE = 1 << 13 };

/* Light on the ground in each tile relative to the site's median, for up to STM_SURVEY_SITES sites in plate
 * order that are bright enough to show it. */
struct stm_survey {
    int seen, n;                                         /* sites looked at, sites kept */
    uint16_t relative[STM_SURVEY_SITES][STM_TILES_MOST]; /* STM_LIGHT_ONE = the median; ends at 65535 */
    double median[STM_SURVEY_SITES];                     /* counts of light */
    struct stm_brightness objects;
};

/* Looks at one more site. `glow`: objects are brighter than the ground and give light of their own; else they
 * only stand in it. `dark` counts are no light. */
void stm_survey_add(struct stm_survey *survey, const struct stm_kernels *kernels, struct stm_tiles tiles,
                    struct stm_cu16 plane, bool glow, double dark);

/* What it takes to believe in shading. */
struct stm_shading_demand {
    int sites;        /* at least so many */
    double range;     /* least range of the surface, as a part of its mean */
    double agreement; /* least correlation between the surfaces of every other site and of the rest */
};

enum stm_shading_finding {
    STM_SHADING_FOUND,
    STM_SHADING_FEW_SITES, /* or too small images */
    STM_SHADING_DARK,      /* no ground light to see it by */
    STM_SHADING_DISAGREES, /* the sites do not share one shape */
    STM_SHADING_FLAT       /* less than the demanded range */
};

struct stm_shading {
    enum stm_shading_finding finding;
    int sites;        /* that took part */
    double range;     /* 2nd to 98th percentile of the surface, as a part of its mean */
    double agreement; /* correlation between the two halves' surfaces, -1 to 1 */
    double improved;  /* part of the sites whose ground gets flatter by the other half's surface */
    double explained; /* median over the sites: part of the ground's variation the other half's surface
                         removes */
    struct stm_surface surface; /* of the ground; mean 1 */
    double ground;              /* counts of light on it */
    double strength, error; /* how much more objects follow the surface than the ground does (strength.h) */
};

/* Judges and fits. A site's own brightness does not matter. */
void stm_shading_find(struct stm_shading *shading, const struct stm_survey *survey, struct stm_tiles tiles,
                      struct stm_shading_demand demand);

#endif
