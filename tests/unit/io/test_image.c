/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is opened, what is refused at the door, and wrong requests. */
#include "tests/support/stm_assert.h"

#include "pipeline/io/format.h"
#include "tests/support/read_image.h"
#include "tests/support/tiff_file.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

static const char *with_bytes(const char *name, const void *bytes, size_t n)
{
    const char *path = in_folder(folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(bytes, 1, n, file);
    fclose(file);
    return path;
}

static void what_is_no_file_is_refused(void **state)
{
    const char *pipe = in_folder(folder, "pipe");
    (void)state;
    expect_refused(in_folder(folder, "absent.tif"), "cannot be opened: No such file");
    expect_refused(folder, "is a folder");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    expect_refused(pipe, "not a regular file"); /* and without waiting for a writer */
    expect_refused(with_bytes("empty.tif", "", 0), "the file is empty");
}

static void other_formats_are_named(void **state)
{
    (void)state;
    expect_refused(with_bytes("a.czi", "ZISRAWFILE\0\0\0\0\0\0", 16), "a Zeiss CZI file");
    expect_refused(with_bytes("a.tif", "GIF89a..........", 16), "a GIF picture");
    expect_refused(with_bytes("a.xml", "<?xml version='1.0'?>", 21), "an XML document");
    expect_refused(with_bytes("b.tif", "hello", 5), "first bytes are 68 65 6c 6c");
    expect_refused(with_bytes("c.tif", "I", 1), "not a TIFF, PNG or JPEG");
}

static void extensions_do_not_decide(void **state)
{
    const uint8_t px[4] = {1, 2, 3, 4};
    const struct tiff_page page = {.w = 2, .h = 2, .photometric = 1, .px = px};
    const char *path = in_folder(folder, "really-tiff.png");
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_plane(path, 0, 0, 0);
    assert_string_equal(it.info->format, "tiff");
    assert_int_equal(loaded_pixel(&it, 1, 1), 4);
    loaded_close(&it);
    assert_true(stm_format_has_extension("/a/b.TIFF") && stm_format_has_extension("x.jpeg"));
    assert_false(stm_format_has_extension("/a.tif/b") || stm_format_has_extension("a.tiffx") ||
                 stm_format_has_extension("a."));
}

static void wrong_requests_are_refused(void **state)
{
    const uint8_t px[8] = {1, 2, 3, 4};
    const struct tiff_page page = {.w = 2, .h = 2, .samples = 2, .photometric = 1, .px = px, .extra = 0};
    const char *path = in_folder(folder, "two.tif");
    struct stm_error err = {0};
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    struct loaded it = loaded_open(path);
    assert_fails(stm_image_read(it.image, 2, 0, 0, it.out, NULL, &err), &err,
                 "2 channels, there is no channel 3");
    assert_fails(stm_image_read(it.image, -3, 0, 0, it.out, NULL, &err), &err, "no channel");
    assert_fails(stm_image_read(it.image, STM_IMAGE_LUMA, 0, 0, it.out, NULL, &err), &err, "choose one");
    assert_fails(stm_image_read(it.image, 0, 1, 0, it.out, NULL, &err), &err, "no plane 2 at time 1");
    it.out.w = 1;
    assert_fails(stm_image_read(it.image, 0, 0, 0, it.out, NULL, &err), &err, "a plane of 1 x 2");
    loaded_close(&it);
    stm_image_close(&it.image); /* twice is once */
}

static void rows_may_be_apart(void **state)
{
    uint16_t px[6] = {1, 2, 3, 4, 5, 6}, out[3 * 8];
    const struct tiff_page page = {.w = 2, .h = 3, .bits = 16, .photometric = 1, .px = px};
    const struct stm_u16 view = {out, 8, 2, 3};
    const char *path = in_folder(folder, "stride.tif");
    struct stm_image *image;
    struct stm_error err = {0};
    (void)state;
    for (int compression = 1; compression <= 8; compression += 7) {
        struct tiff_page one = page;
        one.compression = compression;
        memset(out, 0xee, sizeof out);
        tiff_file_write(path, "w", &one, 1);
        assert_ok(stm_image_open(&image, path, &err), &err);
        assert_ok(stm_image_read(image, STM_IMAGE_MAX, 0, 0, view, NULL, &err), &err);
        for (int i = 0; i < 24; i++)
            assert_int_equal(out[i], i % 8 < 2 ? px[i / 8 * 2 + i % 8] : 0xeeee);
        stm_image_close(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_file_is_refused), cmocka_unit_test(other_formats_are_named),
        cmocka_unit_test(extensions_do_not_decide),   cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(rows_may_be_apart),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
