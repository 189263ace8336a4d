/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/sample.h"

#include <math.h>
#include <string.h>

bool stm_sample_is_narrow(struct stm_sample sample)
{
    return sample.kind != STM_SAMPLE_FLOAT && sample.bits <= 16;
}

static bool is_packed(int bits)
{
    return !(bits == 8 || bits == 16 || bits == 24 || bits == 32 || bits == 64);
}

/* `bits` bits (1 to 64) that begin `at` bits after `p`, most significant first. */
static uint64_t packed_bits(const uint8_t *p, size_t at, int bits)
{
    uint64_t value = 0;
    for (int left = bits; left > 0;) {
        const int here = 8 - (int)(at % 8), take = here < left ? here : left;
        const unsigned byte = (unsigned)(p[at / 8] & (0xffu >> (8 - here))) >> (here - take);
        value = value << take | byte;
        at += (size_t)take;
        left -= take;
    }
    return value;
}

#define LOAD_LOOP(type, expression)                                                                          \
    for (int i = 0; i < n; i++) {                                                                            \
        type v;                                                                                              \
        memcpy(&v, p + (size_t)i * step, sizeof v);                                                          \
        out[i] = (expression);                                                                               \
    }

void stm_sample_u16(struct stm_sample sample, struct stm_sample_row from, int n, uint16_t *out)
{
    const uint8_t *p = from.row + from.first / 8;
    const size_t step = from.step / 8;
    const uint16_t flip = (uint16_t)(sample.kind == STM_SAMPLE_INT ? 1u << (sample.bits - 1) : 0u);
    if (sample.bits == 8 && step == 1) {
        for (int i = 0; i < n; i++)
            out[i] = (uint16_t)(p[i] ^ flip);
    } else if (sample.bits == 8 && step == 3) { /* one of three colours: a step known here costs a third */
        for (int i = 0; i < n; i++)
            out[i] = (uint16_t)(p[3 * (size_t)i] ^ flip);
    } else if (sample.bits == 8 && step == 4) { /* or of four */
        for (int i = 0; i < n; i++)
            out[i] = (uint16_t)(p[4 * (size_t)i] ^ flip);
    } else if (sample.bits == 8) {
        LOAD_LOOP(uint8_t, (uint16_t)(v ^ flip))
    } else if (sample.bits == 16) {
        LOAD_LOOP(uint16_t, (uint16_t)(v ^ flip))
    } else {
        for (int i = 0; i < n; i++)
            out[i] =
                (uint16_t)(packed_bits(from.row, from.first + (size_t)i * from.step, sample.bits) ^ flip);
    }
}

static int64_t sign_extended(uint64_t raw, int bits)
{
    const uint64_t top = (uint64_t)1 << (bits - 1);
    const uint64_t wide = (raw ^ top) - top;
    int64_t value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

/* IEEE-like floats with `exponent` and `mantissa` bits below a sign bit: 16-bit halves (5, 10) and the 24-bit
 * floats of TIFF (7, 16). */
static double small_float(uint64_t raw, int exponent, int mantissa)
{
    const int e = (int)(raw >> mantissa) & ((1 << exponent) - 1), bias = (1 << (exponent - 1)) - 1;
    const double m = (double)(raw & (((uint64_t)1 << mantissa) - 1)),
                 sign = raw >> (exponent + mantissa) & 1 ? -1 : 1;
    const double one = (double)((uint64_t)1 << mantissa);
    if (e == (1 << exponent) - 1) return m != 0 ? (double)NAN : sign * (double)INFINITY;
    if (e == 0) return sign * ldexp(m / one, 1 - bias);
    return sign * ldexp(1 + m / one, e - bias);
}

static uint64_t load_24(const uint8_t *p)
{
    uint32_t probe = 1;
    uint8_t first;
    memcpy(&first, &probe, 1);
    return first ? (uint64_t)(p[0] | p[1] << 8 | p[2] << 16) : (uint64_t)(p[2] | p[1] << 8 | p[0] << 16);
}

static uint64_t load_raw(struct stm_sample_row from, int i, int bits)
{
    const size_t at = from.first + (size_t)i * from.step;
    uint16_t v16;
    if (is_packed(bits)) return packed_bits(from.row, at, bits);
    if (bits == 24) return load_24(from.row + at / 8);
    memcpy(&v16, from.row + at / 8, sizeof v16);
    return v16;
}

static double raw_value(struct stm_sample sample, uint64_t raw)
{
    if (sample.kind == STM_SAMPLE_UINT) return (double)raw;
    if (sample.kind == STM_SAMPLE_INT) return (double)sign_extended(raw, sample.bits);
    return sample.bits == 16 ? small_float(raw, 5, 10) : small_float(raw, 7, 16);
}

void stm_sample_f64(struct stm_sample sample, struct stm_sample_row from, int n, double *out)
{
    const uint8_t *p = from.row + from.first / 8;
    const size_t step = from.step / 8;
    if (stm_sample_is_narrow(sample)) {
        const double shift = sample.kind == STM_SAMPLE_INT ? (double)(1u << (sample.bits - 1)) : 0;
        uint16_t one;
        for (int i = 0; i < n; i++) {
            stm_sample_u16(sample,
                           (struct stm_sample_row){from.row, from.first + (size_t)i * from.step, from.step},
                           1, &one);
            out[i] = one - shift;
        }
    } else if (sample.bits == 32 && sample.kind == STM_SAMPLE_FLOAT) {
        LOAD_LOOP(float, (double)v)
    } else if (sample.bits == 64 && sample.kind == STM_SAMPLE_FLOAT) {
        LOAD_LOOP(double, v)
    } else if (sample.bits == 32 && sample.kind == STM_SAMPLE_UINT) {
        LOAD_LOOP(uint32_t, (double)v)
    } else if (sample.bits == 32) {
        LOAD_LOOP(int32_t, (double)v)
    } else if (sample.bits == 64 && sample.kind == STM_SAMPLE_UINT) {
        LOAD_LOOP(uint64_t, (double)v)
    } else if (sample.bits == 64) {
        LOAD_LOOP(int64_t, (double)v)
    } else {
        for (int i = 0; i < n; i++)
            out[i] = raw_value(sample, load_raw(from, i, sample.bits));
    }
}
