/* From the two maps of a network to labels: tops of the height grow over what the odds call an object. */
#ifndef STM_NETS_OBJECTS_H
#define STM_NETS_OBJECTS_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"
#include "pipeline/nets/net.h"

enum { STM_NET_HEIGHT = 1024, STM_NET_FINER = 16384 / STM_NET_HEIGHT }; /* the map itself has finer heights */

/* A pixel belongs to an object when its log odds are above `odds` (in 1/256). Heights in 1/STM_NET_HEIGHT of
 * the second map: a top counts that is at least `top` high and `rise` above its passes, `edge_rise` where it
 * lies at the edge of the image: what that leaves of an object rises less than a whole one. */
struct stm_net_limits {
    int odds, rise, edge_rise, top;
};

/* An image at the network's scale. */
struct stm_net_view {
    const struct stm_kernels *kernels;
    struct stm_arena *scratch;
    int w, h;
    struct stm_s16 map[STM_NET_OUTPUTS]; /* padded to multiples of STM_NET_MULTIPLE */
    struct stm_u32 label;                /* with a border of one pixel */
    uint32_t labels;
};

static inline int stm_net_padded(int n, int multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Pixel i of an axis of n pixels that is mirrored at its last one. */
static inline int stm_net_mirrored(int i, int n)
{
    return i < n ? i : i - 2 * (i - n + 1) > 0 ? i - 2 * (i - n + 1) : 0;
}

/* The most labels that a view can have. */
size_t stm_net_view_most(int w, int h);

/* Takes maps and labels of a view of w x h pixels from its scratch. */
bool stm_net_view_take(struct stm_net_view *v, int w, int h, struct stm_error *err);

/* The height at a pixel under a Gaussian of half a pixel, as 1 … STM_NET_HEIGHT + 1. */
uint16_t stm_net_view_height(const struct stm_net_view *v, int x, int y);

/* Labels 1 … v->labels from the maps. */
bool stm_net_view_part(struct stm_net_view *v, const struct stm_net_limits *limits, struct stm_error *err);

/* The usual one of the labels' areas, as `median` (below) says; 0 when there are none. */
typedef uint32_t stm_net_median_fn(uint32_t *value, size_t n);
bool stm_net_view_usual(const struct stm_net_view *v, stm_net_median_fn *median, uint32_t *area,
                        struct stm_error *err);

/* The labels at another size: the odds between pixels decide what is an object, the pixels around which. */
bool stm_net_view_enlarge(const struct stm_net_view *v, struct stm_u32 labels, int odds,
                          struct stm_error *err);

/* Bytes of scratch: what _take keeps, and the most that the others (labels up to full_w wide) take for a
 * while. */
size_t stm_net_view_bytes(int w, int h);
size_t stm_net_view_working_bytes(int w, int h, int full_w);

/* The upper median; sorts. n > 0. */
uint32_t stm_net_median(uint32_t *value, size_t n);

/* The area such that half of the area of all belongs to smaller ones or it: crumbs hardly weigh in it. Sorts;
 * 0 when n is 0. */
uint32_t stm_net_median_of_cover(uint32_t *area, size_t n);

#endif
