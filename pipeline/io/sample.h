/* Stored samples of any width and kind, a row at a time. */
#ifndef STM_IO_SAMPLE_H
#define STM_IO_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stm_sample_kind { STM_SAMPLE_UINT, STM_SAMPLE_INT, STM_SAMPLE_FLOAT };

struct stm_sample {
    enum stm_sample_kind kind;
    int bits; /* 1 to 64; floats 16, 24, 32, 64 */
};

/* Integers that fit 16 bits as they are, or after adding 2^(bits - 1). */
bool stm_sample_is_narrow(struct stm_sample sample);

/* Where a row of samples is: the first one begins `first` bits after `row`, the next ones every `step` bits.
 * Samples of 8, 16, 24, 32 and 64 bits begin on a byte and are in the machine's byte order; all others are
 * packed, most significant bit first, and no byte beyond the last one's is touched. */
struct stm_sample_row {
    const uint8_t *row;
    size_t first, step;
};

/* Narrow samples; signed ones get 2^(bits - 1) added. */
void stm_sample_u16(struct stm_sample sample, struct stm_sample_row from, int n, uint16_t *out);

/* Any sample as a double: exact up to 53 bits, then rounded to nearest. */
void stm_sample_f64(struct stm_sample sample, struct stm_sample_row from, int n, double *out);

#endif
