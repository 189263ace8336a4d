/* A dilution series from images: a design table says which well is which dilution, results say what was
 * counted. */
#ifndef STM_SERIES_H
#define STM_SERIES_H

#include "pipeline/review/results.h"

/* Writes the table that stm_linearity_take reads: the design's rows with cell_conc (cells per mL) from the
 * fields in use of the row's Well, Plate (where given) and Site (where given, otherwise all of the well);
 * empty when none can be used. The counted volume is the assay's, or area times `depth_um` (NaN: the
 * protocol's); `dilution` (NaN: the protocol's, else 1) is of the counting itself, not of the series. Errors
 * name the line of the design. */
bool stm_series_fill(struct stm_string *out, const struct stm_csv *design, const struct stm_results *results,
                     int n_results, double depth_um, double dilution, struct stm_error *err);

#endif
