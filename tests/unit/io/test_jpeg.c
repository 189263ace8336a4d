/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/read_image.h"
#include "tests/support/tmpdir.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { W = 40, H = 24 };

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

/* A smooth ramp in x, a different one in every component, so that compression changes little. */
static int ramp(int c, int x)
{
    return 40 + 4 * x + 10 * c;
}

static const char *write_jpeg(const char *name, int components, bool progressive)
{
    const char *path = in_folder(folder, name);
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    FILE *file = fopen(path, "wb");
    uint8_t row[W * 4];
    JSAMPROW rows[] = {row};
    assert_non_null(file);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = W;
    jpeg.image_height = H;
    jpeg.input_components = components;
    jpeg.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (int i = 0; i < W * components; i++)
        row[i] = (uint8_t)ramp(i % components, i / components);
    for (int y = 0; y < H; y++)
        jpeg_write_scanlines(&jpeg, rows, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    fclose(file);
    return path;
}

static void expect_ramp(struct loaded *it, int channel, int tolerance)
{
    loaded_read(it, channel, 0, 0);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_near(loaded_pixel(it, x, y), ramp(channel, x), tolerance);
}

static void grey_and_colour_are_read(void **state)
{
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        struct loaded it = loaded_open(write_jpeg("grey.jpg", 1, progressive));
        assert_true(it.info->channels == 1 && !it.info->colour && it.info->stored_bits == 8);
        assert_non_null(strstr(it.info->remark, "JPEG compression changes pixel values"));
        expect_ramp(&it, 0, 2);
        loaded_close(&it);
        it = loaded_open(write_jpeg("rgb.jpg", 3, progressive));
        assert_true(it.info->channels == 3 && it.info->colour);
        for (int c = 0; c < 3; c++)
            expect_ramp(&it, c, 6);
        loaded_read(&it, STM_IMAGE_MAX, 0, 0);
        assert_near(loaded_pixel(&it, 9, 9), ramp(2, 9), 6);
        loaded_close(&it);
    }
}

static void print_colours_are_refused(void **state)
{
    (void)state;
    expect_refused(write_jpeg("cmyk.jpg", 4, false), "4 components");
}

static void cut_files_are_refused(void **state)
{
    unsigned long n;
    (void)state;
    const char *path = write_jpeg("cut.jpg", 1, false);
    char *bytes = stm_tmpdir_read(folder, "cut.jpg", &n);
    assert_non_null(bytes);
    for (unsigned long keep = 4; keep < n - 8; keep += 29) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(bytes, 1, keep, file);
        fclose(file);
        expect_refused(path, "the JPEG is damaged");
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_and_colour_are_read),
        cmocka_unit_test(print_colours_are_refused),
        cmocka_unit_test(cut_files_are_refused),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
