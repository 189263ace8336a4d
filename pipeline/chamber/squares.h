/* The squares of a grid that people count in, found by their lines, and which of them a cell belongs to. */
#ifndef STM_SQUARES_H
#define STM_SQUARES_H

#include "pipeline/chamber/chamber.h"
#include "pipeline/chamber/geometry.h"

/* Parts of a square by which is told how evenly cells have settled: 4 x 4, row by row. */
enum { STM_SQUARES = 400, STM_SQUARE_SIDE = 4, STM_SQUARE_PARTS = STM_SQUARE_SIDE * STM_SQUARE_SIDE };

/* Lines around a square: indices of tracks of both axes. */
struct stm_square {
    int left, right, top, bottom;
};

/* Whole squares that are seen, row by row from the top left. */
struct stm_squares {
    struct stm_square square[STM_SQUARES];
    int n;
};

/* Squares of one name. `px_per_um` is the scale that the grid has. A square counts when its sides are right,
 * when it is divided as its name asks, when both ends of each side are marked (a double or triple line, or
 * the division begins, changes or ends there), and when nothing in it is hidden. */
void stm_squares_find(struct stm_squares *out, const struct stm_chamber *chamber,
                      const struct stm_named_square *named, double px_per_um);

/* The square that a cell belongs to, by the right and lower edge of its box (x and y, maximum exclusive):
 * what touches the left or top line is in, what touches the right or bottom line is not. Returns its number
 * from 1, 0 for none; *part is 1 … STM_SQUARE_PARTS in it. */
int stm_squares_of(const struct stm_squares *squares, const struct stm_chamber *chamber, int x1, int y1,
                   int *part);

#endif
