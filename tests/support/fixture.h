/* One stage with one site, without the run: what tests of single stages work on. */
#ifndef STM_FIXTURE_H
#define STM_FIXTURE_H

#include "pipeline/core/text.h"
#include "pipeline/stage.h"

struct stm_fixture {
    const struct stm_stage *stage;
    struct stm_site site; /* planes of all channels are present and zero */
    struct stm_stage_env env;
    struct stm_arena arena, scratch;
    struct stm_columns columns; /* the stage's site columns, expanded by channel */
    struct stm_columns object_columns, well_columns;
    struct stm_string notes;
    void *params, *plate;
    int max_w, max_h;
};

/* Default parameters, zeroed plate state, a site of w x h pixels with these roles (channels are named after
 * them) and a bit depth of 16. Aborts the test when memory runs out. */
void stm_fixture_open(struct stm_fixture *f, const struct stm_stage *stage, int w, int h,
                      const enum stm_role *roles, int channels);
/* The same, with the columns of `before` (not NULL) in front of the stage's own. */
void stm_fixture_open_after(struct stm_fixture *f, const struct stm_stage *before,
                            const struct stm_stage *stage, int w, int h, const enum stm_role *roles,
                            int channels);
void stm_fixture_close(struct stm_fixture *f);

/* The site becomes a new one: planes zero, verdict ok, no reason, columns NaN. Sizes up to the first one's.
 */
void stm_fixture_fresh(struct stm_fixture *f, int w, int h);

/* The site gets the objects of a label image of its size (0 = background, numbers from 1 without gaps): runs
 * in raster order, objects not yet classified, all counted, boxes and centroids not filled, columns NaN. */
void stm_fixture_label(struct stm_fixture *f, const uint32_t *labels);

/* A column of object `number` by its name, read and written; fails the test when there is none. */
void stm_fixture_set_object(struct stm_fixture *f, int number, const char *column, double value);
double stm_fixture_object(const struct stm_fixture *f, int number, const char *column);

/* A site column by its name; fails the test when there is none. */
double stm_fixture_value(const struct stm_fixture *f, const char *column);

/* The next number of a repeatable sequence, 0 to 2^32 - 1 (xorshift); a sum of 8 of them, mean 0, deviation
 * about `sigma`. */
uint32_t stm_fixture_random(uint64_t *state);
double stm_fixture_noise(uint64_t *state, double sigma);

#endif
