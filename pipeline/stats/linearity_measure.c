/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/linearity_fit.h"

/* Smoothed residuals are curve minus line at the samples. */
static const struct stm_linearity_measure measures[] = {
    [STM_LINEARITY_B1] = {"b1", "Prop.Const", "Slope of the line (b1)", "cells/mL",
                          "Concentration of the undiluted stock by the proportional model", STM_SCALE_PLAIN},
    [STM_LINEARITY_R2] = {"r2", "R.squared", "R\xc2\xb2 of the line, uncentred", "1",
                          "COMET's: compares with zero, so it is near 1 for almost any series",
                          STM_SCALE_LOGIT},
    [STM_LINEARITY_R2_CENTRED] = {"r2_centred", "", "R\xc2\xb2 of the line, centred", "1",
                                  "The usual one: compares with the mean", STM_SCALE_SHORTFALL},
    [STM_LINEARITY_R2_SMOOTH] = {"r2_smooth", "Smoothed.R.squared", "R\xc2\xb2 of the curve by the line", "1",
                                 "Uncentred, of the curve's values regressed on those of the line",
                                 STM_SCALE_LOGIT},
    [STM_LINEARITY_SSE_SCALED] =
        {"pi", "Smoothed.Scaled.Sum.Squared.Error", "Proportionality index (PI)", "1",
         "Sum of ((curve - line) / line)\xc2\xb2 over the samples; 0 is proportional", STM_SCALE_LOG},
    [STM_LINEARITY_SAE_SCALED] = {"pi_absolute", "Smoothed.Scaled.Sum.Absolute.Error", "PI, absolute, scaled",
                                  "1", "Sum of |curve - line| / line", STM_SCALE_LOG},
    [STM_LINEARITY_SSE] = {"sse_smooth", "Smoothed.Sum.Squared.Error", "PI, squared", "1",
                           "Sum of (curve - line)\xc2\xb2 over the square of the line at the lowest fraction",
                           STM_SCALE_LOG},
    [STM_LINEARITY_SAE] = {"sae_smooth", "Smoothed.Sum.Absolute.Error", "PI, absolute", "1",
                           "Sum of |curve - line| over the line at the lowest fraction", STM_SCALE_LOG},
    [STM_LINEARITY_SSE_STABLE] = {"sse_stabilised", "VarStab.SSE", "PI, squared, variance-stabilised",
                                  "cells/mL", "Sum of (curve - line)\xc2\xb2 / line", STM_SCALE_LOG},
    [STM_LINEARITY_SAE_STABLE] = {"sae_stabilised", "VarStab.SAE", "PI, absolute, variance-stabilised",
                                  "(cells/mL)^0.5", "Sum of |curve - line| / line^0.5", STM_SCALE_LOG},
    [STM_LINEARITY_MEAN] = {"mean_conc", "mean_conc", "Mean concentration", "cells/mL",
                            "Of all observations at this dilution fraction", STM_SCALE_PLAIN},
    [STM_LINEARITY_CV] =
        {"mean_cv", "mean_CV", "Mean CV within samples", "1",
         "Coefficient of variation of a sample's observations, mean weighted by their number", STM_SCALE_LOG},
};

const struct stm_linearity_measure *stm_linearity_measure(int index)
{
    return &measures[index < STM_LINEARITY_MEAN ? index
                     : index < STM_LINEARITY_CV ? STM_LINEARITY_MEAN
                                                : STM_LINEARITY_CV];
}
