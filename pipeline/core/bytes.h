/* Bytes that grow: what encoders write into, for a file or to be embedded elsewhere. */
#ifndef STM_CORE_BYTES_H
#define STM_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start from {0}. `failed` is set, and stays set, once memory ran out. Thread-safety: one per thread. */
struct stm_bytes {
    uint8_t *data;
    size_t length, capacity;
    bool failed;
};

/* Makes room for `more` bytes after `length` and returns where they go (NULL when out of memory); the caller
 * adds what it wrote to `length`. */
uint8_t *stm_bytes_reserve(struct stm_bytes *b, size_t more);
void stm_bytes_add(struct stm_bytes *b, const void *data, size_t n);
void stm_bytes_add_u32be(struct stm_bytes *b, uint32_t value);
void stm_bytes_free(struct stm_bytes *b);

#endif
