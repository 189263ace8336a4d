/* Foreground as runs: from thresholds and masks, to masks and label images, holes filled, sorted, grouped.
 * Lists are in raster order (row, then x0), runs of a row do not touch unless they differ in label. */
#ifndef STM_RUNS_H
#define STM_RUNS_H

#include "kernels/grid.h"

/* The functions that make runs return how many there are; they write at most `capacity`, in order. A row of w
 * pixels has at most (w + 1) / 2 runs of one label. The label of a run made from a threshold or mask is 0. */

/* Pixels > level. */
size_t stm_threshold_runs(const struct stm_kernels *k, struct stm_segment *run, size_t capacity,
                          struct stm_cu16 src, uint16_t level);

/* Pixels > the grid's value there. */
size_t stm_threshold_grid_runs(const struct stm_kernels *k, struct stm_segment *run, size_t capacity,
                               struct stm_cu16 src, struct stm_grid level);

/* Pixels != 0. */
size_t stm_mask_runs(struct stm_segment *run, size_t capacity, struct stm_cu8 mask);

/* Pixels of equal non-zero label, x and y counted from (x0, y0): a window of a larger image. */
size_t stm_label_runs(struct stm_segment *run, size_t capacity, struct stm_cu32 labels, int x0, int y0);

/* Writes `value`, or each run's label, under the runs and leaves other pixels alone. dst is the window of the
 * image that begins at (x0, y0) and holds all the runs. */
void stm_runs_fill8(struct stm_u8 dst, int x0, int y0, const struct stm_segment *run, size_t n,
                    uint8_t value);
void stm_runs_paint(struct stm_u32 dst, int x0, int y0, const struct stm_segment *run, size_t n);

/* Fills the holes of the foreground: background that is not connected to the border of the w x h image and
 * has at most max_area pixels. connectivity (4 or 8) is the foreground's; the background has the other one.
 * Works in place; returns the new number of runs, which is never greater. The labels become 0. */
size_t stm_fill_holes(struct stm_segment *run, size_t n, int w, int h, int connectivity, uint64_t max_area,
                      void *scratch);
/* The same, and background that reaches the border is filled too when it has at most max_border pixels: the
 * inside of what the border cuts. */
size_t stm_fill_pockets(struct stm_segment *run, size_t n, int w, int h, int connectivity, uint64_t max_area,
                        uint64_t max_border, void *scratch);
size_t stm_fill_holes_scratch(size_t n, int h); /* of both */

/* Puts runs into raster order; out and run are different lists. Rows are 0 … h - 1. */
void stm_runs_sort(struct stm_segment *out, const struct stm_segment *run, size_t n, int h, size_t *scratch);
size_t stm_runs_sort_scratch(int h);

/* Puts runs with the same label together, in ascending label and else in the order they have; those of label
 * l are out[first[l]] … out[first[l + 1] - 1]. Labels are 0 … labels, first has labels + 2 entries. */
void stm_runs_group(struct stm_segment *out, size_t *first, const struct stm_segment *run, size_t n,
                    uint32_t labels);

#endif
