/* What is really in a field: label images and a table of objects. */
#ifndef STM_IMAGES_TRUTH_H
#define STM_IMAGES_TRUTH_H

#include "kernels/view.h"
#include "pipeline/core/error.h"
#include "pipeline/record.h"

/* Lengths in pixels, as seen in the field: an object cut by the edge has the area that is visible. */
struct stm_truth_object {
    enum stm_class class; /* live, dead or debris */
    double x, y;          /* centroid of the visible area */
    int area;             /* visible pixels */
    int x0, y0, x1, y1;   /* their bounding box, maximum exclusive */
    int clump;            /* objects that touch share a number; 0 = touches none */
    bool counted;         /* in the counting frame */
    double major, minor;  /* semi axes of the whole object as it was drawn */
    double brightness;    /* height of the unblurred object above the background: counts, grey levels, in
                           * phase contrast radians */
    double defocus;       /* extra blur, standard deviation in pixels */
};

/* cells: labels 1 .. n_cells; debris: the rest of the table. The label is the index in the table plus one.
 * Free with stm_truth_free. */
struct stm_truth {
    struct stm_u32 cells, debris;
    struct stm_u32
        bodies; /* px NULL unless bodies were stained: the label of the cell whose body is uppermost */
    struct stm_u32 nuclei; /* px NULL unless nuclei were stained beside cells: the label of their cell */
    struct stm_truth_object *objects;
    int n, n_cells, capacity;
    double foreground; /* part of the field covered by cells, 0 to 1 */
    bool spread;       /* counted: centroid at least 3 % of the shorter side inside, as assay adherent counts;
                        * else what touches neither the bottom nor the right edge */
};

bool stm_truth_make(struct stm_truth *truth, int w, int h, struct stm_error *err);
bool stm_truth_bodies(struct stm_truth *truth, struct stm_error *err); /* adds the empty image of bodies */
bool stm_truth_nuclei(struct stm_truth *truth, struct stm_error *err); /* adds the empty image of nuclei */
void stm_truth_free(struct stm_truth *truth);

/* Adds an object of which class, axes, brightness and defocus are known; returns its label for the time of
 * drawing, 0 when out of memory. */
uint32_t stm_truth_add(struct stm_truth *truth, const struct stm_truth_object *object, struct stm_error *err);

/* After all objects were drawn: measures what is visible, drops what is not, renumbers (cells first), finds
 * clumps. */
bool stm_truth_finish(struct stm_truth *truth, struct stm_error *err);

#endif
