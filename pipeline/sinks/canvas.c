/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/canvas.h"

#include "pipeline/io/png_write.h"
#include "pipeline/sinks/font.h"

#include <stdlib.h>
#include <string.h>

bool stm_canvas_create(struct stm_canvas *canvas, int w, int h, int colour, struct stm_error *err)
{
    *canvas = (struct stm_canvas){.px = malloc((size_t)w * (size_t)h), .w = w, .h = h};
    if (!canvas->px) return stm_fail(err, STM_NO_MEMORY, "no memory for a picture of %d x %d pixels", w, h);
    memset(canvas->px, colour, (size_t)w * (size_t)h);
    return true;
}

bool stm_canvas_photo(struct stm_canvas *canvas, struct stm_error *err)
{
    if (!canvas->rgb) canvas->rgb = calloc((size_t)canvas->w * (size_t)canvas->h, 3);
    return canvas->rgb || stm_fail(err, STM_NO_MEMORY, "no memory for a picture of %d x %d pixels in colour",
                                   canvas->w, canvas->h);
}

void stm_canvas_destroy(struct stm_canvas *canvas)
{
    free(canvas->px);
    free(canvas->rgb);
    *canvas = (struct stm_canvas){0};
}

void stm_canvas_fill(struct stm_canvas *canvas, int x, int y, int w, int h, int colour)
{
    const int x0 = x < 0 ? 0 : x, x1 = x + w > canvas->w ? canvas->w : x + w;
    const int y0 = y < 0 ? 0 : y, y1 = y + h > canvas->h ? canvas->h : y + h;
    for (int row = y0; row < y1 && x0 < x1; row++)
        memset(canvas->px + (size_t)row * (size_t)canvas->w + x0, colour, (size_t)(x1 - x0));
}

/* The next character's glyph; moves on by its UTF-8 bytes. */
static const uint8_t *next_glyph(const char **text)
{
    const unsigned char *const p = (const unsigned char *)*text;
    int n = 1;
    while ((p[n] & 0xc0) == 0x80)
        n++;
    *text += n;
    const bool micro = (p[0] == 0xc2 && p[1] == 0xb5) || (p[0] == 0xce && p[1] == 0xbc); /* both in use */
    if (micro) return stm_font[STM_GLYPHS - 1];
    return stm_font[(p[0] >= 32 && p[0] < 127 ? p[0] : '?') - 32];
}

void stm_canvas_text(struct stm_canvas *canvas, int x, int y, int scale, int colour, const char *text)
{
    for (; *text; x += 6 * scale) {
        const uint8_t *const glyph = next_glyph(&text);
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < 8; j++)
                if (glyph[i] >> j & 1)
                    stm_canvas_fill(canvas, x + i * scale, y + j * scale, scale, scale, colour);
    }
}

int stm_canvas_text_width(const char *text, int scale)
{
    int n = 0;
    for (; *text; n++)
        next_glyph(&text);
    return n ? (6 * n - 1) * scale : 0;
}

static void make_palette(uint8_t (*palette)[3])
{
    static const uint8_t colours[STM_COLOURS - STM_GREYS][3] = {{230, 159, 0},  {86, 180, 233}, {0, 158, 115},
                                                                {240, 228, 66}, {0, 114, 178},  {213, 94, 0},
                                                                {204, 121, 167}};
    for (int i = 0; i < STM_GREYS; i++)
        memset(palette[i], (i * 255 + (STM_GREYS - 1) / 2) / (STM_GREYS - 1), 3);
    memcpy(palette[STM_GREYS], colours, sizeof colours);
}

/* What was drawn over the photograph goes into it. */
static bool photo_png(const struct stm_canvas *canvas, const uint8_t (*palette)[3], double pixel_um,
                      struct stm_bytes *out, struct stm_error *err)
{
    const size_t n = (size_t)canvas->w * (size_t)canvas->h;
    for (size_t i = 0; i < n; i++)
        if (canvas->px[i] != STM_PHOTO) memcpy(canvas->rgb + 3 * i, palette[canvas->px[i]], 3);
    const struct stm_png png = {.kind = STM_PNG_RGB,
                                .px = {canvas->rgb, 3 * canvas->w, 3 * canvas->w, canvas->h},
                                .pixel_um = pixel_um};
    return stm_png_encode(out, &png, err);
}

bool stm_canvas_png(const struct stm_canvas *canvas, double pixel_um, bool clear, struct stm_bytes *out,
                    struct stm_error *err)
{
    uint8_t palette[STM_COLOURS][3] = {{0}}, opacity[STM_COLOURS];
    make_palette(palette);
    if (canvas->rgb) return photo_png(canvas, (const uint8_t(*)[3])palette, pixel_um, out, err);
    memset(opacity, 255, sizeof opacity);
    opacity[STM_CLEAR] = 0;
    const struct stm_png png = {.kind = STM_PNG_PALETTE,
                                .px = {canvas->px, canvas->w, canvas->w, canvas->h},
                                .palette = (const uint8_t(*)[3])palette,
                                .colours = STM_COLOURS,
                                .opacity = clear ? opacity : NULL,
                                .pixel_um = pixel_um};
    return stm_png_encode(out, &png, err);
}
