/* The state of one search for covered area, and its steps. Thresholds are levels of view->smooth. */
#ifndef STM_CELLS_FINDER_H
#define STM_CELLS_FINDER_H

#include "pipeline/cells/foreground.h"

struct stm_cover_finder {
    struct stm_cells_view *view;
    const struct stm_foreground_options *options;
    double scale;        /* of all thresholds of contrast */
    int calm;            /* texture below it is bare surface */
    struct stm_u8 bare;  /* smooth patches, and specks among them */
    struct stm_u8 ball;  /* rounded cells with their rims */
    struct stm_u8 core;  /* their middles */
    struct stm_u8 halo;  /* bright patches that are no rounded cells */
    struct stm_u8 reach; /* bright pixels joined to bare surface */
    struct stm_u8 work;
    struct stm_u16 a, b;     /* filtered planes */
    struct stm_u16 gradient; /* steepness of smooth, counts a pixel */
};

/* percent of the ground to a level, and to a difference of levels */
static inline int stm_cover_level(const struct stm_cover_finder *f, double percent)
{
    return (int)(STM_CELLS_GROUND * (1 + f->scale * percent / 100) + 0.5);
}

static inline int stm_cover_height(const struct stm_cover_finder *f, double percent)
{
    return (int)(STM_CELLS_GROUND * f->scale * percent / 100 + 0.5);
}

/* bare.c */
bool stm_cover_bare(struct stm_cover_finder *f, struct stm_error *err);
/* halo.c: balls, halos, what is reached from bare surface */
bool stm_cover_balls(struct stm_cover_finder *f, struct stm_error *err);
bool stm_cover_halos(struct stm_cover_finder *f, struct stm_error *err);
/* flood.c: markers grow to where the light is steepest; fills `mask` */
bool stm_cover_flood(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err);
size_t stm_cover_flood_bytes(int w, int h);
/* tidy.c: rims, holes, specks and dirt */
bool stm_cover_tidy(struct stm_cover_finder *f, struct stm_u8 mask, struct stm_error *err);
size_t stm_cover_tidy_bytes(int w, int h);

#endif
