/* The cells of a well together: classes and sizes of cell bodies over its fields, with intervals. */
#ifndef STM_GROUPS_H
#define STM_GROUPS_H

#include "pipeline/stage.h"
#include "pipeline/well.h"

/* Well columns: those of STM_GROUP_ROWS, then four for each list. */
enum { STM_GROUP_FIXED = 22, STM_GROUP_PER_LIST = 4 };

struct stm_groups {
    const char *const *lists; /* object columns that are summed up */
    int n_lists;
    const char *class_column; /* object column with the class of shape, NULL = the object's own class */
};

/* Fills the columns from env->well_first on; *used becomes the number of fields in use. */
bool stm_groups_well(struct stm_well *well, const struct stm_groups *groups, const struct stm_stage_env *env,
                     int *used, struct stm_error *err);

/* Adds a sentence to the well's reason and raises its verdict to warn; what no longer fits is dropped. */
void stm_groups_flag(struct stm_well_row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says which fields were left out, and which have no pixel size. */
void stm_groups_judge(struct stm_well *well, int used);

#define STM_GROUP_FRACTION(name, what)                                                                       \
    {name, "%", 2, "100 * " what " / Count_Cells"},                                                          \
        {name "_Low", "%", 2,                                                                                \
         "lower limit, 95 %: Wilson's interval, counts divided by the design effect between sites"},         \
    {                                                                                                        \
        name "_High", "%", 2, "upper limit of the same"                                                      \
    }
#define STM_GROUP_LIST(name, unit, digits)                                                                   \
    {"Median_" name, unit, digits, "median over counted spread cells"},                                      \
        {"P10_" name, unit, digits, "10 % of these cells lie below"},                                        \
        {"P90_" name, unit, digits, "90 % of these cells lie below"},                                        \
    {                                                                                                        \
        "Skew_" name, "", 2, "skewness of the same, m3 / m2^1.5"                                             \
    }
#define STM_GROUP_ROWS                                                                                       \
    {"Count_Cells", "", 0, "counted cells of the sites in use"},                                             \
        {"Count_Spindle", "", 0, "spindles among them"}, {"Count_Polygonal", "", 0, "polygonal ones"},       \
        {"Count_Flat", "", 0, "large flat ones"},                                                            \
        {"Count_Rounded", "", 0, "rounded ones: dividing, or afloat"},                                       \
        {"Count_Cells_Low", "", 1,                                                                           \
         "lower limit, 95 %, of the count expected in as many fields: exact Poisson times dispersion"},      \
        {"Count_Cells_High", "", 1, "upper limit of the same"},                                              \
        {"Cells_per_mm2", "1/mm2", 1,                                                                        \
         "Count_Cells / Counted_Area of the sites in use; empty when a pixel size is unknown"},              \
        {"Cells_per_mm2_Low", "1/mm2", 1, "Count_Cells_Low / the same area"},                                \
        {"Cells_per_mm2_High", "1/mm2", 1, "Count_Cells_High / the same area"},                              \
        STM_GROUP_FRACTION("SpindleFraction", "Count_Spindle"),                                              \
        STM_GROUP_FRACTION("PolygonalFraction", "Count_Polygonal"),                                          \
        STM_GROUP_FRACTION("FlatFraction", "Count_Flat"),                                                    \
        STM_GROUP_FRACTION("RoundedFraction", "Count_Rounded")

#endif
