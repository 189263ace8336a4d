/* The state of one search for nuclei, and its steps in the order in which they run. Memory comes from the
 * scratch arena; stm_nuclei_scratch adds it up. Units: light is in counts shifted left by `up`, so that dim
 * 8-bit images have levels between their counts. */
#ifndef STM_NUCLEI_FINDER_H
#define STM_NUCLEI_FINDER_H

#include "kernels/kernels.h"
#include "pipeline/core/team.h"
#include "pipeline/nuclei/nuclei.h"
#include "pipeline/nuclei/rows.h"
#include "pipeline/nuclei/tree.h"

/* Levels grow by 1/20 from the lowest: 160 of them span a factor of 2400. */
enum { STM_NUCLEI_LEVELS = 160 };

struct stm_finder {
    const struct stm_kernels *kernels;
    const struct stm_nuclei_options *options;
    struct stm_arena *scratch;
    struct stm_team *team; /* who shares the work; NULL: nobody */
    int w, h;
    bool dark, crowded;
    int up;
    struct stm_u16 light;  /* above the ground, smoothed */
    struct stm_u16 ground; /* a value for each 8 x 8 pixels, above the darkest of them */
    struct stm_u32 labels; /* the caller's */
    double diameter;       /* first estimate, px */
    double typical;        /* area of the usual nucleus, px */
    double noise;          /* of a smoothed pixel */
    double spread;         /* of the ground, with whatever it is uneven by */
    double height;         /* mean of what is clearly brighter than the ground */
    double contrast;       /* of the usual nucleus above the ring around it */
    int levels;
    uint16_t floor;                        /* where the foreground begins, at or below level[1] */
    uint16_t level[STM_NUCLEI_LEVELS + 2]; /* [1 … levels] */
    int depths;                            /* of level_of: levels, or more when the tree is cut */
    uint8_t *level_of;                     /* of each light */
    struct stm_segment *base;              /* runs at or above level[1] */
    size_t bases;
    struct stm_u8 depth;       /* level of each foreground pixel, 0 elsewhere and in a frame around */
    struct stm_level_run *run; /* of each patch, those of each level after those of the one below */
    size_t runs;
    struct stm_node *node;
    int nodes;
    struct stm_patch *patch;
    int32_t patches;
    struct stm_finder *share; /* of the patches, with runs, nodes and memory of their own (shares.c) */
    int shares;
    uint32_t seeds;           /* labels in use */
    struct stm_segment *left; /* long runs of pixels that went back to the ground, any order */
    size_t lefts;
    int left_least;                      /* pixels in a row or column */
    uint32_t residue_first, residue_end; /* labels that have no peak of their own */
    uint16_t *boundary;                  /* least light of each label */
    struct stm_piece *piece;
    int32_t pieces;
    struct stm_blob *blob; /* 1 … blobs */
    uint32_t blobs;
};

/* Memory of the team's member who does part `part` of the work. */
static inline struct stm_arena *stm_nuclei_arena(const struct stm_finder *f, int part)
{
    return part ? f->team->arena[part] : f->scratch;
}

/* Runs there is room for in lists of them, nodes in the tree, labels after splitting. */
size_t stm_nuclei_run_room(int w, int h);
int32_t stm_nuclei_node_room(int w, int h);
uint32_t stm_nuclei_label_room(int w, int h);
/* label_runs.c: the foreground's labels as runs, in raster order; *n is more than `room` when not all fit. */
bool stm_nuclei_label_runs(const struct stm_finder *f, struct stm_segment *run, size_t room, size_t *n,
                           struct stm_error *err);

/* Bytes of scratch that each step takes at most, whether it gives them back at its end or not. */
size_t stm_nuclei_light_bytes(int w, int h);
size_t stm_nuclei_scale_bytes(int w, int h);
size_t stm_nuclei_ground_bytes(int w, int h);
size_t stm_nuclei_base_bytes(int w, int h);
size_t stm_nuclei_tree_bytes(int w, int h);
size_t stm_nuclei_choose_bytes(int w, int h);
size_t stm_nuclei_flood_bytes(int w, int h);
size_t stm_nuclei_left_bytes(int w, int h);
size_t stm_nuclei_residue_bytes(int w, int h);
size_t stm_nuclei_dim_bytes(int w, int h);
size_t stm_blobs_bytes(int w, int h);
size_t stm_nuclei_merge_bytes(int w, int h);
size_t stm_nuclei_accept_bytes(int w, int h);
size_t stm_nuclei_finish_bytes(int w, int h);

/* light.c: polarity, depth, noise; then f->light holds the plane, brighter = more stain. */
bool stm_nuclei_light(struct stm_finder *f, struct stm_cu16 plane, struct stm_error *err);
/* scale.c: f->diameter */
bool stm_nuclei_scale(struct stm_finder *f, struct stm_error *err);
/* ground.c: smooths, takes the ground away; spread, height (0: nothing stands out), levels */
bool stm_nuclei_ground(struct stm_finder *f, struct stm_error *err);
/* levels.c, tree.c: foreground, and the tree of levels in it */
bool stm_nuclei_base(struct stm_finder *f, struct stm_error *err);
bool stm_nuclei_tree(struct stm_finder *f, struct stm_error *err);
/* choose.c: which nodes are nuclei or parts of them; f->typical */
bool stm_nuclei_choose(struct stm_finder *f, struct stm_error *err);
/* flood.c: labels grow from the chosen nodes down to their boundary */
bool stm_nuclei_flood(struct stm_finder *f, struct stm_error *err);
/* dim.c: labels for nuclei that lie alone below the lowest level */
bool stm_nuclei_dim(struct stm_finder *f, struct stm_error *err);
/* residue.c: a list for what is left, how long its runs are, those of one run of the lowest level; then
 * labels for dim nuclei beside bright ones */
bool stm_nuclei_expect_left(struct stm_finder *f, struct stm_error *err);
void stm_nuclei_set_left(struct stm_finder *f);
void stm_nuclei_leave(struct stm_finder *f, const struct stm_level_run *run);
bool stm_nuclei_residue(struct stm_finder *f, struct stm_error *err);
/* blob.c: f->piece and f->blob from the labels, which are the blobs' numbers */
bool stm_blobs_make(struct stm_finder *f, struct stm_error *err);
/* merge.c: parts become nuclei */
bool stm_nuclei_merge(struct stm_finder *f, struct stm_error *err);
/* accept.c: nucleus or debris */
bool stm_nuclei_accept(struct stm_finder *f, struct stm_error *err);
/* finish.c: numbers, lists, label image */
bool stm_nuclei_finish(struct stm_finder *f, struct stm_nuclei *out, struct stm_arena *keep,
                       struct stm_error *err);

#endif
