/* Every stage there is, for the assays that list them. Stages of different assays may share a name: they take
 * the same place in their methods. */
#ifndef STM_STAGES_H
#define STM_STAGES_H

struct stm_stage;

extern const struct stm_stage stm_stage_aggregate;
extern const struct stm_stage stm_stage_alignment;
extern const struct stm_stage stm_stage_bodies;
extern const struct stm_stage stm_stage_calibrate;
extern const struct stm_stage stm_stage_cells;
extern const struct stm_stage stm_stage_classify;
extern const struct stm_stage stm_stage_concentration;
extern const struct stm_stage stm_stage_divide;
extern const struct stm_stage stm_stage_foreground;
extern const struct stm_stage stm_stage_frame;
extern const struct stm_stage stm_stage_growth;
extern const struct stm_stage stm_stage_live_dead;
extern const struct stm_stage stm_stage_measure;
extern const struct stm_stage stm_stage_nuclei;
extern const struct stm_stage stm_stage_pairing;
extern const struct stm_stage stm_stage_population;
extern const struct stm_stage stm_stage_profile;
extern const struct stm_stage stm_stage_quality;
extern const struct stm_stage stm_stage_segment;
extern const struct stm_stage stm_stage_shape;

#endif
