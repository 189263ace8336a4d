/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/text.h"
#include "pipeline/io/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

extern const struct stm_format stm_format_tiff, stm_format_png, stm_format_jpeg;

const struct stm_format *const stm_formats[] = {&stm_format_tiff, &stm_format_png, &stm_format_jpeg, NULL};

/* Files that come from microscopes and cameras but are not read: the user learns what to do. */
static const struct {
    size_t at;
    const char *magic;
    size_t n;
    const char *what, *advice;
} known[] = {
    {0, "ZISRAWFILE", 10, "a Zeiss CZI file", "export it as OME-TIFF"},
    {0, "\xda\xce\xbe\x0a", 4, "a Nikon ND2 file", "export it as TIFF"},
    {0, "\x70\x00\x00\x00", 4, "a Leica LIF file", "export it as OME-TIFF"},
    {0, "\xd0\xcf\x11\xe0", 4, "an OLE container (Olympus OIB, Zeiss ZVI, Cellomics C01 …)",
     "export it as TIFF"},
    {0, "\x89HDF", 4, "an HDF5 file (Imaris, BigDataViewer …)", "export it as TIFF"},
    {128, "DICM", 4, "a DICOM file", "export it as TIFF"},
    {0, "SIMPLE  =", 9, "a FITS file", "export it as TIFF"},
    {0, "\x93NUMPY", 6, "a NumPy array", "save it as TIFF"},
    {0, "GIF8", 4, "a GIF picture", "save the original as TIFF or PNG"},
    {0, "BM", 2, "a BMP picture", "save it as TIFF or PNG"},
    {0, "RIFF", 4, "a RIFF file (AVI, WebP …)", "export its pictures as TIFF or PNG"},
    {0, "\0\0\0\x0cjP", 6, "a JPEG 2000 picture", "save it as TIFF"},
    {4, "ftyp", 4, "a video or HEIF picture", "export its pictures as TIFF or PNG"},
    {0, "P5", 2, "a PGM picture", "save it as TIFF or PNG"},
    {0, "P6", 2, "a PPM picture", "save it as TIFF or PNG"},
    {0, "%PDF", 4, "a PDF document", "give the images themselves"},
    {0, "PK\x03\x04", 4, "a ZIP archive", "unpack it first"},
    {0, "\x1f\x8b", 2, "a gzip archive", "unpack it first"},
    {0, "<?xml", 5, "an XML document", "give the image it describes"},
    {0, "<OME", 4, "an OME-XML document", "give the OME-TIFF it describes"},
};

static bool starts(const uint8_t *head, size_t n, size_t at, const char *magic, size_t length)
{
    return at + length <= n && memcmp(head + at, magic, length) == 0;
}

const struct stm_format *stm_format_of(const uint8_t *head, size_t n, struct stm_error *err)
{
    for (int i = 0; stm_formats[i]; i++)
        if (stm_formats[i]->probe(head, n)) return stm_formats[i];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (starts(head, n, known[i].at, known[i].magic, known[i].n)) {
            stm_fail(err, STM_UNSUPPORTED, "is %s, which is not read: %s", known[i].what, known[i].advice);
            return NULL;
        }
    stm_fail(err, STM_BAD_INPUT, "is not a TIFF, PNG or JPEG image (its first bytes are %02x %02x %02x %02x)",
             head[0], n > 1 ? head[1] : 0u, n > 2 ? head[2] : 0u, n > 3 ? head[3] : 0u);
    return NULL;
}

bool stm_format_has_extension(const char *path)
{
    const char *dot = strrchr(stm_text_basename(path), '.');
    for (int i = 0; dot && stm_formats[i]; i++)
        for (const char *p = stm_formats[i]->extensions; *p;) {
            char one[16];
            const size_t n = strcspn(p, " ");
            snprintf(one, sizeof one, "%.*s", (int)n, p);
            if (stm_text_casecmp(dot + 1, one) == 0) return true;
            p += n + (p[n] == ' ');
        }
    return false;
}

bool stm_format_check_size(uint64_t width, uint64_t height, struct stm_error *err)
{
    if (width == 0 || height == 0)
        return stm_fail(err, STM_BAD_INPUT, "has %" PRIu64 " x %" PRIu64 " pixels: the header is damaged",
                        width, height);
    if (width <= STM_IO_MAX_SIDE && height <= STM_IO_MAX_SIDE && width * height <= STM_IO_MAX_PLANE)
        return true;
    return stm_fail(err, STM_NO_MEMORY,
                    "says it has %" PRIu64 " x %" PRIu64 " pixels; at most %d a side and %d in all are read",
                    width, height, STM_IO_MAX_SIDE, STM_IO_MAX_PLANE);
}
