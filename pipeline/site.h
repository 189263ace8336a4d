/* One field of view while it is being worked on: typed slots that stages read and write. */
#ifndef STM_SITE_H
#define STM_SITE_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"
#include "pipeline/record.h"

/* Slots a stage declares in `reads` and `writes`. */
enum stm_slot {
    STM_SLOT_RAW = 1 << 0,        /* plane[c]: pixels as read */
    STM_SLOT_FLAT = 1 << 1,       /* plane[c]: the same planes after illumination correction, in place */
    STM_SLOT_FOREGROUND = 1 << 2, /* mask, confluence */
    STM_SLOT_LABELS = 1 << 3,     /* labels, segments */
    STM_SLOT_OBJECTS = 1 << 4,    /* objects and their columns */
    STM_SLOT_QUALITY = 1 << 5,    /* row.verdict, row.reason, quality columns */
    STM_SLOT_NUCLEI = 1 << 6      /* nuclei */
};

/* What is known of a site before its pixels are read; sizes of all buffers follow from it. */
struct stm_geometry {
    int width, height, channels;
    double pixel_um; /* NaN when unknown */
};

/* What cells cover, in percent of the surface; what is not known is NAN. */
struct stm_confluence {
    double percent, low, high;
    double rounded;   /* under rounded cells */
    double excluded;  /* percent of the image that is no culture surface */
    double threshold; /* classical method: texture that ends bare surface, percent of its light */
    int contrast;     /* classical method: enum stm_cells_contrast as found, else 0 */
};

/* Owned by one worker at a time. Planes and labels are the worker's buffers; lists are in `arena`. */
struct stm_site {
    struct stm_site_row row; /* identity, files, verdict; values point to site_values */
    struct stm_geometry geo;
    struct stm_u16 plane[STM_MAX_CHANNELS]; /* index = channel, as in row.channel; px NULL when missing */
    struct stm_u8 mask;                     /* 255 = foreground */
    struct stm_confluence confluence;
    struct stm_u32 labels;        /* 0 = background, object number otherwise */
    struct stm_segment *segments; /* the labels as runs, raster order; debris included */
    size_t n_segments;
    struct stm_segment *cells; /* bodies of cells, the same way: label = the object they are the body of; */
    size_t n_cells;            /* NULL, 0 unless bodies are stained */
    struct stm_segment
        *nuclei;     /* nuclei imaged beside cells that are found without stain, raster order; NULL, */
    size_t n_nuclei; /* 0 without. label = nucleus 1 … nucleus_count */
    uint32_t nucleus_count;
    uint32_t *twin;             /* twin[i]: the nucleus that may share a cell with nucleus i, 0 = none */
    struct stm_object *objects; /* objects[i].number == i + 1; debris after all others */
    int n_objects;
    double *object_values; /* n_objects x object columns, row major */
    double *site_values;   /* site columns */
    struct stm_arena *arena;
};

/* The first channel with this role whose plane is present, or -1. */
int stm_site_channel(const struct stm_site *site, enum stm_role role);

#endif
