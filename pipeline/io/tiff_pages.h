/* The chain of pages of a TIFF file, walked without decoding them, so that its length and loops are bounded
 * by the file's size. */
#ifndef STM_IO_TIFF_PAGES_H
#define STM_IO_TIFF_PAGES_H

#include "pipeline/io/input.h"

/* What is needed to tell planes from thumbnails. Zero when a page does not say. */
struct stm_tiff_ifd {
    uint64_t offset; /* of its directory */
    uint32_t width, height, subfile, samples, bits;
};

struct stm_tiff_pages {
    bool big, swapped; /* BigTIFF; byte order is not this machine's */
    struct stm_tiff_ifd *page;
    int n;
    char broken[128]; /* why the chain ended early, empty when it did not */
};

/* One entry of a directory; `value` is where its value is in the file. */
struct stm_tiff_entry {
    uint16_t tag, type;
    uint64_t count, value;
};

enum { STM_TIFF_MAX_PAGES = 1 << 16 };

/* At least one page, or it fails. */
bool stm_tiff_pages_read(struct stm_tiff_pages *pages, const struct stm_input *input, struct stm_error *err);
void stm_tiff_pages_free(struct stm_tiff_pages *pages);

/* The entry with this tag of page i; false when it has none. For private tags. */
bool stm_tiff_pages_find(const struct stm_tiff_pages *pages, const struct stm_input *input, int i,
                         uint16_t tag, struct stm_tiff_entry *entry);

/* Unsigned integer of 2, 4 or 8 bytes in the file's byte order. */
uint64_t stm_tiff_number(const struct stm_tiff_pages *pages, const void *bytes, int size);

#endif
