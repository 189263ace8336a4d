/* What microscope programs put into TIFF tags of their own: MetaMorph, MetaXpress, NIS-Elements, Zeiss LSM,
 * Micro-Manager. Fields that a file does not have stay as they are. */
#ifndef STM_IO_VENDOR_H
#define STM_IO_VENDOR_H

#include "pipeline/io/metadata.h"
#include "pipeline/io/tiff_pages.h"

/* A file whose first plane is page `page`. */
struct stm_vendor_file {
    const struct stm_tiff_pages *pages;
    const struct stm_input *input;
    int page;
};

/* How many planes there are, and what they are; 0 = not said. */
struct stm_vendor_axes {
    int z, t;
    bool stack; /* one behind the other behind the first page's pixels */
};

/* Calls the readers below for the private tags that are there. */
void stm_vendor_read(const struct stm_vendor_file *file, struct stm_metadata *about,
                     struct stm_vendor_axes *axes);

/* The XML that MetaXpress and MetaMorph 7.5 put into ImageDescription: <MetaData><prop id= value=>. False
 * when the text is something else. */
bool stm_metaxpress_parse(struct stm_metadata *about, const char *text);

#endif
