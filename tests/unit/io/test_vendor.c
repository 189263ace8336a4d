/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private tags of microscope programs, in files put together byte by byte: 4 x 2 pixels of 16 bits, a
 * directory, then what the private tags point to. */
#include "tests/support/stm_assert.h"

#include "tests/support/read_image.h"
#include "tests/support/tmpdir.h"

#include <math.h>

enum { W = 4, H = 2, PLANE = W * H * 2, MOST = 4, SHORT = 3, LONG = 4, DOUBLE = 12, ASCII = 2, BYTE = 1 };
enum { USUAL = 9, DIRECTORY = 8, DATA = DIRECTORY + 2 + 12 * (USUAL + 1) + 4, EXTRA = DATA + MOST * PLANE };

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

static void put(FILE *file, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        fputc((int)(value >> 8 * i & 255), file);
}

static void put_entry(FILE *file, unsigned tag, unsigned type, uint32_t count, uint32_t value)
{
    put(file, tag, 2);
    put(file, type, 2);
    put(file, count, 4);
    put(file, value, 4);
}

/* MOST planes, pixels of plane i are 100 + i, of which the directory knows the first; one private tag whose
 * value, `n` bytes, is at EXTRA. */
static const char *with_tag(unsigned tag, unsigned type, uint32_t count, const void *value, size_t n)
{
    const char *path = in_folder(folder, "vendor.tif");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    put(file, 0x002a4949, 4);
    put(file, DIRECTORY, 4);
    put(file, USUAL + 1, 2);
    put_entry(file, 256, LONG, 1, W);
    put_entry(file, 257, LONG, 1, H);
    put_entry(file, 258, SHORT, 1, 16);
    put_entry(file, 259, SHORT, 1, 1);
    put_entry(file, 262, SHORT, 1, 1);
    put_entry(file, 273, LONG, 1, DATA);
    put_entry(file, 277, SHORT, 1, 1);
    put_entry(file, 278, LONG, 1, H);
    put_entry(file, 279, LONG, 1, PLANE);
    put_entry(file, tag, type, count, EXTRA);
    put(file, 0, 4);
    for (int i = 0; i < MOST * W * H; i++)
        put(file, (uint64_t)(100 + i / (W * H)), 2);
    fwrite(value, 1, n, file);
    fclose(file);
    return path;
}

static void nis_elements(void **state)
{
    const double um = 0.870795, absurd = 1e9;
    (void)state;
    struct loaded it = loaded_open(with_tag(65326, DOUBLE, 1, &um, sizeof um));
    assert_true(it.info->pixel_um == um);
    loaded_close(&it);
    it = loaded_open(with_tag(65326, BYTE, 8, &um, sizeof um));
    assert_true(it.info->pixel_um == um);
    loaded_close(&it);
    it = loaded_open(with_tag(65326, DOUBLE, 1, &absurd, sizeof absurd));
    assert_true(isnan(it.info->pixel_um));
    loaded_close(&it);
    it = loaded_open(with_tag(65326, DOUBLE, 1, &um, 3)); /* the file ends inside it */
    assert_true(isnan(it.info->pixel_um));
    loaded_close(&it);
}

/* UIC1: calibrated, 645/1000 um, units, name. */
static void metamorph(void **state)
{
    enum { AFTER = EXTRA + 4 * 8 };
    const uint32_t value[] = {3, 1, 4, AFTER, 6, AFTER + 8, 7, AFTER + 16, 645, 1000, 2, 0x6d75, 3, 0x357943};
    uint32_t off[14];
    (void)state;
    struct loaded it = loaded_open(with_tag(33628, LONG, 4, value, sizeof value));
    assert_near(it.info->pixel_um, 0.645, 1e-12);
    assert_string_equal(stm_image_channel_name(it.image, 0), "Cy5");
    loaded_close(&it);
    memcpy(off, value, sizeof value);
    off[1] = 0; /* not calibrated */
    it = loaded_open(with_tag(33628, LONG, 4, off, sizeof off));
    assert_true(isnan(it.info->pixel_um));
    loaded_close(&it);
}

/* UIC2: a record of six LONGs for each plane, z distance first. */
static void metamorph_stacks(void **state)
{
    uint32_t value[4 * 6] = {0};
    (void)state;
    struct loaded it = loaded_plane(with_tag(33629, LONG, 4, value, sizeof value), 0, 0, 2);
    assert_true(it.info->t == 4 && it.info->z == 1);
    assert_int_equal(loaded_pixel(&it, 1, 1), 102);
    loaded_close(&it);
    for (int i = 0; i < 4; i++)
        value[6 * i] = (uint32_t)i, value[6 * i + 1] = 1;
    it = loaded_plane(with_tag(33629, LONG, 4, value, sizeof value), 0, 3, 0);
    assert_true(it.info->t == 1 && it.info->z == 4);
    assert_int_equal(loaded_pixel(&it, 1, 1), 103);
    loaded_close(&it);
}

static void zeiss_lsm(void **state)
{
    uint8_t value[64] = {0x4c, 0x49, 0, 4, 64};
    const uint32_t one = 1;
    const double metres = 0.25e-6;
    (void)state;
    memcpy(value + 16, &one, 4);
    memcpy(value + 24, &one, 4);
    memcpy(value + 40, &metres, 8);
    struct loaded it = loaded_open(with_tag(34412, BYTE, sizeof value, value, sizeof value));
    assert_near(it.info->pixel_um, 0.25, 1e-12);
    loaded_close(&it);
}

static void micro_manager(void **state)
{
    static const char value[] = "{\"PixelSizeUm\": 0.65, \"BitDepth\": 12, \"Channel\": \"DAPI\"}";
    (void)state;
    struct loaded it = loaded_plane(with_tag(51123, ASCII, sizeof value, value, sizeof value), 0, 0, 0);
    assert_near(it.info->pixel_um, 0.65, 1e-12);
    assert_int_equal(it.info->declared_bits, 12);
    assert_int_equal(it.scaling.true_bits, 12);
    assert_string_equal(stm_image_channel_name(it.image, 0), "DAPI");
    loaded_close(&it);
    it = loaded_open(with_tag(51123, ASCII, 9, "{\"Pixel\": ", 9));
    assert_true(isnan(it.info->pixel_um));
    loaded_close(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nis_elements), cmocka_unit_test(metamorph),     cmocka_unit_test(metamorph_stacks),
        cmocka_unit_test(zeiss_lsm),    cmocka_unit_test(micro_manager),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
