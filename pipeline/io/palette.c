/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/palette.h"

#include <stdlib.h>
#include <string.h>

/* Every entry has equal red, green and blue. */
static bool is_grey(const uint16_t *rgb, size_t n)
{
    return memcmp(rgb, rgb + n, n * sizeof *rgb) == 0 && memcmp(rgb, rgb + 2 * n, n * sizeof *rgb) == 0;
}

/* Every component rises in proportion to the index: a fluorescence image dyed for the eye. Two steps of
 * rounding are tolerated; below 16 entries a palette is a drawing's. */
static bool is_dye(const uint16_t *rgb, size_t n)
{
    bool any = false;
    for (size_t i = 0; n >= 16 && i < 3 * n; i++) {
        const long top = rgb[i / n * n + n - 1], expected = top * (long)(i % n) / (long)(n - 1);
        if (labs(rgb[i] - expected) > 2) return false;
        any = any || top >= 128;
    }
    return any;
}

static void drop(struct stm_image *image, const char *why)
{
    free(image->palette);
    image->palette = NULL;
    stm_remark(image, "%s: the indices are the values", why);
}

void stm_palette_adopt(struct stm_image *image, uint16_t *rgb, bool indices_measure)
{
    const size_t n = (size_t)1 << image->sample.bits;
    image->palette = rgb;
    if (indices_measure)
        drop(image, "its colour table is for display");
    else if (is_grey(rgb, n))
        image->info.colour = false;
    else if (is_dye(rgb, n))
        drop(image, "its palette only dyes grey levels");
    else
        image->info.colour = true;
}
