/* What a file format provides, and what it sees of an open image. Adding one: a file with a const descriptor
 * at its end, a row in formats.c, a test. */
#ifndef STM_IO_FORMAT_H
#define STM_IO_FORMAT_H

#include "pipeline/io/image.h"
#include "pipeline/io/input.h"
#include "pipeline/io/metadata.h"
#include "pipeline/io/paint.h"

/* Limits, checked before anything is allocated. */
enum {
    STM_IO_MAX_SIDE = 1 << 20,     /* pixels */
    STM_IO_MAX_PLANE = 0x7fffffff, /* pixels: 4 GiB as 16-bit */
    STM_IO_MAX_BUFFER = 256 << 20, /* bytes of decoded pixels held at once while a plane is read */
    STM_IO_HEAD = 192              /* bytes of a file that a probe sees */
};

struct stm_format;

struct stm_image {
    const struct stm_format *format;
    void *state; /* the format's */
    char *path;  /* as given */
    struct stm_input input;
    struct stm_image_info info;
    struct stm_sample sample; /* set by open */
    bool invert;              /* 0 is white */
    uint16_t *palette; /* red, green, blue tables of 2^bits values each, or one table of greys, or NULL */
    struct stm_metadata metadata;
    struct stm_layout layout;
};

/* Which components make the plane: one, or three beginning with the first. */
struct stm_request {
    int component, parts;
    int z, t;
};

struct stm_format {
    const char *name;       /* as in stm_image_info.format */
    const char *extensions; /* lower case, separated by spaces; for users and for folders, never to decide */
    bool (*probe)(const uint8_t *head, size_t n);
    /* Fills info, sample, metadata and layout. What it allocates goes into state, freed by close even when
     * open failed. */
    bool (*open)(struct stm_image *image, struct stm_error *err);
    /* Hands the plane's pixels to `paint`. Called twice for wide samples. */
    bool (*read)(struct stm_image *image, const struct stm_request *request, struct stm_paint *paint,
                 struct stm_error *err);
    void (*close)(struct stm_image *image);
};

/* In the order in which they are tried; NULL-ended. */
extern const struct stm_format *const stm_formats[];

/* The format that recognises the first bytes; fails with what the file is when that is known. */
const struct stm_format *stm_format_of(const uint8_t *head, size_t n, struct stm_error *err);

/* True when `path` ends in an extension of some format: worth opening when a folder is searched. */
bool stm_format_has_extension(const char *path);

/* Checks width and height against the limits. */
bool stm_format_check_size(uint64_t width, uint64_t height, struct stm_error *err);

/* Adds a sentence to the remark, once. */
void stm_remark(struct stm_image *image, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
