/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/bytes.h"

#include <stdlib.h>
#include <string.h>

uint8_t *stm_bytes_reserve(struct stm_bytes *b, size_t more)
{
    if (b->failed || more > SIZE_MAX / 4 - b->length) {
        b->failed = true;
        return NULL;
    }
    if (b->length + more > b->capacity || !b->data) {
        const size_t grown = b->capacity + b->capacity / 2, needed = b->length + more + 64;
        const size_t capacity = grown > needed ? grown : needed;
        uint8_t *const data = realloc(b->data, capacity);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->capacity = capacity;
    }
    return b->data + b->length;
}

void stm_bytes_add(struct stm_bytes *b, const void *data, size_t n)
{
    uint8_t *const at = stm_bytes_reserve(b, n);
    if (!at || n == 0) return;
    memcpy(at, data, n);
    b->length += n;
}

void stm_bytes_add_u32be(struct stm_bytes *b, uint32_t value)
{
    const uint8_t be[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                           (uint8_t)value};
    stm_bytes_add(b, be, sizeof be);
}

void stm_bytes_free(struct stm_bytes *b)
{
    free(b->data);
    *b = (struct stm_bytes){0};
}
