/* From files to fields of view whose channels have roles: which plane of which file is what. */
#ifndef STM_INTAKE_H
#define STM_INTAKE_H

#include "pipeline/io/plate.h"
#include "pipeline/plan.h"
#include "pipeline/samples.h"
#include "pipeline/site.h"

struct stm_intake_plane {
    const char *path;
    int channel, z, t; /* of stm_image_read */
};

struct stm_intake_site {
    struct stm_site_row row; /* identity; verdict FAILED and a reason when it cannot be read */
    struct stm_geometry geo;
    struct stm_intake_plane *planes[STM_MAX_CHANNELS]; /* of each plan channel; several = a focal series */
    int n_planes[STM_MAX_CHANNELS];
};

/* Owns everything. Free with stm_intake_free. */
struct stm_intake {
    struct stm_plate plate;
    struct stm_intake_site *sites; /* plate order */
    int n_sites, n_wells;
    enum stm_role
        roles[STM_MAX_CHANNELS]; /* in use over all sites, in the assay's order: the plan's channels */
    int n_roles;
    char title[STM_NAME];
    struct stm_string problems; /* sentences, one a line */
    struct stm_string decided;  /* "channel w1 is nuclei (from its name)", one a line */
    struct stm_samples samples; /* n = 0 without a sample sheet */
    const char **metadata;      /* rows of its values, one a well */
};

/* Looks at names and headers of everything under `paths`; files that cannot be read become failed sites.
 * False when nothing can be run: no files, or channels whose meaning nobody said. */
bool stm_intake_open(struct stm_intake *input, const char *const *paths, int n_paths,
                     const struct stm_plan *plan, struct stm_error *err);

/* The same for files that are listed already (plate.h); one that is gone is a failed site. */
bool stm_intake_open_listed(struct stm_intake *input, const struct stm_plate_listed *listed, int n,
                            const struct stm_plan *plan, struct stm_error *err);

/* Reads a sample sheet and gives every site's row its values; what the sheet leaves open goes to `problems`.
 */
bool stm_intake_samples(struct stm_intake *input, const char *path, struct stm_error *err);

/* Reads the planes of `from` into site->plane (views of the right size, set by the caller) and fills bit
 * depth and scaling of its channels. `scratch` holds one plane when a focal series is projected. */
bool stm_intake_load(const struct stm_intake_site *from, enum stm_z z, struct stm_site *site,
                     struct stm_arena *scratch, struct stm_error *err);

/* The same for a look at some rows only (stm_image_read_rows); wanted may be NULL. */
bool stm_intake_load_rows(const struct stm_intake_site *from, enum stm_z z, const uint8_t *wanted,
                          struct stm_site *site, struct stm_arena *scratch, struct stm_error *err);

/* Scratch that stm_intake_load needs for this site. */
size_t stm_intake_scratch_bytes(const struct stm_intake_site *from);

void stm_intake_free(struct stm_intake *input);

#endif
