/* The steps of stm_chamber_look, in the order in which they run. */
#ifndef STM_CHAMBER_LOOKER_H
#define STM_CHAMBER_LOOKER_H

#include "kernels/kernels.h"
#include "pipeline/chamber/chamber.h"

struct stm_looker {
    const struct stm_kernels *kernels;
    struct stm_arena *scratch;
    struct stm_chamber *out;
    const struct stm_cu16 *planes;
    int n, bits, w, h;
    int shift;       /* tiles of 2^shift pixels carry the ground */
    uint8_t *hidden; /* of each tile */
    int tiles_w, tiles_h;
};

/* ground.c: sums the colours, finds what the empty chamber looks like, makes it even and smooth;
 * fills the grounds of `out`, for which there is room. */
bool stm_looker_flatten(struct stm_looker *l, struct stm_error *err);
size_t stm_looker_flatten_bytes(int w, int h);
/* bars.c: hides tiles of burned-in bars; before the ground is found. */
void stm_looker_hide_bars(struct stm_looker *l, struct stm_cu16 sum);
/* rulings.c: finds the lines and takes them out of the light; pitches. */
bool stm_looker_unrule(struct stm_looker *l, struct stm_error *err);
size_t stm_looker_unrule_bytes(int w, int h);
/* pitch.c: distances between lines; strips[k * h + y] is the light of lines at y in strip k, 0 between. */
struct stm_ruling stm_ruling_of(const int16_t *strips, int n, int h);

#endif
