/* zlib streams in memory. The only place that calls libdeflate. */
#ifndef STM_IO_DEFLATE_H
#define STM_IO_DEFLATE_H

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

/* Appends `n` bytes as one zlib stream; level 0 (stored) to 12. The bytes may differ between versions of the
 * library, what they unpack to may not. */
bool stm_deflate(struct stm_bytes *out, const void *data, size_t n, int level, struct stm_error *err);

/* CRC-32 of PNG and gzip, continued from `crc` (0 to start). */
uint32_t stm_crc32(uint32_t crc, const void *data, size_t n);

#endif
