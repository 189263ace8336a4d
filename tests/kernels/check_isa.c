/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/kernels/check.h"

#include <stdlib.h>
#include <string.h>

static void truth(const struct stm_kernels *ref)
{
    enum stm_isa isa = STM_ISAS;
    char why[256] = "";
    CHECK(stm_isa_choose("ref", &isa, why, sizeof why) && isa == STM_ISA_REF, "ref is not accepted");
    CHECK(!stm_isa_choose("mmx", &isa, why, sizeof why), "an unknown name is accepted");
    CHECK(strstr(why, "'mmx' is unknown") && strstr(why, "ref"), "message: %s", why);
    for (int i = 0; i < STM_ISAS; i++) {
        const bool there = stm_isa_available((enum stm_isa)i);
        CHECK(stm_isa_choose(stm_isa_name((enum stm_isa)i), &isa, why, sizeof why) == there, "choice %d", i);
        CHECK((stm_kernels_for((enum stm_isa)i) != NULL) == there, "table %d", i);
        CHECK(there || strstr(why, "not available"), "message: %s", why);
    }
    setenv("STROMA_ISA", "ref", 1);
    CHECK(stm_isa_choose(NULL, &isa, why, sizeof why) && isa == STM_ISA_REF, "STROMA_ISA=ref chose %d",
          (int)isa);
    setenv("STROMA_ISA", "mmx", 1);
    CHECK(!stm_isa_choose("", &isa, why, sizeof why), "STROMA_ISA=mmx is accepted");
    setenv("STROMA_ISA", "", 1);
    CHECK(stm_isa_choose(NULL, &isa, why, sizeof why) && isa == stm_isa_best(), "an empty STROMA_ISA");
    unsetenv("STROMA_ISA");
    CHECK(ref->isa == STM_ISA_REF, "the reference calls itself %s", stm_isa_name(ref->isa));
    int n = 0;
    for (; stm_kernel_name(n); n++)
        CHECK(stm_kernel_has(n, STM_ISA_REF), "%s has no reference", stm_kernel_name(n));
    CHECK(n >= 10, "only %d kernels are listed", n);
}

const struct check check_isa = {"isa", truth, NULL, NULL};
