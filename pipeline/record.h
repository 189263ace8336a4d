/* Rows of results, as the run hands them to the sinks: one per object, site and well, in plate order.
 * Columns are descriptors; a row is an array of doubles in the order of its columns (NaN = not measured). */
#ifndef STM_RECORD_H
#define STM_RECORD_H

#include "pipeline/role.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One column. Tables of them end with a NULL name. Where columns X_Low and X_High stand beside X, they are
 * the ends of its 95 % interval; X_WithRejected is X with the rejected fields counted too. Reports show them
 * together. */
struct stm_measure {
    const char
        *name; /* CellProfiler's name where it has one; a trailing "_*" is replaced by each channel's name */
    const char *unit; /* "px", "um2", "counts", "%", "1/mm2", "" */
    int decimals;     /* digits after the point wherever it is written; decisions use the value rounded so */
    const char *help; /* definition in one line, with its formula */
};

enum { STM_COLUMN_NAME = 64, STM_NAME = 96, STM_REASON = 256 };

struct stm_column {
    char name[STM_COLUMN_NAME];
    const struct stm_measure *measure;
};

struct stm_columns {
    struct stm_column *column;
    int n;
};

/* Index of the column called `name`, -1 when there is none. */
int stm_columns_find(const struct stm_columns *columns, const char *name);

enum stm_class {
    STM_CLASS_NONE,
    STM_CLASS_LIVE,
    STM_CLASS_DEAD,
    STM_CLASS_AMBIGUOUS,
    STM_CLASS_DEBRIS,
    STM_CLASS_SPINDLE, /* shapes of adherent cells: these and the ones above never stand together */
    STM_CLASS_POLYGONAL,
    STM_CLASS_FLAT,
    STM_CLASS_ROUNDED,
    STM_CLASSES
};
const char *stm_class_name(enum stm_class class); /* "", "live", …, "flat", "rounded" */

struct stm_object {
    uint32_t number; /* 1-based in its site; the value in the label image (debris: not in the label image) */
    uint8_t class;   /* enum stm_class */
    uint8_t counted; /* 0 = outside the counting frame, cut by it, or outside the area */
    int32_t x0, y0, x1, y1; /* bounding box, maximum exclusive */
    double cx, cy;          /* centroid; the centre of the top-left pixel is (0, 0) */
};

/* In a list of nuclei: of no cell. */
enum { STM_BARE = INT32_MAX };

enum stm_verdict { STM_VERDICT_OK, STM_VERDICT_WARN, STM_VERDICT_REJECTED, STM_VERDICT_FAILED, STM_VERDICTS };
const char *stm_verdict_name(enum stm_verdict verdict); /* "ok", "warn", "rejected", "failed" */

struct stm_channel {
    enum stm_role role;
    char name[STM_NAME];  /* what columns are named after: the role's name, or the stain's when a role repeats
                           */
    const char *file;     /* path as found; NULL when missing */
    int plane;            /* which plane of the file */
    int true_bits;        /* bit depth the pixels really use */
    double scale, offset; /* stored value = offset + scale * pixel */
};

/* One field of view. Text belongs to the run and lives as long as the callback. */
struct stm_site_row {
    int image_number; /* 1-based, plate order */
    char plate[STM_NAME], well[8], site[STM_NAME];
    char stem[STM_NAME * 2]; /* names of its files in labels/ and overlays/, unique in the run */
    int row, col;            /* 0-based; -1 when the well is "-" */
    int timepoint;           /* -1 when there is none */
    int width, height;
    double pixel_um; /* NaN when unknown */
    int channels;
    struct stm_channel channel[STM_MAX_CHANNELS];
    enum stm_verdict verdict;
    char reason[STM_REASON];     /* why not ok, in words; sentences joined by "; " */
    const char *const *metadata; /* what the sample sheet says, in the order of stm_run_info.metadata */
    const double *values;        /* site columns */
    const struct stm_object *objects;
    const double *object_values; /* n_objects rows of object columns */
    int n_objects;
};

/* Pixels of the field in which objects are counted: column Counted_Area where it is filled, else all. */
double stm_row_counted_area(const struct stm_site_row *row, const struct stm_columns *site_columns);

/* Raises the verdict to at least `verdict` and adds a sentence to the reason; what no longer fits is dropped.
 */
void stm_row_flag(struct stm_site_row *row, enum stm_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct stm_well_row {
    char plate[STM_NAME], well[8];
    int row, col;
    int sites, sites_used; /* fields of view found, and those that count */
    enum stm_verdict verdict;
    char reason[STM_REASON];
    const char *const *metadata; /* as in stm_site_row */
    const double *values;        /* well columns */
};

#endif
