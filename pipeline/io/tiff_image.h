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
    int *plane;                /* which page each plane is: thumbnails and masks are left out */
    int planes;
    bool stack; /* planes lie one after the other behind a single page (big ImageJ files, MetaMorph STK) */
    uint64_t stack_step; /* bytes from one to the next */
};

/* Hands the pixels of plane `plane` of the file to `paint`. */
bool stm_tiff_read(struct stm_image *image, const struct stm_request *request, struct stm_paint *paint,
                   struct stm_error *err);

#endif
