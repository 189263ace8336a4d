/* Perimeters of one label from its runs. */
#ifndef STM_OUTLINE_H
#define STM_OUTLINE_H

#include "kernels/view.h"

struct stm_outline {
    /* Border pixels (those with one of their 4 neighbours outside) by how the border goes on from them, in
     * the classes that scikit-image's `perimeter` (after Benkrid and Crookes) weights 1, sqrt 2, (1 + sqrt 2)
     * / 2. */
    uint64_t straight, diagonal, mixed;
    uint64_t border; /* border pixels */
    /* 2 x 2 windows by content: bit 0 bottom right, 1 top right, 2 bottom left, 3 top left; [0] is not
     * counted. */
    uint64_t quad[16];
};

/* `run` are the label's runs in raster order, within columns [x0, x1). */
struct stm_outline stm_outline_runs(const struct stm_segment *run, size_t n, int32_t x0, int32_t x1,
                                    uint64_t *scratch);
size_t stm_outline_scratch(int32_t x0, int32_t x1);

/* Pixels; as scikit-image's perimeter(neighborhood=4) and perimeter_crofton(directions=4). */
double stm_outline_perimeter(const struct stm_outline *outline);
double stm_outline_crofton(const struct stm_outline *outline);

/* Components minus holes, for 8-connected foreground. */
int64_t stm_outline_euler(const struct stm_outline *outline);

#endif
