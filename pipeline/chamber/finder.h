/* The steps of stm_cells_find, in the order in which they run. */
#ifndef STM_CHAMBER_FINDER_H
#define STM_CHAMBER_FINDER_H

#include "kernels/kernels.h"
#include "pipeline/chamber/cells.h"

struct stm_cell_finder {
    const struct stm_kernels *kernels;
    const struct stm_cells_options *options;
    const struct stm_chamber *chamber;
    const struct stm_cu16 *planes;
    struct stm_arena *scratch;
    struct stm_cu16 light;
    struct stm_u32 labels;
    int w, h;
    int dark, bright; /* light below and above which a pixel is something */
    struct stm_segment *run;
    size_t runs;
    size_t *first; /* runs of body i (1 … bodies): run[first[i]] … run[first[i + 1] - 1] */
    uint32_t bodies;
    struct stm_cell *cell; /* of label i + 1 */
    uint32_t cells, room;
    struct stm_segment *kept; /* runs of all cells, cell by cell; room as for `run` */
    size_t n_kept;
    bool crowded;
};

/* Runs there is room for; bodies after opening are at least 5 x 5 without corners. */
size_t stm_cell_run_room(int w, int h);
uint32_t stm_cell_room(int w, int h);

/* body.c: connected sets of pixels that are not empty chamber, holes filled, thin things removed */
bool stm_cell_bodies(struct stm_cell_finder *f, struct stm_error *err);
size_t stm_cell_bodies_bytes(int w, int h);
/* split.c: bodies become labelled cells */
bool stm_cell_split(struct stm_cell_finder *f, struct stm_error *err);
size_t stm_cell_split_bytes(int w, int h);
/* describe.c: one cell, given as runs (at least one), and how deep its pixels lie in it, in a window whose
 * top left pixel is (x0, y0) of the picture */
void stm_cell_describe(const struct stm_cell_finder *f, struct stm_cell *cell, const struct stm_segment *run,
                       size_t n, struct stm_cu16 depth, int x0, int y0);

#endif
