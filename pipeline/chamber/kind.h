/* Cell or debris, live or dead: decided for each object from what it looks like and what is usual. */
#ifndef STM_KIND_H
#define STM_KIND_H

#include "pipeline/record.h"

/* What is looked at, from the columns of stage cells. */
enum {
    STM_KIND_DIAMETER,
    STM_KIND_AXES,
    STM_KIND_MEAN,
    STM_KIND_CONTRAST,
    STM_KIND_PEAK,
    STM_KIND_DIP,
    STM_KIND_CORE,
    STM_KIND_RIM,
    STM_KIND_BLUR,
    STM_KIND_HEADROOM,
    STM_KIND_STEEPNESS,
    STM_KIND_DYE,
    STM_KIND_CUT,
    STM_KIND_WIDTH, /* of the bounding box, like the next: from the object, not from columns */
    STM_KIND_HEIGHT,
    STM_KIND_EDGES, /* bits: 1 left or right, 2 top or bottom edge of the picture */
    STM_KIND_CLUMPED,
    STM_KIND_ON_LINES,
    STM_KIND_ON_CROSS,
    STM_KIND_COLUMNS
};
extern const char *const stm_kind_columns[STM_KIND_COLUMNS]; /* NULL: not a column */
struct stm_kind_input {
    double value[STM_KIND_COLUMNS];
};

struct stm_kind_rules {
    int edge_rule;
    double least_seen, least_um, greatest_um, least_part, least_lens_part, greatest_part, least_cut_part;
    double least_contrast, least_strength, least_on_lines, least_steepness, least_axes;
    double dye, dye_doubt, lens, lens_doubt, blur_doubt, blur_warn, blur_reject;
};

/* Histograms from which the usual cell follows; zeroed at start, independent of the order of objects. */
enum { STM_USUAL_DIAMETERS = 1024, STM_USUAL_LIGHTS = 512, STM_USUAL_FINE = 1024 };
struct stm_usual_sums {
    uint64_t diameter[STM_USUAL_DIAMETERS]; /* half pixels; weights */
    uint64_t mean[STM_USUAL_LIGHTS], peak[STM_USUAL_LIGHTS];
    uint64_t contrast[STM_USUAL_FINE], steepness[STM_USUAL_FINE], blur[STM_USUAL_FINE]; /* up to 1 */
    uint64_t n;                                                                         /* objects */
    bool colour;
};

enum stm_judged { STM_JUDGED_NOT, STM_JUDGED_DYE, STM_JUDGED_LENS, STM_JUDGED_PHASE };
struct stm_usual {
    double diameter, mean, peak, contrast, steepness; /* NaN when there is nothing */
    double lens; /* Cell_Peak that a tenth exceeds (by weight): how far the middles of live cells stand out */
    double blur; /* Cell_Blur over Cell_Diameter */
    enum stm_judged mode;
    bool enough; /* objects to be sure */
};

void stm_usual_add(struct stm_usual_sums *sums, const struct stm_kind_input *in);
struct stm_usual stm_usual_of(const struct stm_usual_sums *sums, const struct stm_kind_rules *rules);

/* The usual cell of a run for a field of its own, which may be in colour when the others are not. */
struct stm_usual stm_usual_lent(const struct stm_usual *usual, bool colour);

/* How bright the middle of a cell is against its rim, and at all: what defocus takes last from a live cell.
 */
double stm_kind_lens(const struct stm_kind_input *in);
/* The value of it from which a cell lives, by how far middles stand out in the pictures. */
double stm_kind_border(double lens);

/* Of an object that the picture's edge cuts, whether its centre lies in the picture. Of a disc, what is seen
 * is at least half as deep as it is long when the centre is inside, less when it is outside. */
bool stm_kind_centre_inside(const struct stm_kind_input *in);

enum stm_class stm_kind_of(const struct stm_kind_input *in, const struct stm_usual *usual,
                           const struct stm_kind_rules *rules, double pixel_um);

#endif
