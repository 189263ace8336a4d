/* Palettes: grey ones are looked up, ones that only dye grey levels are dropped, the rest are colour
 * pictures. */
#ifndef STM_IO_PALETTE_H
#define STM_IO_PALETTE_H

#include "pipeline/io/format.h"

/* `rgb`: red, green and blue of 2^bits entries, 0 to 255 each, one table after the other; the image takes it
 * over (or frees it). `indices_measure`: the program that wrote the file means the indices, whatever their
 * colours are. Sets image->palette and info.colour, adds a remark when the palette is dropped. */
void stm_palette_adopt(struct stm_image *image, uint16_t *rgb, bool indices_measure);

#endif
