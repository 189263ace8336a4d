/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The samples in images/ are what their recipes make: the same files, the same pixels, the same tables. The
 * bytes of compressed files are the libraries' business. */
#include "tests/support/stm_assert.h"

#include "images/samples.h"
#include "tests/support/tmpdir.h"

#include <dirent.h>
#include <stdlib.h>
#include <tiffio.h>

static const char images[] = STM_SOURCE_ROOT "/images";

struct picture {
    uint32_t w, h;
    uint16_t bits, samples;
    uint8_t *px;
    size_t bytes;
};

static struct picture decode(const char *path)
{
    struct picture p = {.samples = 1};
    TIFF *const tif = TIFFOpen(path, "r");
    if (!tif) fail_msg("%s: missing or unreadable; make it again with: stroma synth", path);
    assert_true(TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &p.w) && TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &p.h));
    assert_true(TIFFGetField(tif, TIFFTAG_BITSPERSAMPLE, &p.bits));
    TIFFGetField(tif, TIFFTAG_SAMPLESPERPIXEL, &p.samples);
    const size_t row = (size_t)TIFFScanlineSize(tif);
    p.bytes = row * p.h;
    p.px = malloc(p.bytes);
    for (uint32_t y = 0; y < p.h; y++)
        assert_int_equal(TIFFReadScanline(tif, p.px + y * row, y, 0), 1);
    TIFFClose(tif);
    return p;
}

static void check_picture(const char *shipped, const char *made)
{
    struct picture a = decode(shipped), b = decode(made);
    assert_true(a.w == b.w && a.h == b.h && a.bits == b.bits && a.samples == b.samples);
    for (size_t i = 0; i < a.bytes; i++)
        if (a.px[i] != b.px[i])
            fail_msg("%s: row %zu differs from what the recipe makes", shipped, i / (a.bytes / a.h));
    free(a.px);
    free(b.px);
}

static void check_table(const char *directory, const char *made, const char *name)
{
    char *const a = stm_tmpdir_read(directory, name, NULL), *const b = stm_tmpdir_read(made, name, NULL);
    assert_non_null(a);
    assert_non_null(b);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

/* Every file of the shipped folder; returns how many there are. */
static int check_folder(const char *directory, const char *made)
{
    char shipped[1024], other[1024];
    int n = 0;
    DIR *const d = opendir(directory);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));) {
        snprintf(shipped, sizeof shipped, "%s/%s", directory, e->d_name);
        snprintf(other, sizeof other, "%s/%s", made, e->d_name);
        n += e->d_name[0] != '.';
        if (strstr(e->d_name, ".tif")) check_picture(shipped, other);
        if (strstr(e->d_name, ".csv")) check_table(directory, made, e->d_name);
    }
    closedir(d);
    return n;
}

static void check_sample(const struct stm_sample *sample)
{
    static const char *const folders[] = {"images", "truth"};
    struct stm_error err = {0};
    struct stm_sample_recipe recipe;
    char *const made = stm_tmpdir_create();
    assert_ok(stm_sample_recipe(sample, &recipe, &err), &err);
    assert_ok(stm_synth_plate_write(&recipe.plate, made, &err), &err);
    for (int i = 0; i < 2; i++) {
        char shipped[1024], other[1024];
        snprintf(shipped, sizeof shipped, "%s/%s/%s", images, sample->name, folders[i]);
        snprintf(other, sizeof other, "%s/%s", made, folders[i]);
        assert_int_equal(check_folder(shipped, other), stm_tmpdir_count(made, folders[i]));
    }
    stm_tmpdir_remove(made);
}

static void samples_are_what_their_recipes_make(void **state)
{
    (void)state;
    for (const struct stm_sample *s = stm_samples; s->name; s++)
        check_sample(s);
}

static void samples_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(stm_sample_find("sample12"), &stm_samples[0]);
    assert_null(stm_sample_find("nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_what_their_recipes_make),
        cmocka_unit_test(samples_are_found_by_name),
    };
    return STM_TEST_MAIN(tests);
}
