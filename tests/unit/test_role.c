/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/role.h"

static void names_in_the_wild_find_their_role(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum stm_role role;
    } cases[] = {
        {"nuclei", STM_ROLE_NUCLEI},
        {"DAPI", STM_ROLE_NUCLEI},
        {"Hoechst 33342", STM_ROLE_NUCLEI},
        {"live_nuclei_channel", STM_ROLE_NUCLEI},
        {"dead_nuclei_channel", STM_ROLE_DEAD},
        {"PI", STM_ROLE_DEAD},
        {"Calcein-AM", STM_ROLE_LIVE},
        {"effector_fluo_channel", STM_ROLE_OTHER},
        {"brightfield_channel", STM_ROLE_BRIGHTFIELD},
        {"spin", STM_ROLES},
        {"", STM_ROLES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (stm_role_of(cases[i].text) != cases[i].role)
            fail_msg("'%s' is taken as %d", cases[i].text, stm_role_of(cases[i].text));
    for (int r = 0; r < STM_ROLES; r++)
        assert_int_equal(stm_role_of(stm_role_name((enum stm_role)r)), r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_in_the_wild_find_their_role)};
    return STM_TEST_MAIN(tests);
}
