/* The plate state of the stage `calibrate`: what the survey collected and the gains that follow. */
#ifndef STM_ILLUMINATION_CALIBRATION_H
#define STM_ILLUMINATION_CALIBRATION_H

#include "pipeline/illumination/gain.h"
#include "pipeline/illumination/shading.h"
#include "pipeline/record.h"

struct stm_calibration {
    struct stm_tiles tiles; /* of the first site; sites of another size take no part */
    int other_size;         /* sites of the sample that had another size */
    char name[STM_MAX_CHANNELS][STM_NAME];
    bool active[STM_MAX_CHANNELS];
    double range[STM_MAX_CHANNELS];    /* of the shading that is corrected; 0 = none */
    double strength[STM_MAX_CHANNELS]; /* strength.h */
    struct stm_gain gain[STM_MAX_CHANNELS];
    struct stm_survey survey[STM_MAX_CHANNELS]; /* last: what it has led to is all that sites depend on */
};

/* Takes the shading of `channel` from an image of an empty, evenly lit field instead of from the survey; call
 * it before the stage settles. false when the image is too small or too dark to tell. */
bool stm_calibration_from_blank(struct stm_calibration *calibration, const struct stm_kernels *kernels,
                                int channel, struct stm_cu16 blank, int dark);

#endif
