/* What every scene must hold, for the scenes' tests. */
#ifndef STM_TESTS_SCENE_CHECKS_H
#define STM_TESTS_SCENE_CHECKS_H

#include "tests/support/stm_assert.h"

#include "images/synth.h"

/* Renders with "name=value" pairs (NULL-ended) over the defaults. */
struct stm_field check_render(const struct stm_scene *scene, int w, int h, uint64_t seed,
                              const char *const *set);

/* Every label belongs to an object of its kind; areas, boxes and centroids follow from the labels. */
void check_truth_is_that_of_the_labels(const struct stm_field *field);

/* The same seed gives the same bytes, another seed others. */
void check_seeds(const struct stm_scene *scene);

/* No cells asked, none there; the image is not empty all the same. */
void check_empty_field(const struct stm_scene *scene);

/* Every parameter at both ends of its range gives a field or a reason. */
void check_extremes(const struct stm_scene *scene);

/* FNV-1a over pixels and labels: the same for every compiler, optimisation and machine. */
uint64_t check_hash(const struct stm_field *field);

#endif
