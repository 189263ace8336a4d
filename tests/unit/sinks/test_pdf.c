/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/sinks/groups.h"
#include "tests/support/fake_run.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdlib.h>

static const struct stm_fake_run plate = {
    .plate_rows = 4, .plate_cols = 6, .sites = 2, .size = 200, .shrink = 1, .dead = true, .samples = true};

static char *report(struct stm_fake_run run, unsigned long *n)
{
    const struct stm_sink *const sinks[] = {stm_sink_find("pdf"), NULL};
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    run.directory = dir;
    assert_ok(stm_fake_feed(&run, sinks, &err), &err);
    assert_int_equal(stm_tmpdir_count(dir, "."), 1);
    char *const bytes = stm_tmpdir_read(dir, "report.pdf", n);
    assert_non_null(bytes);
    stm_tmpdir_remove(dir);
    return bytes;
}

static int count(const char *bytes, unsigned long n, const char *words)
{
    int found = 0;
    const size_t length = strlen(words);
    for (unsigned long i = 0; i + length <= n; i++)
        found += !memcmp(bytes + i, words, length);
    return found;
}

static int pages(const char *bytes, unsigned long n)
{
    return count(bytes, n, "/Type /Page %");
}

static void a_plate_takes_a_few_pages(void **state)
{
    (void)state;
    unsigned long n = 0;
    char *const bytes = report(plate, &n);
    assert_memory_equal(bytes, "%PDF-1.", 7);
    assert_in_range(pages(bytes, n), 3, 6);
    /* 12 fields, and 2 with remarks that have pixels; outlines are masks over them */
    const int pictures = count(bytes, n, "/Subtype /Image") - count(bytes, n, "/ImageMask true");
    assert_in_range(pictures, 12, 15);
    free(bytes);
}

static void pages_do_not_grow_without_end(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    unsigned long n = 0;
    run.plate_rows = 32;
    run.plate_cols = 48;
    run.sites = 1;
    run.size = 40;
    char *const bytes = report(run, &n);
    assert_in_range(pages(bytes, n), 10, 30);
    assert_true(n < 4000000);
    free(bytes);
}

static void the_same_rows_give_the_same_bytes(void **state)
{
    (void)state;
    unsigned long n = 0, m = 0;
    char *const a = report(plate, &n), *const b = report(plate, &m);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    free(a);
    free(b);
}

static void other_kinds_of_runs(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    unsigned long n = 0;
    run.hostile = true;
    char *bytes = report(run, &n);
    assert_int_equal(count(bytes, n, "/JavaScript"), 0);
    free(bytes);
    run = (struct stm_fake_run){
        .plate_rows = 2, .plate_cols = 3, .sites = 1, .size = 100, .shrink = 1, .bare = true, .blind = true};
    free(report(run, &n));
    run = (struct stm_fake_run){.sites = 1, .size = 100, .shrink = 1};
    bytes = report(run, &n);
    assert_in_range(pages(bytes, n), 1, 3);
    free(bytes);
}

static void a_run_that_fails_leaves_nothing(void **state)
{
    (void)state;
    const struct stm_sink *const sinks[] = {stm_sink_find("pdf"), NULL};
    struct stm_error err = {0};
    struct stm_fake_run run = plate;
    char *const dir = stm_tmpdir_create();
    run.directory = dir;
    run.stop_at_site = 7;
    assert_fails(stm_fake_feed(&run, sinks, &err), &err, "stopped as asked");
    assert_int_equal(stm_tmpdir_count(dir, "."), 0);
    stm_tmpdir_remove(dir);
}

static const char *const names[] = {"Condition", "Concentration", "ConcentrationUnit", "Control"};
static const struct stm_run_info sheet = {.metadata = names, .n_metadata = 4};
enum { WELLS = 9 };
static const char *const told[WELLS][4] = {
    {"drug", "10", "uM", ""}, {"drug", "2", "uM", ""},  {"", "", "", "negative"},
    {"drug", "10", "uM", ""}, {"", "", "", "positive"}, {"", "", "", "negative"},
    {"", "", "", "positive"}, {"", "", "", ""},         {"drug", "10", "uM", ""}};
static const double values[WELLS] = {50, 60, 90, 54, 10, 94, 12, 77, 99};

static void fill(struct stm_pdf_well *wells)
{
    for (int i = 0; i < WELLS; i++)
        wells[i] = (struct stm_pdf_well){.values = &values[i],
                                         .metadata = told[i],
                                         .verdict = i == 8 ? STM_VERDICT_REJECTED : STM_VERDICT_OK};
}

/* Negative 90, 94: mean 92, sd sqrt(8). Positive 10, 12: mean 11, sd sqrt(2). Z' = 1 - 3 (2.8284 + 1.4142)
 * / 81. */
/* Six objects: one debris, one not counted, two columns of which one is a place; then a rejected field. */
static void cells_that_count_are_kept_for_histograms(void **state)
{
    (void)state;
    static const struct stm_measure about = {.unit = "um2"};
    struct stm_column columns[] = {
        {"Location_Center_X", &about}, {"AreaShape_Area", &about}, {"AreaShape_Area_um2", &about}};
    const struct stm_columns objects = {columns, 3};
    const struct stm_run_info info = {.object_columns = &objects, .n_sites = 2};
    struct stm_object object[6];
    double measured[18];
    for (int i = 0; i < 6; i++) {
        object[i] =
            (struct stm_object){.class = i == 4 ? STM_CLASS_DEBRIS : STM_CLASS_DEAD, .counted = i != 2};
        for (int c = 0; c < 3; c++)
            measured[3 * i + c] = 100 * c + i;
    }
    struct stm_site_row site = {.objects = object, .object_values = measured, .n_objects = 6};
    struct stm_pdf_cells cells = {.cell = NULL};
    struct stm_string text = {0};
    stm_pdf_choose_cells(&cells, &info);
    assert_int_equal(cells.n_columns, 1);
    assert_int_equal(cells.column[0], 2);
    assert_int_equal(stm_pdf_put_cells(&text, &cells, &info, &site), 4);
    assert_true(stm_pdf_keep_cells(&cells, text.text, 4));
    assert_int_equal(cells.n, 4);
    assert_true(cells.cell[2].value[0] == 203 && cells.cell[3].value[0] == 205);
    assert_int_equal(cells.cell[3].class, STM_CLASS_DEAD);
    site.verdict = STM_VERDICT_REJECTED;
    assert_int_equal(stm_pdf_put_cells(&text, &cells, &info, &site), 0);
    stm_string_free(&text);
    free(cells.cell);
}

/* A report of a time course has a page more to draw; the curves come from what each field adds. */
static void growth_is_drawn_over_time(void **state)
{
    (void)state;
    const struct stm_fake_run times = {
        .plate_rows = 1, .plate_cols = 2, .sites = 5, .size = 200, .shrink = 1, .times = true};
    struct stm_fake_run still = times;
    unsigned long n = 0, m = 0;
    still.times = false;
    char *const with = report(times, &n), *const without = report(still, &m);
    assert_int_equal(count(with, n, "(Growth)"), 1); /* the bookmark */
    assert_int_equal(count(without, m, "(Growth)"), 0);
    free(with);
    free(without);
}

static void fields_of_a_time_add_up(void **state)
{
    (void)state;
    struct stm_column columns[] = {
        {.name = "Confluence"}, {.name = "Confluence_Excluded"}, {.name = "Count_Cells"}};
    const struct stm_columns site_columns = {columns, 3};
    const struct stm_run_param params[] = {{.stage = "growth", .name = "step_min", .value = "90"}};
    const struct stm_run_info info = {.site_columns = &site_columns, .params = params, .n_params = 1};
    double measured[] = {40, 25, 7};
    struct stm_site_row site = {
        .timepoint = 3, .width = 100, .height = 80, .pixel_um = 2, .values = measured};
    struct stm_pdf_growth growth = {.step_h = 0};
    stm_pdf_choose_growth(&growth, &info);
    assert_near(growth.step_h, 1.5, 0);
    const struct stm_pdf_moment moment = stm_pdf_moment_of(&growth, &site);
    assert_int_equal(moment.time, 3);
    assert_near(moment.surface, 6000, 0);
    assert_near(moment.covered / moment.surface, 40, 0);
    assert_near(moment.area_mm2, 0.032, 1e-12);
    assert_true(stm_pdf_keep_moment(&growth, &moment, 4));
    assert_int_equal(growth.moment[0].well, 4);
    measured[0] = NAN;
    assert_int_equal(stm_pdf_moment_of(&growth, &site).time, -1);
    measured[0] = 40;
    site.verdict = STM_VERDICT_REJECTED;
    assert_int_equal(stm_pdf_moment_of(&growth, &site).time, -1);
    free(growth.moment);
}

static void titles_name_the_unit_once(void **state)
{
    (void)state;
    char title[80];
    stm_pdf_title(title, sizeof title, "AreaShape_Area_um2", "um2");
    assert_string_equal(title, "AreaShape Area (um2)");
    stm_pdf_title(title, sizeof title, "Count_Nuclei", "");
    assert_string_equal(title, "Count Nuclei");
}

static void wells_treated_alike_are_groups(void **state)
{
    (void)state;
    struct stm_pdf_well wells[WELLS];
    struct stm_groups g;
    char text[200];
    fill(wells);
    assert_true(stm_groups_find(&g, &sheet, wells, WELLS, 0));
    assert_int_equal(g.n, 4);
    assert_int_equal(g.group[0].n, 2);
    stm_group_name(&g.group[0], text, sizeof text);
    assert_string_equal(text, "negative control");
    stm_group_name(&g.group[2], text, sizeof text);
    assert_string_equal(text, "drug 2 uM");
    stm_group_name(&g.group[3], text, sizeof text);
    assert_string_equal(text, "drug 10 uM");
    assert_int_equal(g.group[3].wells, 3);
    assert_int_equal(g.group[3].n, 2);
    assert_near(g.group[3].mean, 52, 1e-12);
    assert_near(g.group[3].sd, 2.8284271247461903, 1e-12);
    assert_near(g.z_prime, 1 - 3 * (2.8284271247461903 + 1.4142135623730951) / 81, 1e-12);
    assert_true(stm_groups_z_words(&g, text, sizeof text));
    assert_string_equal(text, "Z' = 0.84 (2 positive, 2 negative wells): the controls are well apart.");
    stm_groups_free(&g);
}

static void z_prime_is_not_made_up(void **state)
{
    (void)state;
    struct stm_pdf_well wells[WELLS];
    struct stm_groups g;
    char text[200];
    fill(wells);
    wells[6].verdict = STM_VERDICT_FAILED;
    assert_true(stm_groups_find(&g, &sheet, wells, WELLS, 0));
    assert_true(isnan(g.z_prime));
    assert_true(stm_groups_z_words(&g, text, sizeof text));
    assert_non_null(strstr(text, "it needs two measured wells of each control"));
    stm_groups_free(&g);
    assert_true(stm_groups_find(&g, &sheet, wells, 2, 0));
    assert_false(stm_groups_z_words(&g, text, sizeof text));
    stm_groups_free(&g);
    static const double flat[] = {90, 10};
    for (int i = 0; i < WELLS; i++)
        wells[i] = (struct stm_pdf_well){.metadata = told[i], .values = &flat[told[i][3][0] == 'p']};
    assert_true(stm_groups_find(&g, &sheet, wells, WELLS, 0));
    assert_true(stm_groups_z_words(&g, text, sizeof text));
    assert_non_null(strstr(text, "do not vary at all"));
    stm_groups_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plate_takes_a_few_pages),
        cmocka_unit_test(pages_do_not_grow_without_end),
        cmocka_unit_test(the_same_rows_give_the_same_bytes),
        cmocka_unit_test(other_kinds_of_runs),
        cmocka_unit_test(a_run_that_fails_leaves_nothing),
        cmocka_unit_test(cells_that_count_are_kept_for_histograms),
        cmocka_unit_test(growth_is_drawn_over_time),
        cmocka_unit_test(fields_of_a_time_add_up),
        cmocka_unit_test(titles_name_the_unit_once),
        cmocka_unit_test(wells_treated_alike_are_groups),
        cmocka_unit_test(z_prime_is_not_made_up),
    };
    return STM_TEST_MAIN(tests);
}
