/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The samples in images/ are what their recipes make, pixel for pixel. */
#include "tests/support/stm_assert.h"

#include "images/samples.h"

#include <stdlib.h>
#include <tiffio.h>

static const char folder[] = STM_SOURCE_ROOT "/images";

/* The file's rows are those of `px`: `row` bytes each, `stride` apart. */
static void check_file(const char *path, const void *px, size_t row, size_t stride, int h)
{
    TIFF *const tif = TIFFOpen(path, "r");
    if (!tif) fail_msg("%s: missing or unreadable; make it again with: stroma synth", path);
    uint8_t *const back = malloc(row);
    uint32_t rows = 0;
    assert_true(TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &rows) && (int)rows == h);
    assert_int_equal(TIFFScanlineSize(tif), row);
    for (int y = 0; y < h; y++) {
        assert_int_equal(TIFFReadScanline(tif, back, (uint32_t)y, 0), 1);
        if (memcmp(back, (const uint8_t *)px + (size_t)y * stride, row))
            fail_msg("%s: row %d differs", path, y);
    }
    free(back);
    TIFFClose(tif);
}

static void check_labels(const char *path, struct stm_u32 labels)
{
    const size_t n = (size_t)labels.w * (size_t)labels.h;
    uint16_t *const px = malloc(n * sizeof *px);
    for (size_t i = 0; i < n; i++)
        px[i] = (uint16_t)labels.px[i];
    check_file(path, px, 2 * (size_t)labels.w, 2 * (size_t)labels.w, labels.h);
    free(px);
}

static void check_site(const struct stm_sample *sample, const struct stm_synth_plate *plate, int row, int col,
                       int site)
{
    struct stm_error err = {0};
    struct stm_field f;
    char stem[STM_PARAM_TEXT + 48], path[1024];
    assert_ok(stm_synth_plate_site(plate, row, col, site, &f, &err), &err);
    snprintf(stem, sizeof stem, "%s_%c%02d_s%d", plate->plate, 'A' + row, col + 1, site + 1);
    for (int c = 0; c < f.channels; c++) {
        snprintf(path, sizeof path, "%s/%s/images/%s_w%d.tif", folder, sample->name, stem, c + 1);
        check_file(path, f.plane[c].px, 2 * (size_t)f.w, 2 * (size_t)f.w, f.h);
    }
    if (f.rgb.px) {
        snprintf(path, sizeof path, "%s/%s/images/%s.tif", folder, sample->name, stem);
        check_file(path, f.rgb.px, 3 * (size_t)f.w, 3 * (size_t)f.w, f.h);
    }
    snprintf(path, sizeof path, "%s/%s/truth/%s%s_label.tif", folder, sample->name, stem,
             f.channels ? "_w1" : "");
    check_labels(path, f.truth.cells);
    stm_synth_free(&f);
}

static void samples_are_what_their_recipes_make(void **state)
{
    (void)state;
    struct stm_error err = {0};
    for (const struct stm_sample *s = stm_samples; s->name; s++) {
        struct stm_sample_recipe recipe;
        assert_ok(stm_sample_recipe(s, &recipe, &err), &err);
        for (int row = 0; row < recipe.plate.rows; row++)
            for (int col = 0; col < recipe.plate.cols; col++)
                for (int site = 0; site < recipe.plate.sites; site++)
                    check_site(s, &recipe.plate, row, col, site);
    }
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
