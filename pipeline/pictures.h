/* 8-bit pictures of a site's channels for the sinks that draw. */
#ifndef STM_PICTURES_H
#define STM_PICTURES_H

#include "pipeline/sink.h"
#include "pipeline/site.h"

struct stm_kernels;

/* Fills pixels->preview and shrink, and `full` when wanted; the pictures are taken from site->arena, which
 * also needs room for stm_pictures_scratch. The contrast runs from the 5th to the 99.8th percentile of the
 * plane, but spans at least eight times the distance between its 5th and 25th percentiles (about eight
 * standard deviations of the background), so that an empty channel stays dark. Transmitted light: from the
 * 0.2nd to the 99.8th,
 * the same for all colours of a picture. */
bool stm_pictures(const struct stm_kernels *k, const struct stm_site *site, struct stm_site_pixels *pixels,
                  bool full, struct stm_error *err);
size_t stm_pictures_scratch(void);

#endif
