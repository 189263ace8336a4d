/* OME-XML: what one file of an OME-TIFF set holds. Schemas 2008 to 2016-06. */
#ifndef STM_IO_OMEXML_H
#define STM_IO_OMEXML_H

#include "pipeline/io/metadata.h"

/* `count` pages from `ifd` on hold planes from (c, z, t) on; -1 = not said. */
struct stm_ome_data {
    int c, z, t, ifd, count;
};

struct stm_ome {
    int images;                 /* in the document; the rest is about the first one that is in this file */
    int width, height, c, z, t; /* c counts samples */
    int samples;                /* of a channel: 3 for RGB */
    int channels;               /* Channel elements */
    char order[4];              /* fastest axis first: "CZT" */
    struct stm_ome_data *data;  /* blocks in this file */
    int n_data;
    bool elsewhere;            /* some blocks are in other files */
    char companion[256];       /* name of the file that has the metadata (BinaryOnly), else empty */
    struct stm_metadata about; /* pixel size, significant bits, names, plate, well */
};

/* `file_name` without folders tells which blocks are in this file. False when it is not well-formed XML or
 * memory ran out; `why` says what is wrong. Free in any case. */
bool stm_ome_parse(struct stm_ome *ome, const char *text, size_t n, const char *file_name, char *why,
                   size_t why_size);
void stm_ome_free(struct stm_ome *ome);

/* True when the text begins like an OME-XML document. */
bool stm_ome_is(const char *text);

#endif
