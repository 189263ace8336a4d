/* Small pictures in indexed colours, drawn the same on every machine: no fonts, no antialiasing. */
#ifndef STM_SINKS_CANVAS_H
#define STM_SINKS_CANVAS_H

#include "kernels/view.h"
#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

/* The palette: greys first, then Okabe and Ito's colours, which people with any kind of colour vision tell
 * apart. */
enum stm_colour {
    STM_GREYS = 64, /* 0 .. 63: black to white */
    STM_BLACK = 0,
    STM_WHITE = STM_GREYS - 1,
    STM_ORANGE = STM_GREYS,
    STM_SKY_BLUE,
    STM_BLUISH_GREEN,
    STM_YELLOW,
    STM_BLUE,
    STM_VERMILLION,
    STM_REDDISH_PURPLE,
    STM_CLEAR, /* see stm_canvas_png */
    STM_PHOTO, /* what `rgb` has there */
    STM_COLOURS
};

struct stm_canvas {
    uint8_t *px;  /* palette indices, row after row */
    uint8_t *rgb; /* of each pixel; NULL unless stm_canvas_photo was called */
    int w, h;
};

/* All `colour`. Free with stm_canvas_destroy. */
bool stm_canvas_create(struct stm_canvas *canvas, int w, int h, int colour, struct stm_error *err);
void stm_canvas_destroy(struct stm_canvas *canvas);

/* Room for pixels in their own colours: STM_PHOTO in px. */
bool stm_canvas_photo(struct stm_canvas *canvas, struct stm_error *err);

/* What lies outside the canvas is cut off. */
void stm_canvas_fill(struct stm_canvas *canvas, int x, int y, int w, int h, int colour);

/* Text in glyphs of 5 x 8 dots, `scale` pixels a dot; 6 * scale from one to the next. Characters other than
 * ASCII and the micro sign are question marks. */
void stm_canvas_text(struct stm_canvas *canvas, int x, int y, int scale, int colour, const char *text);
int stm_canvas_text_width(const char *text, int scale);

/* Appends a PNG; pixel_um as in png_write.h, `clear` when STM_CLEAR is to be seen through (not with
 * photographs). */
bool stm_canvas_png(const struct stm_canvas *canvas, double pixel_um, bool clear, struct stm_bytes *out,
                    struct stm_error *err);

#endif
