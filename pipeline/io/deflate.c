/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/deflate.h"

#include <libdeflate.h>

bool stm_deflate(struct stm_bytes *out, const void *data, size_t n, int level, struct stm_error *err)
{
    struct libdeflate_compressor *const c = libdeflate_alloc_compressor(level);
    if (!c) return stm_fail(err, STM_NO_MEMORY, "no memory to compress %zu bytes at level %d", n, level);
    const size_t bound = libdeflate_zlib_compress_bound(c, n);
    uint8_t *const at = stm_bytes_reserve(out, bound);
    const size_t packed = at ? libdeflate_zlib_compress(c, data, n, at, bound) : 0;
    libdeflate_free_compressor(c);
    if (!packed) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu compressed bytes", bound);
    out->length += packed;
    return true;
}

uint32_t stm_crc32(uint32_t crc, const void *data, size_t n)
{
    return libdeflate_crc32(crc, data, n);
}
