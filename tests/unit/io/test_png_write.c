/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Written images are read back by libpng. */
#include "tests/support/stm_assert.h"

#include "pipeline/io/png_write.h"

#include <png.h>
#include <stdlib.h>
#include <unistd.h>

enum { W = 61, H = 37 };

/* Noise over a ramp, so that both filters are chosen; rows are `stride` apart, the gap is filled with 0xEE.
 */
static uint8_t *picture(int w, int h, int stride)
{
    uint8_t *const px = malloc((size_t)stride * (size_t)h);
    uint32_t r = 12345;
    memset(px, 0xEE, (size_t)stride * (size_t)h);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            r = r * 1664525u + 1013904223u;
            px[y * stride + x] = (uint8_t)((y < h / 2 ? 5 * x : 9 * y) + (int)(r >> 30));
        }
    return px;
}

/* Decodes as RGB (or grey) with libpng's simplified reader. */
static uint8_t *decode(const struct stm_bytes *bytes, png_uint_32 format, int w, int h)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, bytes->data, bytes->length));
    assert_int_equal(image.width, w);
    assert_int_equal(image.height, h);
    image.format = format;
    uint8_t *const px = malloc(PNG_IMAGE_SIZE(image));
    assert_true(png_image_finish_read(&image, NULL, px, 0, NULL));
    assert_int_equal(image.warning_or_error, 0);
    return px;
}

static void check_samples(enum stm_png_kind kind, int samples, png_uint_32 format)
{
    struct stm_error err = {0};
    struct stm_bytes bytes = {0};
    uint8_t *const px = picture(W * samples, H, 200);
    const struct stm_png png = {.kind = kind, .px = {px, 200, W * samples, H}};
    assert_ok(stm_png_encode(&bytes, &png, &err), &err);
    uint8_t *const back = decode(&bytes, format, W, H);
    for (int y = 0; y < H; y++)
        assert_memory_equal(back + y * W * samples, px + y * 200, W * samples);
    free(back);
    free(px);
    stm_bytes_free(&bytes);
}

static void grey_and_colour_come_back(void **state)
{
    (void)state;
    check_samples(STM_PNG_GREY, 1, PNG_FORMAT_GRAY);
    check_samples(STM_PNG_RGB, 3, PNG_FORMAT_RGB);
}

static void palette_comes_back_as_its_colours(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_bytes bytes = {0};
    static const uint8_t palette[3][3] = {{0, 0, 0}, {255, 128, 1}, {7, 8, 9}};
    const uint8_t px[6] = {0, 1, 2, 2, 1, 0};
    const struct stm_png png = {
        .kind = STM_PNG_PALETTE, .px = {px, 3, 3, 2}, .palette = palette, .colours = 3};
    assert_ok(stm_png_encode(&bytes, &png, &err), &err);
    uint8_t *const back = decode(&bytes, PNG_FORMAT_RGB, 3, 2);
    for (int i = 0; i < 6; i++)
        assert_memory_equal(back + 3 * i, palette[px[i]], 3);
    free(back);
    stm_bytes_free(&bytes);
}

static void pixel_size_is_pixels_per_metre(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_bytes bytes = {0};
    const uint8_t px = 9;
    const struct stm_png png = {.px = {&px, 1, 1, 1}, .pixel_um = 0.5};
    assert_ok(stm_png_encode(&bytes, &png, &err), &err);
    static const uint8_t phys[] = {'p', 'H', 'Y', 's', 0, 0x1e, 0x84, 0x80, 0, 0x1e, 0x84, 0x80, 1};
    assert_memory_equal(bytes.data + 8 + 25 + 4, phys, sizeof phys); /* after the signature and IHDR */
    stm_bytes_free(&bytes);
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_bytes bytes = {0};
    const uint8_t px[4] = {0};
    assert_fails(stm_png_encode(&bytes, &(struct stm_png){.kind = STM_PNG_RGB, .px = {px, 4, 4, 1}}, &err),
                 &err, "4 samples");
    assert_fails(stm_png_encode(&bytes, &(struct stm_png){.px = {px, 0, 65536, 65536}}, &err), &err, "2 GB");
    assert_fails(
        stm_png_encode(&bytes, &(struct stm_png){.kind = STM_PNG_PALETTE, .px = {px, 4, 4, 1}}, &err), &err,
        "palette");
    assert_false(stm_png_write("/dev/null/x.png", &(struct stm_png){.px = {px, 4, 4, 1}}, &err));
    assert_string_equal(err.file, "/dev/null/x.png");
    assert_int_equal(err.status, STM_IO);
    stm_bytes_free(&bytes);
}

static void a_file_replaces_what_was_there(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char path[] = "/tmp/stm_png_XXXXXX";
    close(mkstemp(path));
    const uint8_t px[2] = {3, 250};
    assert_ok(stm_png_write(path, &(struct stm_png){.px = {px, 2, 2, 1}}, &err), &err);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path));
    assert_int_equal(image.width, 2);
    png_image_free(&image);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_and_colour_come_back),      cmocka_unit_test(palette_comes_back_as_its_colours),
        cmocka_unit_test(pixel_size_is_pixels_per_metre), cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(a_file_replaces_what_was_there),
    };
    return STM_TEST_MAIN(tests);
}
