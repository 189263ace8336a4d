/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[STM_ISAS] = {"ref", "avx2", "avx512", "neon"};

const char *stm_isa_name(enum stm_isa isa)
{
    return isa < STM_ISAS ? names[isa] : "unknown";
}

static bool has_ref(void)
{
    return true;
}

/* __builtin_cpu_supports asks the operating system too (XGETBV) before it reports AVX. */
#ifdef STM_BUILD_AVX2
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}
#endif
#ifdef STM_BUILD_AVX512
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("bmi2");
}
#endif
#ifdef STM_BUILD_NEON
static bool has_neon(void)
{
    return true; /* part of the AArch64 baseline */
}
#endif

static bool (*const has[STM_ISAS])(void) = {
    [STM_ISA_REF] = has_ref,
#ifdef STM_BUILD_AVX2
    [STM_ISA_AVX2] = has_avx2,
#endif
#ifdef STM_BUILD_AVX512
    [STM_ISA_AVX512] = has_avx512,
#endif
#ifdef STM_BUILD_NEON
    [STM_ISA_NEON] = has_neon,
#endif
};

bool stm_isa_available(enum stm_isa isa)
{
    return isa < STM_ISAS && has[isa] && has[isa]();
}

enum stm_isa stm_isa_best(void)
{
    enum stm_isa best = STM_ISA_REF;
    for (int isa = 0; isa < STM_ISAS; isa++)
        if (stm_isa_available((enum stm_isa)isa)) best = (enum stm_isa)isa;
    return best;
}

static bool refuse(const char *name, const char *what, char *why, size_t size)
{
    char list[64] = "";
    for (int isa = 0; isa < STM_ISAS; isa++) {
        if (!stm_isa_available((enum stm_isa)isa)) continue;
        const size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", names[isa]);
    }
    snprintf(why, size, "instruction set '%.40s' is %s; this machine can use: %s", name, what, list);
    return false;
}

bool stm_isa_choose(const char *name, enum stm_isa *isa, char *why, size_t size)
{
    if (!name || !*name) name = getenv("STROMA_ISA");
    if (!name || !*name) {
        *isa = stm_isa_best();
        return true;
    }
    for (int i = 0; i < STM_ISAS; i++) {
        if (strcmp(name, names[i])) continue;
        *isa = (enum stm_isa)i;
        return stm_isa_available(*isa) || refuse(name, "not available", why, size);
    }
    return refuse(name, "unknown", why, size);
}
