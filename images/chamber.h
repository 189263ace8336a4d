/* What a counting chamber and the microscope add to a picture: the engraved grid, the field stop, the scale
 * bar. */
#ifndef STM_IMAGES_CHAMBER_H
#define STM_IMAGES_CHAMBER_H

#include "images/random.h"
#include "kernels/view.h"

#include <stdbool.h>

enum stm_grid_kind { STM_GRID_NONE, STM_GRID_CORNER, STM_GRID_CENTRE, STM_GRIDS };
extern const char *const stm_grid_names[STM_GRIDS + 1];

/* Lines of an improved Neubauer chamber. Corner squares: one every 250 um, three where a square of 1 mm
 * begins. Centre square: one every 50 um, three every 200 um. How they look is the same on a whole plate,
 * where they lie is each site's own. */
struct stm_grid {
    double pitch, border; /* micrometres */
    double x0, y0, c, s;  /* field to chamber: u = c x + s y - x0 */
    double core, flank;   /* brightness of a line and of its sides, relative to the light */
    double width;         /* of a line, micrometres */
};
struct stm_grid stm_grid_at(enum stm_grid_kind kind, uint64_t optics, struct stm_random *r);

/* Factor by which the grid changes the light at a point, both in micrometres. 1 away from lines. */
double stm_grid_light(const struct stm_grid *grid, double x_um, double y_um);

/* A round field stop: `percent` of the half diagonal are dark. 1 inside, 0 outside. */
double stm_field_stop(double x, double y, int w, int h, double percent);

/* A burnt-in scale bar of 20 to 1000 um with its length, in the lower right corner; labels beneath it are
 * erased. */
void stm_scale_bar(struct stm_u8 rgb, double pixel_um, struct stm_u32 cells, struct stm_u32 debris);

#endif
