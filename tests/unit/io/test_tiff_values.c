/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stored values become: signed, wide, floating, inverted, palettes, colours, transparency. */
#include "tests/support/stm_assert.h"

#include "tests/support/read_image.h"
#include "tests/support/tiff_file.h"
#include "tests/support/tmpdir.h"

#include <math.h>

enum { W = 4, H = 2, N = W * H };

static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = stm_tmpdir_create();
    return folder == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    stm_tmpdir_remove(folder);
    return 0;
}

/* Writes N pixels of `bits` bits and reads them back. */
static struct loaded made(const void *px, int bits, int format)
{
    const struct tiff_page page = {
        .w = W, .h = H, .bits = bits, .format = format, .photometric = 1, .px = px};
    const char *path = in_folder(folder, "made.tif");
    tiff_file_write(path, "wb", &page, 1);
    return loaded_plane(path, 0, 0, 0);
}

static void expect_scaling(const struct loaded *it, double scale, double offset, int bits, bool lossy)
{
    assert_true(it->scaling.scale == scale && it->scaling.offset == offset);
    assert_int_equal(it->scaling.true_bits, bits);
    assert_int_equal(it->scaling.lossy, lossy);
}

static void true_bits_are_what_the_data_show(void **state)
{
    static const struct {
        uint16_t largest;
        int bits;
    } cases[] = {{0, 8},     {255, 8},   {256, 10},   {1023, 10},  {1024, 12},
                 {4095, 12}, {4096, 14}, {16383, 14}, {16384, 16}, {65535, 16}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint16_t px[N] = {0, 1, cases[i].largest};
        struct loaded it = made(px, 16, 1);
        expect_scaling(&it, 1, 0, cases[i].bits, false);
        assert_int_equal(loaded_pixel(&it, 2, 0), cases[i].largest);
        loaded_close(&it);
    }
}

static void signed_values_keep_zero_where_nothing_is_negative(void **state)
{
    const int16_t positive[N] = {0, 5, 4095, 32767}, negative[N] = {-1, 0, 100, 3000};
    const int8_t bytes[N] = {-100, 0, 100}, small[N] = {0, 1, 127};
    (void)state;
    struct loaded it = made(positive, 16, 2);
    expect_scaling(&it, 1, 0, 16, false);
    assert_int_equal(loaded_pixel(&it, 2, 0), 4095);
    assert_true(it.info->is_signed);
    loaded_close(&it);
    it = made(negative, 16, 2);
    expect_scaling(&it, 1, -32768, 16, false);
    assert_true(loaded_stored(&it, 0, 0) == -1 && loaded_stored(&it, 3, 0) == 3000);
    loaded_close(&it);
    it = made(bytes, 8, 2);
    expect_scaling(&it, 1, -128, 8, false);
    assert_true(loaded_pixel(&it, 0, 0) == 28 && loaded_stored(&it, 2, 0) == 100);
    loaded_close(&it);
    it = made(small, 8, 2);
    expect_scaling(&it, 1, 0, 8, false);
    loaded_close(&it);
}

/* scanR stores 12-bit grey levels with 32768 added. */
static void scanr_grey_levels_begin_at_zero(void **state)
{
    const uint16_t px[N] = {32768, 32769, 36863, 33000, 32768, 32768, 32768, 32768};
    const struct tiff_page page = {.w = W, .h = H, .bits = 16, .photometric = 1, .px = px};
    const char *path = in_folder(folder, "D5--W00041--P00004--Z00000--T00000--RFP50.tif");
    (void)state;
    tiff_file_write(path, "wl", &page, 1);
    struct loaded it = loaded_plane(path, 0, 0, 0);
    expect_scaling(&it, 1, 32768, 12, false);
    assert_int_equal(loaded_pixel(&it, 2, 0), 4095);
    loaded_close(&it);
    it = made(px, 16, 1); /* any other file keeps its values */
    expect_scaling(&it, 1, 0, 16, false);
    loaded_close(&it);
    it = made(px, 16, 2); /* and as signed numbers these are 12 bits above the lowest */
    expect_scaling(&it, 1, -32768, 12, false);
    assert_int_equal(loaded_pixel(&it, 2, 0), 4095);
    loaded_close(&it);
}

static void wide_integers_that_fit_are_kept(void **state)
{
    const uint32_t labels[N] = {0, 1, 65535, 300},
                   high[N] = {70000, 70001, 135000, 135535, 70000, 70000, 70000, 70000};
    const int32_t mixed[N] = {-5, 0, 7, 32767};
    const uint64_t far[N] = {1u << 20, 1u << 20, (1u << 20) + 9, 1u << 20,
                             1u << 20, 1u << 20, 1u << 20,       1u << 20};
    (void)state;
    struct loaded it = made(labels, 32, 1);
    expect_scaling(&it, 1, 0, 16, false);
    assert_int_equal(loaded_pixel(&it, 3, 0), 300);
    loaded_close(&it);
    it = made(high, 32, 1);
    expect_scaling(&it, 1, 70000, 16, false);
    assert_true(loaded_stored(&it, 2, 0) == 135000);
    loaded_close(&it);
    it = made(mixed, 32, 2);
    expect_scaling(&it, 1, -32768, 16, false);
    assert_true(loaded_stored(&it, 0, 0) == -5);
    loaded_close(&it);
    it = made(far, 64, 1);
    expect_scaling(&it, 1, 1 << 20, 8, false);
    assert_true(loaded_stored(&it, 2, 0) == (1 << 20) + 9);
    loaded_close(&it);
}

static void wide_integers_that_do_not_fit_are_mapped_from_zero(void **state)
{
    const uint32_t px[N] = {0, 1, 4294967295u, 1u << 31};
    (void)state;
    struct loaded it = made(px, 32, 1);
    expect_scaling(&it, 65536.0 * 2, 0, 16, true); /* 65535 * 65536 is just below 2^32 - 1 */
    for (int x = 0; x < W; x++)
        assert_near(loaded_stored(&it, x, 0), (double)px[x], it.scaling.scale / 2);
    loaded_close(&it);
}

static void floats_are_mapped_linearly(void **state)
{
    const float unit[N] = {0, 1, 0.5f, 1.0f / 65535 * 100}, wide[N] = {0, 1000.25f, 3.5f, 70000},
                phase[N] = {-1.5f, 2.25f, 0, 1}, far[N] = {1000, 1000.5f, 1001, 1000, 1000, 1000, 1000, 1000};
    const double big[N] = {-4e307, 4e307, 0, 2e307};
    const float whole[N] = {0, 7, 4095, 65535}, same[N] = {2.5f, 2.5f, 2.5f, 2.5f, 2.5f, 2.5f, 2.5f, 2.5f};
    (void)state;
    struct loaded it = made(unit, 32, 3);
    expect_scaling(&it, 1.0 / 65535, 0, 16, true);
    assert_true(loaded_pixel(&it, 1, 0) == 65535 && loaded_pixel(&it, 3, 0) == 100);
    loaded_close(&it);
    it = made(wide, 32, 3);
    expect_scaling(&it, 2, 0, 16, true);
    assert_near(loaded_stored(&it, 1, 0), 1000.25, 1);
    loaded_close(&it);
    it = made(phase, 32, 3);
    expect_scaling(&it, 0x1p-14, -1.5, 16, true);
    assert_near(loaded_stored(&it, 1, 0), 2.25, 0x1p-15);
    loaded_close(&it);
    it = made(far, 32, 3);
    expect_scaling(&it, 0x1p-15, 1000, 16, true);
    loaded_close(&it);
    it = made(big, 64, 3);
    assert_true(it.scaling.lossy);
    assert_near(loaded_stored(&it, 1, 0) / 4e307, 1, 1e-4);
    assert_near(loaded_stored(&it, 2, 0) / 4e307, 0, 1e-4);
    loaded_close(&it);
    it = made(whole, 32, 3);
    expect_scaling(&it, 1, 0, 16, false);
    loaded_close(&it);
    it = made(same, 32, 3);
    assert_true(loaded_stored(&it, 1, 1) == 2.5);
    loaded_close(&it);
}

static void what_is_not_a_number_is_zero_and_said(void **state)
{
    const float px[N] = {(float)NAN, 10, 20, (float)INFINITY, -(float)INFINITY, 30, 40, 50},
                none[N] = {(float)NAN, (float)NAN, (float)NAN, (float)NAN,
                           (float)NAN, (float)NAN, (float)NAN, (float)NAN};
    (void)state;
    struct loaded it = made(px, 32, 3);
    expect_scaling(&it, 1, 0, 8, false);
    assert_true(loaded_pixel(&it, 0, 0) == 0 && loaded_pixel(&it, 3, 0) == 0 && loaded_pixel(&it, 0, 1) == 0);
    assert_int_equal(loaded_pixel(&it, 3, 1), 50);
    assert_non_null(strstr(it.info->remark, "3 pixels are not numbers"));
    loaded_close(&it);
    it = made(none, 32, 3);
    expect_scaling(&it, 1, 0, 8, false);
    assert_int_equal(loaded_pixel(&it, 2, 1), 0);
    loaded_close(&it);
}

static void white_zero_is_inverted(void **state)
{
    const uint8_t px[N] = {0, 1, 255, 100};
    const struct tiff_page page = {.w = W, .h = H, .photometric = 0, .px = px};
    const char *path = in_folder(folder, "white.tif");
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, 0, 0, 0);
    expect_scaling(&it, -1, 255, 8, false);
    assert_true(loaded_pixel(&it, 0, 0) == 255 && loaded_pixel(&it, 3, 0) == 155);
    assert_true(loaded_stored(&it, 3, 0) == 100);
    assert_non_null(strstr(it.info->remark, "0 is white"));
    loaded_close(&it);
}

/* --- palettes --- */

static uint16_t map[3][256];

static struct loaded with_palette(const char *description)
{
    const uint8_t px[N] = {0, 1, 128, 255};
    const struct tiff_page page = {.w = W,
                                   .h = H,
                                   .photometric = 3,
                                   .px = px,
                                   .colormap = {map[0], map[1], map[2]},
                                   .description = description};
    const char *path = in_folder(folder, "palette.tif");
    tiff_file_write(path, "w", &page, 1);
    return loaded_plane(path, 0, 0, 0);
}

static void grey_palettes_are_looked_up(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++)
        map[0][i] = map[1][i] = map[2][i] = (uint16_t)((255 - i) * 257);
    struct loaded it = with_palette(NULL);
    assert_true(!it.info->colour && it.info->channels == 1 && it.info->stored_bits == 8);
    assert_true(loaded_pixel(&it, 0, 0) == 255 && loaded_pixel(&it, 2, 0) == 127);
    loaded_close(&it);
}

static void palettes_that_dye_grey_levels_are_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        map[0][i] = 0;
        map[1][i] = (uint16_t)(i * 257);
        map[2][i] = (uint16_t)(i * 128);
    }
    struct loaded it = with_palette(NULL);
    assert_true(!it.info->colour && it.info->channels == 1);
    assert_int_equal(loaded_pixel(&it, 2, 0), 128);
    assert_non_null(strstr(it.info->remark, "only dyes"));
    loaded_close(&it);
}

static void other_palettes_are_colour_pictures(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        map[0][i] = (uint16_t)((i * 37 % 256) * 256);
        map[1][i] = (uint16_t)((i * 91 % 256) * 256);
        map[2][i] = (uint16_t)((i * 53 % 256) * 256);
    }
    struct loaded it = with_palette(NULL);
    assert_true(it.info->colour && it.info->channels == 3);
    for (int c = 0; c < 3; c++) {
        static const int factors[] = {37, 91, 53};
        loaded_read(&it, c, 0, 0);
        assert_int_equal(loaded_pixel(&it, 3, 0), 255 * factors[c] % 256);
    }
    loaded_read(&it, STM_IMAGE_LUMA, 0, 0);
    assert_int_equal(loaded_pixel(&it, 1, 0), (299 * 37 + 587 * 91 + 114 * 53 + 500) / 1000);
    loaded_close(&it);
    it = with_palette("ImageJ=1.53\n");
    assert_true(!it.info->colour && loaded_pixel(&it, 2, 0) == 128);
    loaded_close(&it);
}

/* --- colours --- */

static void colours_combine(void **state)
{
    const uint8_t px[N * 3] = {10, 200, 30, 77, 77, 77, 255, 0, 0, 0, 0, 255};
    const struct tiff_page page = {.w = W, .h = H, .samples = 3, .photometric = 2, .px = px, .extra = -1};
    const char *path = in_folder(folder, "rgb.tif");
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, STM_IMAGE_LUMA, 0, 0);
    assert_true(it.info->colour && it.info->channels == 3);
    assert_int_equal(loaded_pixel(&it, 0, 0), (299 * 10 + 587 * 200 + 114 * 30 + 500) / 1000);
    assert_int_equal(loaded_pixel(&it, 1, 0), 77);
    assert_int_equal(loaded_pixel(&it, 2, 0), 76);
    loaded_read(&it, STM_IMAGE_MAX, 0, 0);
    assert_true(loaded_pixel(&it, 0, 0) == 200 && loaded_pixel(&it, 3, 0) == 255);
    loaded_close(&it);
}

static void equal_colours_give_exactly_that_value(void **state)
{
    static uint16_t px[65536 * 3];
    struct tiff_page page = {
        .w = 256, .h = 256, .bits = 16, .samples = 3, .photometric = 2, .px = px, .extra = -1};
    const char *path = in_folder(folder, "grey-rgb.tif");
    (void)state;
    for (int i = 0; i < 65536 * 3; i++)
        px[i] = (uint16_t)(i / 3);
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, STM_IMAGE_LUMA, 0, 0);
    for (int i = 0; i < 65536; i++)
        assert_int_equal(it.out.px[i], i);
    loaded_close(&it);
}

static void planar_colours_combine_too(void **state)
{
    const uint16_t px[3 * N] = {100, 1, 2, 3, 4, 5, 6, 7, 200, 1, 2, 3, 4, 5, 6, 7, 50, 1, 2, 3, 4, 5, 6, 9};
    for (int tile = 0; tile <= 16; tile += 16) {
        const struct tiff_page page = {.w = W,
                                       .h = H,
                                       .bits = 16,
                                       .samples = 3,
                                       .photometric = 2,
                                       .px = px,
                                       .planar = true,
                                       .extra = -1,
                                       .compression = 8,
                                       .tile = (uint32_t)tile};
        const char *path = in_folder(folder, "planar.tif");
        tiff_file_write(path, "wb", &page, 1);
        struct loaded it = loaded_plane(path, STM_IMAGE_LUMA, 0, 0);
        assert_int_equal(loaded_pixel(&it, 0, 0), (299 * 100 + 587 * 200 + 114 * 50 + 500) / 1000);
        loaded_read(&it, STM_IMAGE_MAX, 0, 0);
        assert_int_equal(loaded_pixel(&it, 3, 1), 9);
        loaded_read(&it, 2, 0, 0);
        assert_int_equal(loaded_pixel(&it, 0, 0), 50);
        loaded_close(&it);
    }
    (void)state;
}

static void float_colours_combine_before_mapping(void **state)
{
    const float px[N * 3] = {1, 0, 0, 0.25f, 0.25f, 0.25f};
    const struct tiff_page page = {
        .w = W, .h = H, .bits = 32, .format = 3, .samples = 3, .photometric = 2, .px = px, .extra = -1};
    const char *path = in_folder(folder, "rgbf.tif");
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, STM_IMAGE_LUMA, 0, 0);
    assert_near(loaded_stored(&it, 0, 0), 0.299, 1e-5);
    assert_near(loaded_stored(&it, 1, 0), 0.25, 1e-5);
    loaded_close(&it);
}

static void transparency_is_said(void **state)
{
    uint8_t px[N * 4];
    struct tiff_page page = {.w = W, .h = H, .samples = 4, .photometric = 2, .px = px, .extra = 2};
    const char *path = in_folder(folder, "rgba.tif");
    (void)state;
    memset(px, 255, sizeof px);
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, STM_IMAGE_LUMA, 0, 0);
    assert_int_equal(it.info->channels, 3);
    assert_string_equal(it.info->remark, "");
    loaded_close(&it);
    px[7] = 254;
    tiff_file_write(path, "w", &page, 1);
    it = loaded_plane(path, 1, 0, 0);
    assert_string_equal(it.info->remark, "transparency is ignored");
    loaded_close(&it);
}

static void grey_with_alpha_is_one_channel_and_unnamed_samples_are_channels(void **state)
{
    const uint8_t px[N * 2] = {9, 255, 8, 255};
    struct tiff_page page = {.w = W, .h = H, .samples = 2, .photometric = 1, .px = px, .extra = 2};
    const char *path = in_folder(folder, "two.tif");
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, 0, 0, 0);
    assert_true(it.info->channels == 1 && loaded_pixel(&it, 1, 0) == 8);
    loaded_close(&it);
    page.extra = 0;
    tiff_file_write(path, "w", &page, 1);
    it = loaded_plane(path, 1, 0, 0);
    assert_true(it.info->channels == 2 && loaded_pixel(&it, 1, 0) == 255 && !it.info->colour);
    loaded_close(&it);
}

static void declared_depth_counts_unless_the_data_exceed_it(void **state)
{
    uint16_t px[N] = {0, 100, 1000};
    const struct tiff_page page = {
        .w = W, .h = H, .bits = 16, .photometric = 1, .px = px, .max_sample = 4095};
    const char *path = in_folder(folder, "declared.tif");
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, 0, 0, 0);
    assert_int_equal(it.info->declared_bits, 12);
    assert_int_equal(it.scaling.true_bits, 12);
    loaded_close(&it);
    px[3] = 5000;
    tiff_file_write(path, "w", &page, 1);
    it = loaded_plane(path, 0, 0, 0);
    assert_int_equal(it.scaling.true_bits, 14);
    assert_non_null(strstr(it.info->remark, "12 significant bits are declared, but pixels use more"));
    loaded_close(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(true_bits_are_what_the_data_show),
        cmocka_unit_test(signed_values_keep_zero_where_nothing_is_negative),
        cmocka_unit_test(scanr_grey_levels_begin_at_zero),
        cmocka_unit_test(wide_integers_that_fit_are_kept),
        cmocka_unit_test(wide_integers_that_do_not_fit_are_mapped_from_zero),
        cmocka_unit_test(floats_are_mapped_linearly),
        cmocka_unit_test(what_is_not_a_number_is_zero_and_said),
        cmocka_unit_test(white_zero_is_inverted),
        cmocka_unit_test(grey_palettes_are_looked_up),
        cmocka_unit_test(palettes_that_dye_grey_levels_are_dropped),
        cmocka_unit_test(other_palettes_are_colour_pictures),
        cmocka_unit_test(colours_combine),
        cmocka_unit_test(equal_colours_give_exactly_that_value),
        cmocka_unit_test(planar_colours_combine_too),
        cmocka_unit_test(float_colours_combine_before_mapping),
        cmocka_unit_test(transparency_is_said),
        cmocka_unit_test(grey_with_alpha_is_one_channel_and_unnamed_samples_are_channels),
        cmocka_unit_test(declared_depth_counts_unless_the_data_exceed_it),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
