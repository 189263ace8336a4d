/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/image.h"
#include "tests/support/tiff_file.h"

#include <stdlib.h>
#include <unistd.h>

enum { W = 37, H = 19, MAX = 8 };

static char path[] = "/tmp/stroma-test-tiff-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    const int fd = mkstemp(path);
    if (fd >= 0) close(fd);
    return fd < 0;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

/* A pattern that uses all of `bits` bits; different in every sample. */
static unsigned value(int bits, int sample, int x, int y)
{
    return ((unsigned)(x * 7919 + y * 104729 + sample * 1299709) ^ 0xfffffu) & ((1u << bits) - 1);
}

static void put_bits(uint8_t *row, size_t at, int bits, unsigned v)
{
    for (int i = 0; i < bits; i++)
        if (v >> (bits - 1 - i) & 1) row[(at + (size_t)i) / 8] |= (uint8_t)(0x80 >> (at + (size_t)i) % 8);
}

/* The pattern as libtiff wants it: 8 and 16 bits native, others packed. */
static uint8_t *pattern(const struct tiff_page *p)
{
    const size_t row = tiff_row_bytes(p);
    uint8_t *px = calloc(row * p->h, p->planar ? (size_t)p->samples : 1);
    for (int s = 0; s < p->samples; s++)
        for (int y = 0; y < (int)p->h; y++)
            for (int x = 0; x < (int)p->w; x++) {
                uint8_t *start = px + ((p->planar ? (size_t)s * p->h : 0) + (size_t)y) * row;
                const size_t i = p->planar ? (size_t)x : (size_t)(x * p->samples + s);
                const uint16_t v = (uint16_t)value(p->bits, s, x, y);
                if (p->bits == 16)
                    memcpy(start + 2 * i, &v, 2);
                else
                    put_bits(start, i * (size_t)p->bits, p->bits, v);
            }
    return px;
}

static struct stm_u16 plane_of(const struct stm_image *image)
{
    const struct stm_image_info *i = stm_image_info(image);
    const struct stm_u16 plane = {malloc((size_t)i->width * (size_t)i->height * 2), i->width, i->width,
                                  i->height};
    assert_non_null(plane.px);
    return plane;
}

static void expect_pattern(const struct tiff_page *p)
{
    struct stm_error err = {0};
    struct stm_image *image;
    struct stm_scaling s;
    assert_ok(stm_image_open(&image, path, &err), &err);
    assert_int_equal(stm_image_info(image)->width, p->w);
    assert_int_equal(stm_image_info(image)->height, p->h);
    assert_int_equal(stm_image_info(image)->channels, p->samples);
    assert_int_equal(stm_image_info(image)->stored_bits, p->bits);
    const struct stm_u16 out = plane_of(image);
    for (int c = 0; c < p->samples; c++) {
        assert_ok(stm_image_read(image, c, 0, 0, out, &s, &err), &err);
        assert_true(s.scale == 1 && s.offset == 0 && !s.lossy);
        for (int y = 0; y < out.h; y++)
            for (int x = 0; x < out.w; x++)
                assert_int_equal(out.px[y * out.stride + x], value(p->bits, c, x, y));
    }
    free(out.px);
    stm_image_close(&image);
}

static void check_layout(const char *mode, struct tiff_page p)
{
    uint8_t *px = pattern(&p);
    p.px = px;
    tiff_file_write(path, mode, &p, 1);
    expect_pattern(&p);
    free(px);
}

static void every_depth_and_layout_keeps_its_values(void **state)
{
    static const char *const modes[] = {"wl", "wb", "wl8", "wb8"};
    (void)state;
    for (int bits = 1; bits <= 16; bits++)
        for (int samples = 1; samples <= 4; samples++)
            for (int planar = 0; planar < (samples > 1 ? 2 : 1); planar++)
                for (int mode = 0; mode < 4; mode++)
                    check_layout(modes[mode], (struct tiff_page){.w = W,
                                                                 .h = H,
                                                                 .bits = bits,
                                                                 .samples = samples,
                                                                 .photometric = 1,
                                                                 .strip = mode % 2 ? 5 : 0,
                                                                 .planar = planar});
}

static void every_compression_keeps_its_values(void **state)
{
    static const int compressions[] = {1, 5, 8, 32946, 32773, 50000, 34925};
    (void)state;
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        for (int bits = 8; bits <= 16; bits += 8)
            for (int predictor = 1; predictor <= (compressions[i] == 1 || compressions[i] == 32773 ? 1 : 2);
                 predictor++)
                for (uint32_t tile = 0; tile <= 16; tile += 16)
                    for (int planar = 0; planar < 2; planar++)
                        check_layout(tile ? "wb" : "wl", (struct tiff_page){.w = W,
                                                                            .h = H,
                                                                            .bits = bits,
                                                                            .samples = 2,
                                                                            .photometric = 1,
                                                                            .compression = compressions[i],
                                                                            .predictor = predictor,
                                                                            .strip = 4,
                                                                            .tile = tile,
                                                                            .planar = planar});
}

/* Strips of four rows in which no row is wanted are not decoded, whatever the compression; the others are. */
static void rows_that_are_not_wanted_are_left(void **state)
{
    static const int compressions[] = {1, 5, 8};
    (void)state;
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++) {
        struct tiff_page p = {.w = W,
                              .h = H,
                              .bits = 16,
                              .samples = 1,
                              .photometric = 1,
                              .compression = compressions[i],
                              .predictor = 1,
                              .strip = 4};
        const uint8_t wanted[H] = {[5] = 1, [H - 1] = 1};
        struct stm_error err = {0};
        struct stm_image *image;
        uint8_t *px = pattern(&p);
        p.px = px;
        tiff_file_write(path, "wl", &p, 1);
        assert_ok(stm_image_open(&image, path, &err), &err);
        const struct stm_u16 out = plane_of(image);
        for (int at = 0; at < W * H; at++)
            out.px[at] = 12345;
        assert_ok(stm_image_read_rows(image, 0, 0, 0, wanted, out, NULL, &err), &err);
        for (int x = 0; x < W; x++) {
            assert_int_equal(out.px[5 * W + x], value(16, 0, x, 5));
            assert_int_equal(out.px[(H - 1) * W + x], value(16, 0, x, H - 1));
            assert_int_equal(out.px[3 * W + x], 12345);
            assert_int_equal(out.px[8 * W + x], 12345);
        }
        free(out.px);
        stm_image_close(&image);
        free(px);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_depth_and_layout_keeps_its_values),
        cmocka_unit_test(every_compression_keeps_its_values),
        cmocka_unit_test(rows_that_are_not_wanted_are_left),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
