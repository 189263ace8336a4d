/* Features of one object: what they see of it, and the columns they fill. Everything is counted in integers
 * over the object's runs or over a bitmap of it; one division comes at the end, so results are the same on
 * every machine. */
#ifndef STM_FEATURE_H
#define STM_FEATURE_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"
#include "pipeline/record.h"

struct stm_kernels;

/* Columns of stm_feature_columns that exist once per object, in its order. */
enum stm_feature {
    STM_AREA,
    STM_AREA_UM2,
    STM_PERIMETER,
    STM_PERIMETER_CROFTON,
    STM_FORM_FACTOR,
    STM_COMPACTNESS,
    STM_ECCENTRICITY,
    STM_MAJOR_AXIS,
    STM_MINOR_AXIS,
    STM_ORIENTATION,
    STM_CONVEX_AREA,
    STM_SOLIDITY,
    STM_EXTENT,
    STM_EULER_NUMBER,
    STM_EQUIVALENT_DIAMETER,
    STM_MIN_FERET,
    STM_MAX_FERET,
    STM_MAXIMUM_RADIUS,
    STM_MEAN_RADIUS,
    STM_MEDIAN_RADIUS,
    STM_BOX_AREA,
    STM_BOX_X0,
    STM_BOX_Y0,
    STM_BOX_X1,
    STM_BOX_Y1,
    STM_CENTER_X,
    STM_CENTER_Y,
    STM_MASS_X,
    STM_MASS_Y,
    STM_NEIGHBORS,
    STM_FEATURES
};

/* Columns that exist once per channel. */
enum stm_channel_feature {
    STM_INTENSITY_MEAN,
    STM_INTENSITY_MEDIAN,
    STM_INTENSITY_MIN,
    STM_INTENSITY_MAX,
    STM_INTENSITY_STD,
    STM_INTENSITY_INTEGRATED,
    STM_INTENSITY_MEAN_EDGE,
    STM_RING_INTENSITY,
    STM_RING_MAD,
    STM_CHANNEL_FEATURES
};

extern const struct stm_measure stm_feature_columns[STM_FEATURES + STM_CHANNEL_FEATURES + 1];

/* Bits of a box of pixels with a border of one empty pixel all round: pixel (x, y) of the box is bit
 * (x + 1) % 64 of word[(y + 1) * words + (x + 1) / 64]. */
struct stm_bits {
    uint64_t *word;
    int words, rows;
};

/* One object. `run` are its runs in raster order, in image coordinates; bitmaps are in its bounding box. */
struct stm_blob {
    const struct stm_segment *run;
    size_t n_runs;
    int x0, y0, x1, y1; /* bounding box, maximum exclusive */
    uint64_t area;
    struct stm_bits body;   /* all of it */
    struct stm_bits border; /* pixels with one of 4 neighbours outside */
    struct stm_bits edge;   /* pixels with one of 8 neighbours outside */
};

/* Pixels of the image that sample the background around an object. */
enum { STM_RING_SAMPLES = 512 };
struct stm_ring {
    int n;
    int32_t x[STM_RING_SAMPLES], y[STM_RING_SAMPLES];
};

/* Every pixel at most `gap` (chessboard distance) from any run, as bits: pixel (x, y) is bit x % 64 of
 * word[y * words + x / 64]. */
struct stm_cover {
    const uint64_t *word;
    int words, w, h;
};

/* Fills box, area and bitmaps of `blob` from its runs. False when `arena` is too small, like all below. */
bool stm_blob_make(struct stm_blob *blob, struct stm_arena *arena, struct stm_error *err);

/* Each fills its columns of value[STM_FEATURES]. pixel_um may be NaN. */
void stm_feature_moments(const struct stm_blob *blob, double pixel_um, double *value);
void stm_feature_outline(const struct stm_blob *blob, double *value);
bool stm_feature_hull(const struct stm_blob *blob, struct stm_arena *arena, double *value,
                      struct stm_error *err);
bool stm_feature_radius(const struct stm_blob *blob, const struct stm_kernels *kernels,
                        struct stm_arena *arena, double *value, struct stm_error *err);
void stm_feature_mass(const struct stm_blob *blob, struct stm_cu16 plane, double *value);

/* Touching objects: counts[i] = how many others touch object i + 1, diagonals included. */
bool stm_feature_neighbors(const struct stm_segment *runs, size_t n_runs, uint32_t *counts, int n_objects,
                           struct stm_arena *arena, struct stm_error *err);

/* Each fills its columns of value[STM_CHANNEL_FEATURES], in pixel values. */
bool stm_feature_intensity(const struct stm_blob *blob, struct stm_cu16 plane,
                           const struct stm_kernels *kernels, struct stm_arena *arena, double *value,
                           struct stm_error *err);
bool stm_cover_make(struct stm_cover *cover, const struct stm_segment *runs, size_t n_runs, int w, int h,
                    int gap, struct stm_arena *arena, struct stm_error *err);
bool stm_ring_make(struct stm_ring *ring, const struct stm_blob *blob, const struct stm_cover *cover,
                   int reach, struct stm_arena *arena, struct stm_error *err);
void stm_feature_ring(const struct stm_ring *ring, struct stm_cu16 plane, const struct stm_kernels *kernels,
                      double *value);

#endif
