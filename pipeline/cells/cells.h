/* Adherent cells in a plane of transmitted light, one by one, by either method (docs/adherent.md). */
#ifndef STM_CELLS_CELLS_H
#define STM_CELLS_CELLS_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"
#include "pipeline/site.h"

struct stm_kernels;

/* Of the network: those that suit the image (nets/style.h), or always the same. */
enum stm_cells_weights { STM_WEIGHTS_AUTO, STM_WEIGHTS_GENERAL, STM_WEIGHTS_PHASE };

struct stm_cells_options {
    int contrast;           /* enum stm_cells_contrast (foreground.h); the classical method's */
    double texture_percent; /* of the ground; the classical method's */
    double patch_um2;       /* smaller covered patches are dirt */
    double spread;          /* of all thresholds, for low and high: 0.2 = 20 % */
    double neck;            /* divide.h; the classical method's */
    double least_um2;       /* smaller parts are no cells of their own */
    double cell_um;         /* usual diameter; 0 = found; the network's */
    int weights;            /* enum stm_cells_weights */
    int networks;           /* asked about an image, 1 or 2 */
    struct stm_cu32 nuclei; /* 0 or 1 … n_nuclei, the plane's size; px NULL: not imaged */
    uint32_t n_nuclei;
    const uint32_t *twin; /* twins.h */
};

/* labels: 0 or 1 ... n, the plane's size; mask: 255 = covered. rounded[1 ... n] = 1 for rounded cells. */
struct stm_cells {
    struct stm_u32 labels;
    struct stm_u8 mask;
    uint32_t n;
    uint8_t *rounded; /* in the scratch arena */
    struct stm_confluence confluence;
    double usual_px;  /* diameter of the usual cell in pixels of the plane: network, else NAN */
    double sharpness; /* of the network, 0 ... 1, else NAN */
    bool phase;       /* by the weights for clear phase contrast */
};

/* Fill `out`, whose labels and mask are there. pixel_um NAN: unknown. They leave out->rounded in the scratch
 * arena. Fail only when memory runs out. Thread-safety: safe on separate arguments. */
bool stm_cells_classical(struct stm_cells *out, struct stm_cu16 plane, double pixel_um,
                         const struct stm_cells_options *options, const struct stm_kernels *kernels,
                         struct stm_arena *scratch, struct stm_error *err);
bool stm_cells_by_net(struct stm_cells *out, struct stm_cu16 plane, double pixel_um,
                      const struct stm_cells_options *options, const struct stm_kernels *kernels,
                      struct stm_arena *scratch, struct stm_error *err);
size_t stm_cells_classical_bytes(int w, int h, double pixel_um);
size_t stm_cells_by_net_bytes(int w, int h, double pixel_um);

#endif
