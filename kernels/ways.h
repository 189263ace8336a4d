/* Pixels that wait by what the way to them costs, cheapest first: Dijkstra's method with one list of pixels
 * for each cost (Dial, Algorithm 360, 1969). Costs are integers and a step costs less than `lists`, a power
 * of 2; at equal cost the pixel that came last is next. */
#ifndef STM_WAYS_H
#define STM_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What ways cost that nobody has found, and the pixel that is none. */
#define STM_WAYS_NONE UINT32_MAX

struct stm_ways {
    uint32_t *cost; /* of the cheapest way to each pixel so far */
    uint32_t *next, *before, *first;
    uint32_t lists, waiting, now;
};

size_t stm_ways_scratch(size_t px, uint32_t lists);

/* No way to any of px pixels yet; `scratch` has stm_ways_scratch bytes, aligned for uint32_t. */
void stm_ways_begin(struct stm_ways *w, size_t px, uint32_t lists, void *scratch);

/* Pixel `at`, which was not taken yet, waits with this cost now: at least that of the pixel that was taken
 * last, and less than that plus `lists`. */
void stm_ways_put(struct stm_ways *w, uint32_t at, uint32_t cost);

/* The cheapest pixel, which waits no more; STM_WAYS_NONE when none waits. */
uint32_t stm_ways_take(struct stm_ways *w);

#endif
