/* What stages that look for nuclei share: the choice of the method, and sizes given in um. */
#ifndef STM_NUCLEI_IN_SITE_H
#define STM_NUCLEI_IN_SITE_H

#include "pipeline/nuclei/nuclei.h"

struct stm_geometry;
struct stm_site;
struct stm_stage_env;

enum stm_nuclei_method { STM_NUCLEI_CLASSICAL, STM_NUCLEI_NET, STM_NUCLEI_THRESHOLD };
extern const char *const stm_nuclei_methods[]; /* their names, for parameters */

/* Diameters in um, 0: not given. */
struct stm_nuclei_sizes {
    double nucleus_um, least_um, greatest_um;
};

/* Fails with STM_USAGE when they contradict each other, or need a size of a pixel that is not known. */
bool stm_nuclei_check_sizes(const struct stm_nuclei_sizes *sizes, const struct stm_geometry *geo,
                            struct stm_error *err);
void stm_nuclei_set_sizes(struct stm_nuclei_options *options, const struct stm_nuclei_sizes *sizes,
                          const struct stm_geometry *geo);

/* Looks for nuclei in the site's image of them; fails with STM_BAD_INPUT when
 * there is none. Lists are in the site's arena, labels in site->labels. A picture that is texture all over
 * rejects the site. */
bool stm_nuclei_find_in_site(struct stm_nuclei *found, struct stm_site *site, enum stm_nuclei_method method,
                             const struct stm_nuclei_options *options, const struct stm_stage_env *env,
                             struct stm_error *err);
size_t stm_nuclei_find_in_site_scratch(enum stm_nuclei_method method, const struct stm_geometry *geo);

#endif
