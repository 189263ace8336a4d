/* Glyphs of 5 x 7 dots and one below for descenders: ASCII 32 to 126, then the micro sign. A byte is a
 * column, its lowest bit the top dot.
 */
#ifndef STM_SINKS_FONT_H
#define STM_SINKS_FONT_H

#include <stdint.h>

enum { STM_GLYPHS = 96 };
extern const uint8_t stm_font[STM_GLYPHS][5];

#endif
