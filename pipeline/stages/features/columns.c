/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names are CellProfiler's wherever it measures the same thing. */
#include "pipeline/stages/feature.h"

#define PER_CHANNEL(feature) [STM_FEATURES + feature]

const struct stm_measure stm_feature_columns[STM_FEATURES + STM_CHANNEL_FEATURES + 1] = {
    [STM_AREA] = {"AreaShape_Area", "px", 0, "number of pixels"},
    [STM_AREA_UM2] = {"AreaShape_Area_um2", "um2", 2,
                      "Area * pixel size squared; empty when the pixel size is unknown"},
    [STM_PERIMETER] =
        {"AreaShape_Perimeter", "px", 3,
         "length of the 4-connected inner border, pixels weighted 1, sqrt 2 or (1 + sqrt 2) / 2 by their "
         "neighbours (Benkrid and Crookes; scikit-image perimeter)"},
    [STM_PERIMETER_CROFTON] =
        {"AreaShape_PerimeterCrofton", "px", 3,
         "pi/4 * (entries along rows + columns + both diagonals / sqrt 2), Crofton's formula in 4 "
         "directions: unbiased, also for small objects"},
    [STM_FORM_FACTOR] =
        {"AreaShape_FormFactor", "", 4,
         "4 * pi * Area / Perimeter^2; above 1 for small round objects; empty without a perimeter"},
    [STM_COMPACTNESS] = {"AreaShape_Compactness", "", 4, "Perimeter^2 / (4 * pi * Area)"},
    [STM_ECCENTRICITY] = {"AreaShape_Eccentricity", "", 4,
                          "sqrt(1 - (MinorAxisLength / MajorAxisLength)^2): 0 = circle, 1 = line"},
    [STM_MAJOR_AXIS] =
        {"AreaShape_MajorAxisLength", "px", 3,
         "4 * sqrt of the larger eigenvalue of the pixel centres' covariance: long axis of the ellipse with "
         "the same second moments"},
    [STM_MINOR_AXIS] = {"AreaShape_MinorAxisLength", "px", 3, "the same with the smaller eigenvalue"},
    [STM_ORIENTATION] = {"AreaShape_Orientation", "deg", 2,
                         "angle from the y axis (down) to the major axis, towards x, -90 to 90; 0 when there "
                         "is no direction"},
    [STM_CONVEX_AREA] = {"AreaShape_ConvexArea", "px", 0,
                         "pixels whose centre is in the convex hull of all pixels' edge midpoints"},
    [STM_SOLIDITY] = {"AreaShape_Solidity", "", 4, "Area / ConvexArea"},
    [STM_EXTENT] = {"AreaShape_Extent", "", 4, "Area / BoundingBoxArea"},
    [STM_EULER_NUMBER] = {"AreaShape_EulerNumber", "", 0, "parts minus holes, 8-connected"},
    [STM_EQUIVALENT_DIAMETER] = {"AreaShape_EquivalentDiameter", "px", 3, "sqrt(4 * Area / pi)"},
    [STM_MIN_FERET] = {"AreaShape_MinFeretDiameter", "px", 3,
                       "smallest distance between two parallel lines that enclose all pixel centres"},
    [STM_MAX_FERET] = {"AreaShape_MaxFeretDiameter", "px", 3, "largest distance between two pixel centres"},
    [STM_MAXIMUM_RADIUS] =
        {"AreaShape_MaximumRadius", "px", 3,
         "largest of the pixels' distances to the nearest pixel outside (exact Euclidean)"},
    [STM_MEAN_RADIUS] = {"AreaShape_MeanRadius", "px", 3, "mean of these distances"},
    [STM_MEDIAN_RADIUS] = {"AreaShape_MedianRadius", "px", 3, "median of these distances"},
    [STM_BOX_AREA] = {"AreaShape_BoundingBoxArea", "px", 0, "pixels of the bounding box"},
    [STM_BOX_X0] = {"AreaShape_BoundingBoxMinimum_X", "px", 0, "leftmost pixel"},
    [STM_BOX_Y0] = {"AreaShape_BoundingBoxMinimum_Y", "px", 0, "topmost pixel"},
    [STM_BOX_X1] = {"AreaShape_BoundingBoxMaximum_X", "px", 0, "rightmost pixel + 1"},
    [STM_BOX_Y1] = {"AreaShape_BoundingBoxMaximum_Y", "px", 0, "lowest pixel + 1"},
    [STM_CENTER_X] = {"Location_Center_X", "px", 3, "mean x of the pixel centres; the top-left pixel's is 0"},
    [STM_CENTER_Y] = {"Location_Center_Y", "px", 3, "mean y of the pixel centres"},
    [STM_MASS_X] = {"Location_CenterMassIntensity_X", "px", 3,
                    "mean x weighted with the nuclei channel's pixel values"},
    [STM_MASS_Y] = {"Location_CenterMassIntensity_Y", "px", 3,
                    "mean y weighted with the nuclei channel's pixel values"},
    [STM_NEIGHBORS] = {"Neighbors_NumberOfNeighbors_Adjacent", "", 0,
                       "other objects that touch it, diagonals included"},
    PER_CHANNEL(STM_INTENSITY_MEAN) = {"Intensity_MeanIntensity_*", "counts", 3, "mean pixel value"},
    PER_CHANNEL(STM_INTENSITY_MEDIAN) = {"Intensity_MedianIntensity_*", "counts", 3, "median pixel value"},
    PER_CHANNEL(STM_INTENSITY_MIN) = {"Intensity_MinIntensity_*", "counts", 3, "smallest pixel value"},
    PER_CHANNEL(STM_INTENSITY_MAX) = {"Intensity_MaxIntensity_*", "counts", 3, "largest pixel value"},
    PER_CHANNEL(STM_INTENSITY_STD) = {"Intensity_StdIntensity_*", "counts", 3,
                                      "standard deviation of the pixel values (divided by n)"},
    PER_CHANNEL(STM_INTENSITY_INTEGRATED) = {"Intensity_IntegratedIntensity_*", "counts", 3,
                                             "sum of the pixel values"},
    PER_CHANNEL(STM_INTENSITY_MEAN_EDGE) = {"Intensity_MeanIntensityEdge_*", "counts", 3,
                                            "mean over pixels with one of 8 neighbours outside the object"},
    PER_CHANNEL(STM_RING_INTENSITY) =
        {"Intensity_RingIntensity_*", "counts", 3,
         "median of the background around the object: a ring that keeps a gap to all objects"},
    PER_CHANNEL(
        STM_RING_MAD) = {"Intensity_RingMAD_*", "counts", 3,
                         "median absolute deviation of the same pixels from their median: local noise"},
};
