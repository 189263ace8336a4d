/* The tree of levels: what it is made of, and how levels.c and tree.c make it. */
#ifndef STM_NUCLEI_TREE_H
#define STM_NUCLEI_TREE_H

#include "kernels/view.h"
#include "pipeline/core/error.h"

#include <stddef.h>

struct stm_finder;

/* A run of pixels at or above a level, and the node it is part of. */
struct stm_level_run {
    int32_t y, x0, x1, node, next;
};

/* A connected set of pixels at or above a level. Its parent is the set one level lower that holds it. */
struct stm_node {
    int32_t parent, child, sibling; /* -1: none */
    int32_t first, last;            /* runs, linked by next */
    int32_t area, hull;             /* pixels; of the convex hull too, 0 = not computed yet */
    uint16_t peak;
    uint8_t level, chosen;
    int32_t core;        /* of a chosen node: the brighter nucleus that lies on it, or -1 */
    uint32_t label;      /* of a chosen node; its core has the next one */
    double split, whole; /* cost of the best cut of what is in here, and of no cut */
};

/* A connected set of pixels at or above the lowest level. Nothing in it depends on anything outside, so the
 * tree is built and flooded a patch at a time, while the patch is in the cache. */
struct stm_patch {
    int32_t run, runs;   /* of level 1: run[run] … run[run + runs - 1] */
    int32_t node, nodes; /* in it, those of each level after those of the one below */
};

/* shares.c: f->share, one for each member of the team, a copy of f as it is; the first one's memory is f's.
 */
bool stm_nuclei_make_shares(struct stm_finder *f, struct stm_error *err);
/* Bytes that a share takes for what it keeps, and another member's of the team for all that it does. */
size_t stm_nuclei_share_bytes(int w, int h);
size_t stm_nuclei_member_share_bytes(int w, int h);
/* Patches for each share, in order, with about as many runs. */
void stm_nuclei_deal(struct stm_finder *f, const size_t *first);
/* Calls `work` for each share (`item`), several at once. */
bool stm_nuclei_each_share(const struct stm_finder *f, void *context,
                           bool (*work)(void *context, int worker, int item, struct stm_error *err),
                           struct stm_error *err);
/* levels.c: f->patches, 0 when there are too many, and their runs: those of patch i (from 0) at first[i + 1].
 * `first` has room for two more than there are nodes. */
bool stm_nuclei_patches(struct stm_finder *f, struct stm_segment *run, size_t *first, struct stm_error *err);
/* levels.c: what level each light is in. */
void stm_nuclei_fill_level_of(struct stm_finder *f);
/* levels.c: every second level; the lowest stays. */
void stm_nuclei_halve_levels(struct stm_finder *f);
/* choose.c: the first weighing of a patch's nodes, as soon as it stands, while its runs are in the cache.
 * `corners` has room for 4 h of them. */
void stm_nuclei_weigh_patch(struct stm_finder *f, const struct stm_patch *p, int32_t *corners);
/* levels.c: notes the depths of one patch and adds its runs, those of level k from first[k] to first[k + 1],
 * each with that of the level below in which it lies in `next`. False when there is no room. */
bool stm_nuclei_patch_levels(struct stm_finder *f, const struct stm_segment *run, size_t n, int32_t *first);

#endif
