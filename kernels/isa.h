/* Instruction sets: which this processor has, and which one a run uses. Results never depend on the choice.
 */
#ifndef STM_ISA_H
#define STM_ISA_H

#include <stdbool.h>
#include <stddef.h>

/* From the slowest to the fastest of each processor family. */
enum stm_isa {
    STM_ISA_REF,    /* portable C: the specification of every kernel */
    STM_ISA_AVX2,   /* AVX2, BMI2 */
    STM_ISA_AVX512, /* AVX-512 F/BW/DQ/VL/VNNI/VBMI: Ice Lake, Zen 4 and later */
    STM_ISA_NEON,   /* AArch64 */
    STM_ISAS
};

/* "ref", "avx2", "avx512", "neon". */
const char *stm_isa_name(enum stm_isa isa);

/* True when this build has code for `isa` and this processor and operating system can run it. */
bool stm_isa_available(enum stm_isa isa);

/* The fastest that is available. */
enum stm_isa stm_isa_best(void);

/* Chooses by `name`; when NULL or empty by the environment variable STROMA_ISA; else the best. A name that is
 * unknown or not available here returns false and a sentence in `why` that lists what is. */
bool stm_isa_choose(const char *name, enum stm_isa *isa, char *why, size_t size);

#endif
