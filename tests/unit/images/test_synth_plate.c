/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/synth_plate.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>

static _Alignas(16) unsigned char scene_params[STM_SCENE_PARAMS];

static struct stm_synth_plate small_plate(void)
{
    struct stm_synth_plate p = {0};
    stm_param_defaults(stm_synth_plate_params, &p);
    p.scene = stm_scene_find("fluorescence");
    p.scene_params = scene_params;
    stm_param_defaults(p.scene->params, scene_params);
    p.rows = 2;
    p.cols = 2;
    p.sites = 2;
    p.width = p.height = 160;
    p.density_from = 8;
    p.density_to = 30;
    p.dead_from = 0;
    p.dead_to = 80;
    return p;
}

static int occurrences(const char *text, const char *what)
{
    int n = 0;
    while ((text = strstr(text, what))) {
        text++;
        n++;
    }
    return n;
}

static void a_plate_has_its_files_and_tables(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const directory = stm_tmpdir_create();
    const struct stm_synth_plate p = small_plate();
    assert_ok(stm_synth_plate_write(&p, directory, &err), &err);
    assert_int_equal(stm_tmpdir_count(directory, "images"), 2 * 2 * 2 * 2);
    char *const label = stm_tmpdir_read(directory, "truth/plate_B01_s2_w1_label.tif", NULL);
    char *const wells = stm_tmpdir_read(directory, "truth/wells.csv", NULL);
    char *const objects = stm_tmpdir_read(directory, "truth/objects.csv", NULL);
    assert_true(label && wells && objects);
    char *line = strchr(wells, '\n') + 1;
    int rows = 0, total = 0;
    for (; *line; line = strchr(line, '\n') + 1, rows++) {
        int sites, nuclei, live, dead;
        assert_int_equal(sscanf(line, "plate,%*[A-B0-2],%d,%d,%d,%d,", &sites, &nuclei, &live, &dead), 4);
        assert_true(sites == 2 && nuclei == live + dead);
        assert_true((line[6] == 'A') == (dead == 0)); /* no dead cell in the first row, 80 % in the last */
        total += nuclei;
    }
    assert_int_equal(rows, 4);
    assert_int_equal(total, occurrences(objects, ",live,") + occurrences(objects, ",dead,"));
    free(label);
    free(wells);
    free(objects);
    stm_tmpdir_remove(directory);
}

static void sites_do_not_depend_on_each_other(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_synth_plate p = small_plate();
    struct stm_field a, b;
    assert_ok(stm_synth_plate_site(&p, 0, 0, 1, &a, &err), &err);
    p.sites = 9;
    p.rows = 5;
    assert_ok(stm_synth_plate_site(&p, 0, 0, 1, &b, &err), &err);
    assert_memory_equal(a.plane[0].px, b.plane[0].px, 2 * 160 * 160);
    stm_synth_free(&b);
    assert_ok(stm_synth_plate_site(&p, 0, 0, 2, &b, &err), &err);
    assert_memory_not_equal(a.plane[0].px, b.plane[0].px, 2 * 160 * 160);
    stm_synth_free(&a);
    stm_synth_free(&b);
}

static void what_cannot_be_made_is_said(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_synth_plate p = small_plate();
    assert_false(stm_synth_plate_write(&p, "/dev/null/plate", &err));
    assert_int_equal(err.status, STM_IO);
    strcpy(p.plate, "a/b");
    assert_fails(stm_synth_plate_write(&p, "/tmp", &err), &err, "a/b");
    p = small_plate();
    p.width = 8;
    struct stm_field f;
    assert_fails(stm_synth_plate_site(&p, 0, 0, 0, &f, &err), &err, "8 x 160");
    p = small_plate();
    p.pixel_um = 0.001;
    assert_fails(stm_synth_plate_site(&p, 0, 0, 0, &f, &err), &err, "0.001 um");
    p = small_plate();
    p.density_from = 1e5;
    assert_fails(stm_synth_plate_site(&p, 0, 0, 0, &f, &err), &err, "20000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plate_has_its_files_and_tables),
        cmocka_unit_test(sites_do_not_depend_on_each_other),
        cmocka_unit_test(what_cannot_be_made_is_said),
    };
    return STM_TEST_MAIN(tests);
}
