/* What kind of cell a body looks like: the definitions that all assays with cell bodies share. */
#ifndef STM_FORM_H
#define STM_FORM_H

#include "pipeline/record.h"

/* Columns of an object, in this order. */
enum stm_form_column {
    STM_FORM_ELONGATION,
    STM_FORM_LENGTH,
    STM_FORM_WIDTH,
    STM_FORM_SCORE,
    STM_FORM_AXIS_LENGTH,
    STM_FORM_AXIS_WIDTH,
    STM_FORM_COLUMNS
};

/* Fills them, but for those of the axis, from a body's area, largest inner radius and axes in pixels;
 * pixel_um NAN: unknown. */
void stm_form_fill(double value[STM_FORM_COLUMNS], double area, double radius, double major, double minor,
                   double pixel_um);

struct stm_form_limits {
    double spindle_score, flat_um2;
};
/* Spindle, flat or polygonal, from values as they are printed; area NAN: unknown. */
enum stm_class stm_form_class(const struct stm_form_limits *limits, double score, double area_um2);

/* Counted cells of a field by class, and how they lie. Start from {0}. */
struct stm_form_sums {
    int n[STM_CLASSES];
    double c, s, weight;
};
void stm_form_add(struct stm_form_sums *sum, enum stm_class class, double degrees, double score);

/* Columns of a field, in this order. */
enum stm_form_site_column {
    STM_FORM_CELLS,
    STM_FORM_SPINDLE,
    STM_FORM_POLYGONAL,
    STM_FORM_FLAT,
    STM_FORM_ROUNDED,
    STM_FORM_ALIGNMENT,
    STM_FORM_DIRECTION,
    STM_FORM_SITE_COLUMNS
};
void stm_form_site(double value[STM_FORM_SITE_COLUMNS], const struct stm_form_sums *sum);

/* Rows of tables, so that both stages say the same. */
#define STM_FORM_ROW_ELONGATION                                                                              \
    {                                                                                                        \
        "Shape_Elongation", "", 3,                                                                           \
            "Area / (pi * MaximumRadius^2): 1 for a disc, the axis ratio of an ellipse, and the same when "  \
            "it is bent"                                                                                     \
    }
#define STM_FORM_ROW_LENGTH                                                                                  \
    {                                                                                                        \
        "Shape_Length_um", "um", 2,                                                                          \
            "Elongation * Width: length along the middle of the ellipse, straight or bent, of this area "    \
            "and "                                                                                           \
            "width; empty when the pixel size is unknown"                                                    \
    }
#define STM_FORM_ROW_WIDTH                                                                                   \
    {                                                                                                        \
        "Shape_Width_um", "um", 2, "2 * MaximumRadius: width at the widest place"                            \
    }
#define STM_FORM_ROW_SCORE                                                                                   \
    {                                                                                                        \
        "Shape_SpindleScore", "", 4,                                                                         \
            "e^2 / (e^2 + 1.5^2) with e = sqrt(Elongation * MajorAxisLength / MinorAxisLength) - 1, at "     \
            "least 0: 0 for a disc, 0.5 for an ellipse 2.5 times as long as wide, towards 1; cells with "    \
            "several corners are long but have no long axis"                                                 \
    }

#define STM_FORM_ROW_AXIS_LENGTH                                                                             \
    {                                                                                                        \
        "Shape_SkeletonLength_um", "um", 2,                                                                  \
            "longest way through the skeleton of the cell, from edge to edge: its length along the middle, " \
            "also when it is bent; empty when the pixel size is unknown"                                     \
    }
#define STM_FORM_ROW_AXIS_WIDTH                                                                              \
    {                                                                                                        \
        "Shape_SkeletonWidth_um", "um", 2, "mean of 2 * distance to the edge along this way"                 \
    }

#define STM_FORM_SITE_ROWS                                                                                   \
    [STM_FORM_CELLS] = {"Count_Cells", "", 0, "counted cells (the counting frame decides at the edges)"},    \
    [STM_FORM_SPINDLE] = {"Count_Spindle", "", 0,                                                            \
                          "counted cells with Shape_SpindleScore of spindle_score or more"},                 \
    [STM_FORM_POLYGONAL] = {"Count_Polygonal", "", 0, "counted cells of no other class"},                    \
    [STM_FORM_FLAT] = {"Count_Flat", "", 0, "counted cells of flat_um2 or more that are no spindles"},       \
    [STM_FORM_ROUNDED] = {"Count_Rounded", "", 0,                                                            \
                          "counted cells that are rounded: dividing, or afloat (assay adherent: bright and " \
                          "compact; fluorescence: small and compact)"},                                      \
    [STM_FORM_ALIGNMENT] =                                                                                   \
        {"Shape_Alignment", "", 3,                                                                           \
         "nematic order of the counted spread cells, weighted by their SpindleScore: length of the mean of " \
         "(cos 2a, sin 2a) over their directions a; 0 = in all directions, 1 = in one"},                     \
    [STM_FORM_DIRECTION] = {"Shape_AlignmentAngle", "deg", 1,                                                \
                            "that direction, counted as AreaShape_Orientation"}

#endif
