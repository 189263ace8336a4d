/* Counting chambers: how far apart their lines are and how deep they are. */
#ifndef STM_GEOMETRY_TABLE_H
#define STM_GEOMETRY_TABLE_H

enum { STM_SPACINGS = 4 };

struct stm_counting_chamber {
    const char *name;
    double depth_um;
    double spacing_um[STM_SPACINGS]; /* between neighbouring lines, in its different squares; 0 ends */
    const char *note;
};

/* NULL-name-ended; names for a parameter table, in the same order, NULL-ended. */
extern const struct stm_counting_chamber stm_counting_chambers[];
extern const char *const stm_counting_chamber_names[];

/* Which of its spacings a pitch is, by the size of the cells beside it: the one for which a usual cell
 * (diameter_px) comes nearest to usual_um, on a scale of ratios. 0 when the chamber has no lines. */
double stm_chamber_spacing(const struct stm_counting_chamber *chamber, double pitch_px, double diameter_px,
                           double usual_um);

#endif
