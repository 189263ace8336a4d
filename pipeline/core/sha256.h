/* SHA-256 (FIPS 180-4) of bytes, pieces and files, as hexadecimal text. */
#ifndef STM_CORE_SHA256_H
#define STM_CORE_SHA256_H

#include "pipeline/core/error.h"

#include <stddef.h>
#include <stdint.h>

enum { STM_SHA256_HEX = 65 }; /* 64 digits and the end */

void stm_sha256_hex(const void *bytes, size_t n, char hex[STM_SHA256_HEX]);

/* The same of pieces: begin, add …, end. The space is the library's; copies go on independently. */
struct stm_sha256 {
    uint64_t space[16];
};
void stm_sha256_begin(struct stm_sha256 *sum);
void stm_sha256_add(struct stm_sha256 *sum, const void *bytes, size_t n);
void stm_sha256_end(struct stm_sha256 *sum, char hex[STM_SHA256_HEX]);

/* Reads the file in pieces. On failure `hex` is empty. */
bool stm_sha256_file(const char *path, char hex[STM_SHA256_HEX], struct stm_error *err);

#endif
