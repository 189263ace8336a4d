/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/image.h"

#include <stdlib.h>

/* Colours read at once are those read one by one. */
static void three_planes_at_once_are_the_three_planes(void **state)
{
    (void)state;
    struct stm_error err;
    struct stm_image *image = NULL;
    struct stm_scaling at_once, alone;
    struct stm_u16 planes[3], one;
    assert_ok(stm_image_open(&image, STM_SOURCE_ROOT "/images/trypan2/images/trypan2_A01_s1.tif", &err),
              &err);
    const struct stm_image_info *const info = stm_image_info(image);
    assert_true(info->colour);
    const size_t n = (size_t)info->width * (size_t)info->height;
    for (int c = 0; c < 3; c++)
        planes[c] = (struct stm_u16){malloc(n * 2), info->width, info->width, info->height};
    one = (struct stm_u16){malloc(n * 2), info->width, info->width, info->height};
    assert_ok(stm_image_read_colours(image, 0, 0, planes, &at_once, &err), &err);
    for (int c = 0; c < 3; c++) {
        assert_ok(stm_image_read(image, c, 0, 0, one, &alone, &err), &err);
        assert_memory_equal(one.px, planes[c].px, n * 2);
        assert_int_equal(alone.true_bits, at_once.true_bits);
        free(planes[c].px);
    }
    free(one.px);
    stm_image_close(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(three_planes_at_once_are_the_three_planes)};
    return STM_TEST_MAIN(tests);
}
