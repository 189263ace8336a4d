/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/channels.h"

static struct stm_channel_spec spec(const char *text)
{
    struct stm_channel_spec s;
    struct stm_error err;
    assert_ok(stm_channel_spec_parse(&s, text, &err), &err);
    return s;
}

static void roles_by_position(void **state)
{
    (void)state;
    const struct stm_channel_spec s = spec("brightfield,dead,-,nuclei");
    assert_int_equal(stm_channel_role(&s, 1, 4, "whatever", "", STM_ROLE_NUCLEI), STM_ROLE_DEAD);
    assert_int_equal(stm_channel_role(&s, 2, 4, "DAPI", "", STM_ROLE_NUCLEI), STM_ROLE_IGNORE);
    assert_int_equal(stm_channel_role(&s, 3, 4, "", "", STM_ROLE_NUCLEI), STM_ROLE_NUCLEI);
    assert_int_equal(stm_channel_role(&s, 4, 5, "", "", STM_ROLE_NUCLEI), STM_ROLE_IGNORE);
    assert_true(stm_channel_spec_splits_colour(&s));
}

static void roles_by_name_in_either_order(void **state)
{
    (void)state;
    const struct stm_channel_spec a = spec("nuclei=w1,dead=Texas Red"), b = spec("w1=nuclei,Texas Red=dead");
    assert_int_equal(stm_channel_role(&a, 0, 2, "", "w1", STM_ROLE_NUCLEI), STM_ROLE_NUCLEI);
    assert_int_equal(stm_channel_role(&a, 1, 2, "texas red", "w2", STM_ROLE_NUCLEI), STM_ROLE_DEAD);
    assert_int_equal(stm_channel_role(&b, 1, 2, "texas red", "w2", STM_ROLE_NUCLEI), STM_ROLE_DEAD);
    assert_int_equal(stm_channel_role(&b, 2, 3, "", "w3", STM_ROLE_NUCLEI), STM_ROLE_IGNORE);
    assert_false(stm_channel_spec_splits_colour(&a));
}

static void without_a_specification_names_decide(void **state)
{
    (void)state;
    const struct stm_channel_spec s = spec("");
    assert_int_equal(stm_channel_role(&s, 0, 2, "Hoechst", "w1", STM_ROLE_BODY), STM_ROLE_NUCLEI);
    assert_int_equal(stm_channel_role(&s, 0, 2, "", "PI", STM_ROLE_BODY), STM_ROLE_DEAD);
    assert_int_equal(stm_channel_role(&s, 0, 1, "", "w1", STM_ROLE_BODY), STM_ROLE_BODY);
    assert_int_equal(stm_channel_role(&s, 0, 2, "", "w1", STM_ROLE_BODY), STM_ROLES);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    struct stm_channel_spec s;
    struct stm_error err;
    assert_fails(stm_channel_spec_parse(&s, "nuclei,ded", &err), &err, "did you mean 'dead'");
    assert_fails(stm_channel_spec_parse(&s, "nuclei,dead=w2", &err), &err, "not both");
    assert_fails(stm_channel_spec_parse(&s, "a=b", &err), &err, "not a role");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_by_position),
        cmocka_unit_test(roles_by_name_in_either_order),
        cmocka_unit_test(without_a_specification_names_decide),
        cmocka_unit_test(mistakes_are_named),
    };
    return STM_TEST_MAIN(tests);
}
