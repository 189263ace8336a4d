/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/bytes.h"

static void bytes_grow_and_keep_what_is_there(void **state)
{
    (void)state;
    struct stm_bytes b = {0};
    for (uint32_t i = 0; i < 5000; i++)
        stm_bytes_add_u32be(&b, i * 2654435761u);
    assert_int_equal(b.length, 20000);
    for (uint32_t i = 0; i < 5000; i++) {
        const uint8_t *const p = b.data + 4 * i;
        assert_int_equal((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3],
                         i * 2654435761u);
    }
    stm_bytes_free(&b);
    assert_null(b.data);
}

static void an_absurd_size_fails_and_stays_failed(void **state)
{
    (void)state;
    struct stm_bytes b = {0};
    stm_bytes_add(&b, "abc", 3);
    assert_null(stm_bytes_reserve(&b, SIZE_MAX / 2));
    stm_bytes_add(&b, "d", 1);
    assert_true(b.failed);
    assert_int_equal(b.length, 3);
    stm_bytes_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_grow_and_keep_what_is_there),
        cmocka_unit_test(an_absurd_size_fails_and_stays_failed),
    };
    return STM_TEST_MAIN(tests);
}
