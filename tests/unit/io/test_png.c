/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/read_image.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>

enum { W = 19, H = 11 };

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

static unsigned value(int bits, int channel, int x, int y)
{
    return (unsigned)(x * 7919 + y * 104729 + channel * 1299709) & ((1u << bits) - 1);
}

struct kind {
    int type, channels, bits;
    bool interlaced;
    const png_color *palette;
    png_uint_32 per_metre;
};

static void fill_row(const struct kind *k, int y, uint8_t *row)
{
    memset(row, 0, W * 8);
    for (int i = 0; i < W * k->channels; i++) {
        const bool alpha = k->type & PNG_COLOR_MASK_ALPHA && i % k->channels == k->channels - 1;
        const unsigned v = alpha ? (1u << k->bits) - 1 : value(k->bits, i % k->channels, i / k->channels, y);
        const int at = i * k->bits;
        if (k->bits == 16)
            row[2 * i] = (uint8_t)(v >> 8), row[2 * i + 1] = (uint8_t)v;
        else
            row[at / 8] |= (uint8_t)(v << (8 - k->bits - at % 8));
    }
}

static void write_png(const char *path, const struct kind *k)
{
    FILE *file = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    uint8_t row[W * 8];
    assert_true(file && png && info);
    png_init_io(png, file);
    png_set_IHDR(png, info, W, H, k->bits, k->type, k->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 0, 0);
    if (k->palette) png_set_PLTE(png, info, k->palette, 1 << k->bits);
    if (k->per_metre) png_set_pHYs(png, info, k->per_metre, k->per_metre, PNG_RESOLUTION_METER);
    png_write_info(png, info);
    for (int pass = png_set_interlace_handling(png); pass > 0; pass--)
        for (int y = 0; y < H; y++) {
            fill_row(k, y, row);
            png_write_row(png, row);
        }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(file);
}

static void every_depth_and_kind_keeps_its_values(void **state)
{
    static const struct {
        int type, channels, colours;
    } types[] = {{PNG_COLOR_TYPE_GRAY, 1, 1},
                 {PNG_COLOR_TYPE_RGB, 3, 3},
                 {PNG_COLOR_TYPE_GRAY_ALPHA, 2, 1},
                 {PNG_COLOR_TYPE_RGBA, 4, 3}};
    const char *path = in_folder(folder, "kind.png");
    (void)state;
    for (int i = 0; i < 4; i++)
        for (int bits = types[i].type == PNG_COLOR_TYPE_GRAY ? 1 : 8; bits <= 16; bits *= 2)
            for (int interlaced = 0; interlaced < 2; interlaced++) {
                write_png(path, &(struct kind){types[i].type, types[i].channels, bits, interlaced, NULL, 0});
                struct loaded it = loaded_open(path);
                assert_int_equal(it.info->channels, types[i].colours);
                assert_int_equal(it.info->stored_bits, bits);
                assert_string_equal(it.info->format, "png");
                for (int c = 0; c < it.info->channels; c++) {
                    loaded_read(&it, c, 0, 0);
                    assert_true(it.scaling.scale == 1 && it.scaling.offset == 0);
                    for (int y = 0; y < H; y++)
                        for (int x = 0; x < W; x++)
                            assert_int_equal(loaded_pixel(&it, x, y), value(bits, c, x, y));
                }
                assert_string_equal(it.info->remark, "");
                loaded_close(&it);
            }
}

static void palettes(void **state)
{
    png_color colours[256];
    const char *path = in_folder(folder, "palette.png");
    (void)state;
    for (int i = 0; i < 16; i++)
        colours[i] = (png_color){(uint8_t)(i * 91), (uint8_t)(i * 37), (uint8_t)(i * 11)};
    write_png(path, &(struct kind){PNG_COLOR_TYPE_PALETTE, 1, 4, true, colours, 0});
    struct loaded it = loaded_plane(path, STM_IMAGE_MAX, 0, 0);
    assert_true(it.info->colour && it.info->channels == 3);
    loaded_read(&it, 1, 0, 0);
    assert_int_equal(loaded_pixel(&it, 3, 2), (uint8_t)(value(4, 0, 3, 2) * 37));
    loaded_close(&it);
    for (int i = 0; i < 256; i++)
        colours[i] = (png_color){(uint8_t)i, 0, 0};
    write_png(path, &(struct kind){PNG_COLOR_TYPE_PALETTE, 1, 8, false, colours, 0});
    it = loaded_plane(path, 0, 0, 0);
    assert_true(!it.info->colour && it.info->channels == 1);
    assert_int_equal(loaded_pixel(&it, 3, 2), value(8, 0, 3, 2));
    loaded_close(&it);
}

static void pixel_sizes(void **state)
{
    const char *path = in_folder(folder, "size.png");
    (void)state;
    write_png(path, &(struct kind){PNG_COLOR_TYPE_GRAY, 1, 8, false, NULL, 2000000});
    struct loaded it = loaded_open(path);
    assert_near(it.info->pixel_um, 0.5, 1e-9);
    loaded_close(&it);
    write_png(path, &(struct kind){PNG_COLOR_TYPE_GRAY, 1, 8, false, NULL, 2835}); /* 72 dpi */
    it = loaded_open(path);
    assert_true(isnan(it.info->pixel_um));
    loaded_close(&it);
}

/* A PNG of one chunk list: signature, IHDR of w x h pixels, then `more`. */
static const char *headed(uint32_t w, uint32_t h, const uint8_t *more, size_t n)
{
    uint8_t ihdr[25] = {0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0};
    const char *path = in_folder(folder, "headed.png");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (int i = 0; i < 4; i++) {
        ihdr[8 + i] = (uint8_t)(w >> (24 - 8 * i));
        ihdr[12 + i] = (uint8_t)(h >> (24 - 8 * i));
    }
    uint32_t crc = 0xffffffff; /* of type and data, as PNG defines it */
    for (int i = 4; i < 21; i++) {
        crc ^= ihdr[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    for (int i = 0; i < 4; i++)
        ihdr[21 + i] = (uint8_t)(~crc >> (24 - 8 * i));
    fwrite("\x89PNG\r\n\x1a\n", 1, 8, file);
    fwrite(ihdr, 1, sizeof ihdr, file);
    fwrite(more, 1, n, file);
    fclose(file);
    return path;
}

static void hostile_files_get_a_sentence(void **state)
{
    static const uint8_t idat[] = {0, 0, 0, 4, 'I', 'D', 'A', 'T', 1, 2, 3, 4, 0, 0, 0, 0},
                         text[] = {0x7f, 0xff, 0xff, 0xf0, 't', 'E', 'X', 't', 'a'};
    (void)state;
    expect_refused(headed(40000, 40000, idat, sizeof idat), "the whole file has");
    expect_refused(headed(0x7fffffff, 1, idat, sizeof idat), "the PNG is damaged");
    expect_refused(headed(16, 16, text, sizeof text), "the PNG is damaged");
    expect_refused(headed(16, 16, idat, 3), "the file ends too early");
    expect_refused(headed(16, 16, idat, sizeof idat), "the PNG is damaged");
}

static void cut_files_are_refused(void **state)
{
    const char *path = in_folder(folder, "cut.png");
    unsigned long n;
    (void)state;
    write_png(path, &(struct kind){PNG_COLOR_TYPE_GRAY, 1, 16, false, NULL, 0});
    char *bytes = stm_tmpdir_read(folder, "cut.png", &n);
    assert_non_null(bytes);
    for (unsigned long keep = 9; keep + 60 < n; keep += 13) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(bytes, 1, keep, file);
        fclose(file);
        expect_refused(path, "the PNG is damaged");
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_depth_and_kind_keeps_its_values),
        cmocka_unit_test(palettes),
        cmocka_unit_test(pixel_sizes),
        cmocka_unit_test(hostile_files_get_a_sentence),
        cmocka_unit_test(cut_files_are_refused),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
