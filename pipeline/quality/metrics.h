/* What can be said of the quality of one plane. docs/quality.md tells why each is there. */
#ifndef STM_QUALITY_METRICS_H
#define STM_QUALITY_METRICS_H

#include "kernels/view.h"
#include "pipeline/role.h"

#include <stdbool.h>
#include <stddef.h>

struct stm_kernels;

/* All doubles: each is a column. Counts are grey levels as stored. */
struct stm_metrics {
    double mean, median, std, mad, min, max;
    double percent_min, percent_max;            /* pixels at the plane's own extremes */
    double percent_saturated;                   /* pixels at the top of the bit depth, or piled up below it */
    double ceiling;                             /* counts: where pixels saturate or pile up */
    double ground, noise, nonuniformity;        /* counts, counts, % of the ground */
    double low, high;                           /* 0.5 and 99.5 % quantiles, counts */
    double snr, polarity;                       /* (high - ground) / noise; 1 = bright on dark … -1 */
    double focus, local_focus, power_slope;     /* CellProfiler's */
    double edges, edge_width, chord, edge_part; /* number, px, px, edge_width / chord */
};

size_t stm_metrics_scratch(int w);

/* `bits`: the depth the pixels really use; role: which side of the ground objects are expected on.
 * `least_edge`: height an edge needs, in parts of the range low..high. `spectrum`: also power_slope, which
 * takes as long as all others together; else it is NaN. Needs `stm_metrics_scratch(w)` bytes.
 */
void stm_metrics_measure(struct stm_metrics *metrics, const struct stm_kernels *kernels,
                         struct stm_cu16 plane, int bits, enum stm_role role, double least_edge,
                         bool spectrum, void *scratch);

#endif
