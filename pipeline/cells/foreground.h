/* Which part of a field cells cover (docs/adherent.md). */
#ifndef STM_CELLS_FOREGROUND_H
#define STM_CELLS_FOREGROUND_H

#include "pipeline/cells/view.h"

enum stm_cells_contrast {
    STM_CONTRAST_AUTO,     /* halos decide */
    STM_CONTRAST_POSITIVE, /* phase contrast: dark cells, bright halos */
    STM_CONTRAST_NEGATIVE, /* phase contrast: bright cells, dark halos */
    STM_CONTRAST_TEXTURE   /* brightfield: whatever is not smooth */
};

struct stm_foreground_options {
    int contrast;      /* enum stm_cells_contrast */
    double texture;    /* deviation of bare surface ends here, in percent of the ground; noise is added */
    double least_um2;  /* smaller patches are no cells */
    double strictness; /* factor on all thresholds: 1 as calibrated, more covers less */
};

struct stm_foreground {
    uint64_t covered, rounded; /* pixels at working scale; those of rounded cells, part of covered */
    int contrast;              /* as found, never STM_CONTRAST_AUTO */
    double threshold;          /* of texture, percent of the ground */
};

/* What is found, masks of the view's size. Bodies and balls are parts of the covered area; what is covered
 * and neither is a line along which cells touch. */
struct stm_foreground_masks {
    struct stm_u8 covered; /* 255 = covered */
    struct stm_u8 bodies;  /* 255 = body of a cell */
    struct stm_u8 balls;   /* 255 = rounded cell, bright and compact */
};

/* Negative contrast turns the view's planes over about the ground. Fails only when memory runs out. */
bool stm_cells_foreground(struct stm_foreground *out, const struct stm_foreground_masks *masks,
                          struct stm_cells_view *view, const struct stm_foreground_options *options,
                          struct stm_error *err);
size_t stm_cells_foreground_bytes(int w, int h);

#endif
