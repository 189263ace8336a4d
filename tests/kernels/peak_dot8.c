/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/kernels/peak_dot8.h"

#include <stdint.h>
#include <stdlib.h>

#if defined __x86_64__
#include <immintrin.h>

static volatile int32_t sink; /* so that the loops have a purpose */

/* Runs of RUN products, as long as those of trained weights usually are, are added in 16 bits: the
 * instructions of kernels/tmpl/conv8.h. */
enum { RUN = 4 };

__attribute__((target("avx2"))) static void avx2(void *unused)
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum[PEAK_DOT8_SUMS], a = _mm256_set1_epi8(1), b = _mm256_set1_epi8(3);
    (void)unused;
    for (int i = 0; i < PEAK_DOT8_SUMS; i++)
        sum[i] = _mm256_setzero_si256();
    for (int n = 0; n < PEAK_DOT8_ROUNDS; n++)
        for (int i = 0; i < PEAK_DOT8_SUMS; i++) {
            __m256i part = _mm256_maddubs_epi16(a, b);
            for (int j = 1; j < RUN; j++) {
                __asm__ volatile("" : "+x"(a), "+x"(b), "+x"(part)); /* another product each time */
                part = _mm256_add_epi16(part, _mm256_maddubs_epi16(a, b));
            }
            sum[i] = _mm256_add_epi32(sum[i], _mm256_madd_epi16(part, ones));
        }
    for (int i = 1; i < PEAK_DOT8_SUMS; i++)
        sum[0] = _mm256_add_epi32(sum[0], sum[i]);
    sink = _mm256_extract_epi32(sum[0], 0);
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void avx512(void *unused)
{
    __m512i sum[PEAK_DOT8_SUMS], a = _mm512_set1_epi8(1), b = _mm512_set1_epi8(3);
    (void)unused;
    for (int i = 0; i < PEAK_DOT8_SUMS; i++)
        sum[i] = _mm512_setzero_si512();
    for (int n = 0; n < PEAK_DOT8_ROUNDS; n++) {
        for (int i = 0; i < PEAK_DOT8_SUMS; i++)
            sum[i] = _mm512_dpbusd_epi32(sum[i], a, b);
        __asm__ volatile("" : "+x"(a), "+x"(b));
    }
    for (int i = 1; i < PEAK_DOT8_SUMS; i++)
        sum[0] = _mm512_add_epi32(sum[0], sum[i]);
    sink = _mm512_reduce_add_epi32(sum[0]);
}

peak_dot8_fn *peak_dot8(enum stm_isa isa)
{
    return isa == STM_ISA_AVX2 ? avx2 : isa == STM_ISA_AVX512 ? avx512 : NULL;
}

#else

enum { RUN = 1 };

peak_dot8_fn *peak_dot8(enum stm_isa isa)
{
    (void)isa;
    return NULL;
}

#endif

double peak_dot8_macs(enum stm_isa isa)
{
    return (double)PEAK_DOT8_ROUNDS * PEAK_DOT8_SUMS * (isa == STM_ISA_AVX512 ? 64 : 32 * RUN);
}
