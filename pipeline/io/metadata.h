/* What files say about themselves besides their pixels: axes, pixel size, names. */
#ifndef STM_IO_METADATA_H
#define STM_IO_METADATA_H

#include "pipeline/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STM_METADATA_NAMES = 64, STM_METADATA_NAME = 96 }; /* channels with a name, bytes of a name */

struct stm_metadata {
    double pixel_um; /* NaN when unknown */
    int declared_bits;
    char plate[96], well[8];
    int names; /* entries of `name` in use */
    char name[STM_METADATA_NAMES][STM_METADATA_NAME];
};

void stm_metadata_begin(struct stm_metadata *metadata);
void stm_metadata_name(struct stm_metadata *metadata, int channel, const char *name);

/* Micrometres in one `unit` ("um", "µm", "micron", "nm", "mm", "cm", "inch" …); NaN when it is not a length.
 */
double stm_metadata_unit_um(const char *unit);

/* `um` when a microscope camera could have pixels of that size, else NaN. */
double stm_metadata_plausible_um(double um);

/* From dots per inch (unit_um 25400) or per centimetre (10000): NaN for values that are what printers and
 * screens use, and for sizes that are not plausible. */
double stm_metadata_resolution_um(double dots, double unit_um);

/* Where the planes are: the page of group c (the channels of a page belong together), plane z and time point
 * t. */
struct stm_layout {
    int groups, z, t;
    int components; /* channels a page holds */
    bool guessed;   /* nothing says what the pages are */
    int32_t *page;  /* [(t * z_n + z) * groups + c], -1 = not in this file */
};

/* One plane of a file. */
struct stm_place {
    int c, z, t, page;
};

/* Lays out the planes in `places`; coordinates that do not occur are closed up, so that a file with channel 2
 * of 3 has one channel. `places` is changed: coordinates become the new ones. Fails when they do not make a
 * grid. */
bool stm_layout_places(struct stm_layout *layout, struct stm_place *places, int n, int components,
                       struct stm_error *err);

/* The first c * z * t (each at least 1) of `pages` in order; `order` names the axes, fastest first, of "CZT".
 */
bool stm_layout_in_order(struct stm_layout *layout, const int *pages, const int size[3], const char *order,
                         int components, struct stm_error *err);
void stm_layout_free(struct stm_layout *layout);

#endif
