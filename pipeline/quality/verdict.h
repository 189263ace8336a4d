/* From the metrics of a site's channels to "ok", "warn" or "rejected", with the reasons as sentences. */
#ifndef STM_QUALITY_VERDICT_H
#define STM_QUALITY_VERDICT_H

#include "pipeline/quality/metrics.h"
#include "pipeline/record.h"

/* Parameters of the stage `quality`. */
struct stm_demand {
    double warn_saturated_percent, reject_saturated_percent;
    double warn_edge_px, reject_edge_px;                         /* fluorescence */
    double warn_transmitted_edge_px, reject_transmitted_edge_px; /* brightfield, phase contrast, stain */
    double edge_part;                                            /* of the chord */
    double sharp_um;
    double least_edge_percent;
    bool spectrum;
};

/* Flags the row. `essential`: counts depend on this channel; others never reject. */
void stm_demand_judge(const struct stm_demand *demand, const struct stm_metrics *metrics, int channel,
                      bool essential, struct stm_site_row *row);

#endif
