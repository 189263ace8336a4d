/* A TIFF file as an image: state shared by tiff_open.c and tiff_read.c. */
#ifndef STM_IO_TIFF_IMAGE_H
#define STM_IO_TIFF_IMAGE_H

#include "pipeline/io/format.h"
#include "pipeline/io/tiff.h"
#include "pipeline/io/tiff_pages.h"

struct stm_tiff_image {
    struct stm_tiff_file *tiff;
    struct stm_tiff_pages pages;
    struct stm_tiff_tags tags; /* of the first plane; all planes agree in what matters */
    int *plane;                /* pages like the first one: thumbnails and masks are left out */
    int planes;
    bool stack; /* layout.page counts planes that lie one after the other behind a single page (big ImageJ
                   files, MetaMorph STK) */
    uint64_t stack_step; /* bytes from one to the next */
};

/* Says what the pages are; `text` is the first plane's ImageDescription. */
bool stm_tiff_describe(struct stm_image *image, const char *text, struct stm_error *err);

/* The steps of it: channels of a page; pages as time points because nothing says what they are; as OME-XML
 * says. */
int stm_tiff_components(const struct stm_image *image, const struct stm_tiff_tags *tags);
bool stm_tiff_guess(struct stm_image *image, struct stm_error *err);
bool stm_tiff_use_ome(struct stm_image *image, const char *text, struct stm_error *err);

/* Hands the pixels of a plane to `paint`. */
bool stm_tiff_read(struct stm_image *image, const struct stm_request *request, struct stm_paint *paint,
                   struct stm_error *err);

#endif
