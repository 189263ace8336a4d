/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/sample.h"

#include <math.h>
#include <stdlib.h>

static double one(enum stm_sample_kind kind, int bits, const void *bytes, size_t first)
{
    double out;
    stm_sample_f64((struct stm_sample){kind, bits}, (struct stm_sample_row){bytes, first, (size_t)bits}, 1,
                   &out);
    return out;
}

static void packed_bits_are_most_significant_first(void **state)
{
    const uint8_t bytes[] = {0xa5, 0x3c, 0xf0, 0x0f, 0x81, 0x7e, 0x55, 0xaa, 0x99};
    const struct stm_sample_row row = {bytes, 4, 12};
    uint16_t px[3];
    (void)state;
    stm_sample_u16((struct stm_sample){STM_SAMPLE_UINT, 12}, row, 3, px);
    assert_int_equal(px[0], 0x53c);
    assert_int_equal(px[1], 0xf00);
    assert_int_equal(px[2], 0xf81);
    assert_true(one(STM_SAMPLE_UINT, 20, bytes, 0) == 0xa53cf);
    assert_true(one(STM_SAMPLE_UINT, 60, bytes, 8) == (double)0x3cf00f817e55aa9);
    assert_true(one(STM_SAMPLE_UINT, 3, bytes, 5) == 5);
}

static void nothing_is_read_beyond_the_last_sample(void **state)
{
    uint8_t *bytes = malloc(3); /* an address sanitizer watches the end */
    uint16_t px[2];
    (void)state;
    assert_non_null(bytes);
    memset(bytes, 0xff, 3);
    stm_sample_u16((struct stm_sample){STM_SAMPLE_UINT, 12}, (struct stm_sample_row){bytes, 0, 12}, 2, px);
    assert_int_equal(px[1], 4095);
    free(bytes);
}

static void signed_samples_are_shifted_or_extended(void **state)
{
    const int8_t i8[] = {-128, -1, 0, 127};
    const int16_t i16[] = {-32768, -1, 0, 32767};
    const uint8_t i12[] = {0x80, 0x0f, 0xff, 0x7f, 0xf0};
    const int32_t i32 = -70000;
    const int64_t i64 = -5000000000;
    uint16_t px[4];
    (void)state;
    stm_sample_u16((struct stm_sample){STM_SAMPLE_INT, 8}, (struct stm_sample_row){(const void *)i8, 0, 8}, 4,
                   px);
    assert_true(px[0] == 0 && px[1] == 127 && px[2] == 128 && px[3] == 255);
    stm_sample_u16((struct stm_sample){STM_SAMPLE_INT, 16}, (struct stm_sample_row){(const void *)i16, 0, 16},
                   4, px);
    assert_true(px[0] == 0 && px[1] == 32767 && px[2] == 32768 && px[3] == 65535);
    stm_sample_u16((struct stm_sample){STM_SAMPLE_INT, 12}, (struct stm_sample_row){i12, 0, 12}, 3, px);
    assert_true(px[0] == 0 && px[1] == 2047 && px[2] == 4095);
    assert_true(one(STM_SAMPLE_INT, 12, i12, 12) == -1);
    assert_true(one(STM_SAMPLE_INT, 32, &i32, 0) == -70000);
    assert_true(one(STM_SAMPLE_INT, 64, &i64, 0) == -5e9);
}

/* IEEE 754 binary16: 0x3c00 = 1, 0x7bff = 65504, 0x0001 = 2^-24, 0xfc00 = -infinity, 0x7e00 = not a number.
 * TIFF's 24-bit floats have 7 exponent and 16 mantissa bits: 0x3f0000 = 1, 0x7e8000 = 2^63 * 1.5. */
static void small_floats_have_their_values(void **state)
{
    static const struct {
        uint16_t raw;
        double value;
    } halves[] = {{0x3c00, 1},       {0x3800, 0.5}, {0x7bff, 65504},         {0xc000, -2},
                  {0x0001, 0x1p-24}, {0x8000, 0},   {0x3555, 0.333251953125}};
    const uint16_t inf = 0xfc00, nan = 0x7e00;
    const uint32_t f24[] = {0x3f0000, 0x7e8000, 0xbf0000, 0x7f0000};
    (void)state;
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++)
        assert_true(one(STM_SAMPLE_FLOAT, 16, &halves[i].raw, 0) == halves[i].value);
    assert_true(isinf(one(STM_SAMPLE_FLOAT, 16, &inf, 0)) && one(STM_SAMPLE_FLOAT, 16, &inf, 0) < 0);
    assert_true(isnan(one(STM_SAMPLE_FLOAT, 16, &nan, 0)));
    const size_t low =
        *(const uint8_t *)&(const uint16_t){1} ? 0 : 8; /* the three bytes of a native 32-bit number */
    assert_true(one(STM_SAMPLE_FLOAT, 24, f24, low) == 1);
    assert_true(one(STM_SAMPLE_FLOAT, 24, f24 + 1, low) == 0x1.8p63);
    assert_true(one(STM_SAMPLE_FLOAT, 24, f24 + 2, low) == -1);
    assert_true(isinf(one(STM_SAMPLE_FLOAT, 24, f24 + 3, low)));
}

static void steps_skip_other_samples(void **state)
{
    const uint16_t rgb[] = {1, 2, 3, 4, 5, 6};
    const float f[] = {0.5f, 9, 1.5f, 9};
    uint16_t px[2];
    double v[2];
    (void)state;
    stm_sample_u16((struct stm_sample){STM_SAMPLE_UINT, 16},
                   (struct stm_sample_row){(const void *)rgb, 16, 48}, 2, px);
    assert_true(px[0] == 2 && px[1] == 5);
    stm_sample_f64((struct stm_sample){STM_SAMPLE_FLOAT, 32}, (struct stm_sample_row){(const void *)f, 0, 64},
                   2, v);
    assert_true(v[0] == 0.5 && v[1] == 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_bits_are_most_significant_first),
        cmocka_unit_test(nothing_is_read_beyond_the_last_sample),
        cmocka_unit_test(signed_samples_are_shifted_or_extended),
        cmocka_unit_test(small_floats_have_their_values),
        cmocka_unit_test(steps_skip_other_samples),
    };
    return STM_TEST_MAIN(tests);
}
