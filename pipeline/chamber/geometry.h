/* Counting chambers: how far apart their lines are and how deep they are. */
#ifndef STM_GEOMETRY_TABLE_H
#define STM_GEOMETRY_TABLE_H

enum { STM_SPACINGS = 4, STM_NAMED = 5 };

/* A square that people count in: how long its side is and how far apart the lines are that divide it. */
struct stm_named_square {
    const char *name;
    double side_um, division_um;
};

struct stm_counting_chamber {
    const char *name;
    double depth_um;
    double spacing_um[STM_SPACINGS]; /* between neighbouring lines, in its different squares; 0 ends */
    struct stm_named_square square[STM_NAMED]; /* NULL-name-ended */
    const char *note;
};

/* NULL-name-ended; names for a parameter table, in the same order, NULL-ended. */
extern const struct stm_counting_chamber stm_counting_chambers[];
extern const char *const stm_counting_chamber_names[];

/* "visible" (all that is seen) and the names of all squares of all chambers, for a parameter table. */
extern const char *const stm_square_names[];

/* The square of that name, NULL when this chamber has none. */
const struct stm_named_square *stm_chamber_square(const struct stm_counting_chamber *chamber,
                                                  const char *name);

/* Which of its spacings a pitch is, by the size of the cells beside it: the one for which a usual cell
 * (diameter_px) comes nearest to usual_um, on a scale of ratios. 0 when the chamber has no lines. */
double stm_chamber_spacing(const struct stm_counting_chamber *chamber, double pitch_px, double diameter_px,
                           double usual_um);

#endif
