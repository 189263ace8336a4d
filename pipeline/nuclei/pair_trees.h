/* Trees of decisions about two candidates that touch. pair_trees.c holds them. */
#ifndef STM_NUCLEI_PAIR_TREES_H
#define STM_NUCLEI_PAIR_TREES_H

#include <stdint.h>

/* Measurements that trees ask about; areas in units of the usual nucleus, lengths of the smaller one's. */
enum stm_pair_feature {
    STM_PAIR_CONVEX,       /* both together: area over the hull's */
    STM_PAIR_CONVEX_APART, /* mean of the two, weighted by area */
    STM_PAIR_AREA,
    STM_PAIR_AREA_SMALL,
    STM_PAIR_CONTACT,    /* length of the contact over the smaller one's diameter */
    STM_PAIR_FILL,       /* area over that of the ellipse with the same moments */
    STM_PAIR_FILL_SMALL, /* of the smaller one */
    STM_PAIR_FILL_LARGE,
    STM_PAIR_ASPECT, /* of that ellipse */
    STM_PAIR_ASPECT_SMALL,
    STM_PAIR_ASPECT_LARGE,
    STM_PAIR_ENDS,        /* of the contact at the ground: 0, 1 or 2 */
    STM_PAIR_NOTCH_FIRST, /* how deep in the hull such an end lies */
    STM_PAIR_NOTCH_LAST,
    STM_PAIR_DIP,        /* how far light falls along the contact, over the dimmer one's mean */
    STM_PAIR_DIP_INSIDE, /* the same, over the light a little inside */
    STM_PAIR_STEP,       /* contrast between the two across the contact */
    STM_PAIR_DIM,        /* mean light of the dimmer over the brighter one's */
    STM_PAIR_RATIO,      /* of the smaller over the larger one's */
    STM_PAIR_PASS,       /* the brightest way across over the lower peak */
    STM_PAIR_PASS_HIGH,  /* over the higher one */
    STM_PAIR_FEATURES
};

/* Split i leads to 2 i + 1 when the feature is at most `least`, else to 2 i + 2; behind the last row of
 * splits are the leaves: what the tree adds to the logarithm of the odds that the two are different nuclei.
 */
enum { STM_PAIR_TREE_DEPTH = 3, STM_PAIR_TREE_SPLITS = 7 };
struct stm_pair_tree {
    uint8_t feature[STM_PAIR_TREE_SPLITS];
    float least[STM_PAIR_TREE_SPLITS], leaf[STM_PAIR_TREE_SPLITS + 1];
};

struct stm_pair_trees {
    double base;
    int n;
    const struct stm_pair_tree *tree;
};
extern const struct stm_pair_trees stm_pair_trees;

#endif
