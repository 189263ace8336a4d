/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/complete.h"
#include "tests/support/tiff_file.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder, path[600];
static uint8_t px[40 * 30];

static int setup(void **state)
{
    (void)state;
    folder = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/x.tif", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stm_tmpdir_remove(folder);
    return 0;
}

static long size_of(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 ? (long)st.st_size : -1;
}

/* Not one prefix of the file passes for the whole. */
static void check_prefixes(long step)
{
    assert_true(stm_image_complete(path));
    for (long n = size_of(path) - 1; n >= 0; n -= step) {
        assert_int_equal(truncate(path, n), 0);
        if (stm_image_complete(path)) fail_msg("%ld bytes pass for a whole file", n);
    }
}

static void a_tiff_is_whole_when_all_its_pixels_are_there(void **state)
{
    (void)state;
    static const char *const modes[] = {"wl", "wb", "w8"};
    const struct tiff_page strips[2] = {{.w = 40, .h = 30, .px = px, .strip = 7},
                                        {.w = 40, .h = 30, .px = px}};
    for (int i = 0; i < 3; i++) {
        tiff_file_write(path, modes[i], strips, 2);
        check_prefixes(1);
    }
}

static void a_tiled_tiff_too(void **state)
{
    (void)state;
    static uint8_t tile[64 * 64];
    const struct tiff_page page = {.w = 64, .h = 64, .px = tile, .tile = 16};
    tiff_file_write(path, "wl", &page, 1);
    check_prefixes(3);
}

static void save(const void *bytes, size_t n)
{
    FILE *const f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void png_and_jpeg_end_with_their_ends(void **state)
{
    (void)state;
    static const unsigned char png[] = "\x89PNG\r\n\x1a\n....................\0\0\0\0IEND\xae\x42\x60\x82";
    save(png, sizeof png - 1);
    check_prefixes(1);
    static const unsigned char jpeg[] = "\xff\xd8\xff\xe0..........................\xff\xd9";
    save(jpeg, sizeof jpeg - 1);
    check_prefixes(1);
}

static void hostile_directories_are_not_whole(void **state)
{
    (void)state;
    static const unsigned char loop[] = "II\x2a\0\x08\0\0\0" /* one directory that follows itself */
                                        "\x01\0\x11\x01\x04\0\x01\0\0\0\0\0\0\0\x08\0\0\0";
    save(loop, sizeof loop - 1);
    assert_false(stm_image_complete(path));
    static const unsigned char huge[] = "II\x2a\0\x08\0\0\0"
                                        "\x01\0\x11\x01\x04\0\xff\xff\xff\xff\x08\0\0\0\0\0\0\0";
    save(huge, sizeof huge - 1);
    assert_false(stm_image_complete(path));
    assert_false(stm_image_complete("/nowhere/at/all.tif"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tiff_is_whole_when_all_its_pixels_are_there, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tiled_tiff_too, setup, teardown),
        cmocka_unit_test_setup_teardown(png_and_jpeg_end_with_their_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_directories_are_not_whole, setup, teardown),
    };
    return STM_TEST_MAIN(tests);
}
