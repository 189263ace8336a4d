/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/file.h"
#include "pipeline/core/random.h"
#include "pipeline/review/compare.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool read_instrument(struct stm_comparand *c, const void *data, size_t n, struct stm_error *err)
{
    char path[4096];
    char *const dir = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/file.csv", dir);
    assert_ok(stm_file_save(path, data, n, err), err);
    *c = (struct stm_comparand){0};
    const bool good = stm_comparand_instrument(c, path, err);
    stm_tmpdir_remove(dir);
    return good;
}

static void check_instrument(const char *text, const char *kind, int samples, const char *key,
                             double viability, double total, double viable, double diameter)
{
    struct stm_comparand c;
    struct stm_error err = {0};
    assert_ok(read_instrument(&c, text, strlen(text), &err), &err);
    const double expected[] = {viability, total, viable, diameter};
    static const char *const names[] = {"Viability", "Total_per_mL", "Viable_per_mL", "Diameter_um"};
    assert_string_equal(c.kind, kind);
    assert_int_equal(c.n_samples, samples);
    assert_string_equal(c.sample[0].key, key);
    for (int i = 0; i < 4; i++)
        if (!isnan(expected[i]))
            assert_near(c.sample[0].value[stm_comparand_measure(&c, names[i])], expected[i], 1e-6);
    stm_comparand_free(&c);
}

static void files_of_other_counters_are_read_as_they_are(void **state)
{
    (void)state;
    check_instrument(
        "Sample ID,Cell count,Viable cells,Total (x10^6) cells/mL,Viable (x10^6) cells/mL,Viability (%),"
        "Average diameter (\xce\xbcm),Average viable diameter (\xce\xbcm),Average circularity\n"
        "MSC 1,1500,1400,1.25,1.10,88.0,14.2,14.5,0.91\nMSC 2,900,700,0.8,0.6,75.0,15,15,0.9\n",
        "Vi-CELL BLU", 2, "MSC 1", 88, 1.25e6, 1.1e6, 14.2);
    check_instrument(
        "NAME,SAMPLE ID,TAGS,PROTOCOL,STATUS,TOTAL (cells/ml),LIVE (cells/ml),DEAD (cells/ml),VIABILITY (%),"
        "DIAMETER (\xc2\xb5m),AGGREGATES (%),DEBRIS INDEX,DILUTION FACTOR\n"
        "run 1,S1,,p,ok,274 000,250 000,24 000,91.2,12.5,3,0.2,1\n",
        "NC-View", 1, "S1", 91.2, 274000, 250000, 12.5);
    check_instrument("Viability and Cell Count Assay - example; ;\nImage;20231120-0012-c;\nOperator;X;\n"
                     "Viability (%);68.2;\nLive (cells/ml);2.45E6;\nDead (cells/ml);1.14E6;\nTotal "
                     "(cells/ml);3.58E6;\n ; ;\n"
                     "Estimated cell diameter (um);9.1;\nMultiplication factor;1.000;\n;\n21 CFR Part "
                     "11;disabled\n\n//[ECEC5A41]",
                     "NucleoView", 1, "20231120-0012-c", 68.2, 3.58e6, 2.45e6, 9.1);
    check_instrument(
        "Plate Name,Plate1,,,,,,\nDilution,2,,,,,,\nInstrument SN,MX-1,,,,,,\n,,,,,,,\n"
        ",,Row,Column,Well Name,Live Count,Live Concentration (E6),Viability (%),Total Concentration (E6)\n"
        ",,0,0,A1,24,0.50,90.00,0.55\n,,0,1,A2,100,0.51,90.00,0.56\n",
        "Cellaca", 2, "A1", 90, 5.5e5, 5e5, NAN);
    check_instrument(
        "Well Name,Live Count,Live Cells/mL,Live Mean Size,Viability,Dead Count,Dead Cells/mL,Total Cells/mL,"
        "Total Mean Size\nP2-1,1165,2.28E+06,9.53,87.00%,177,3.43E+05,2.62E+06,8.88\n",
        "Matrix", 1, "P2-1", 87, 2.62e6, 2.28e6, 8.88);
}

static void utf16_and_fixed_blanks_are_read(void **state)
{
    (void)state;
    static const char text[] = "Sample ID;Total (cells/ml);Viability (%)\nA;1\xc2\xa0"
                               "274\xe2\x80\xaf"
                               "000;91\n";
    static const char ascii[] = "Sample ID,Total (cells/ml),Viability (%)\nB,5000,50\n";
    char wide[2 * sizeof ascii];
    struct stm_comparand c;
    struct stm_error err = {0};
    assert_ok(read_instrument(&c, text, sizeof text - 1, &err), &err);
    assert_near(c.sample[0].value[stm_comparand_measure(&c, "Total_per_mL")], 1274000, 0);
    stm_comparand_free(&c);
    size_t n = 0;
    wide[n++] = (char)0xff, wide[n++] = (char)0xfe;
    for (const char *p = ascii; *p; p++)
        wide[n++] = *p, wide[n++] = '\0';
    assert_ok(read_instrument(&c, wide, n, &err), &err);
    assert_near(c.sample[0].value[stm_comparand_measure(&c, "Total_per_mL")], 5000, 0);
    stm_comparand_free(&c);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    static const char text[] = "a,b,c\n1,2,3\n", empty[] = "Sample ID,Total (cells/ml),Viability (%)\n";
    struct stm_comparand c;
    struct stm_error err = {0};
    assert_fails(read_instrument(&c, text, sizeof text - 1, &err), &err, "no line names samples");
    stm_comparand_free(&c);
    assert_fails(read_instrument(&c, empty, sizeof empty - 1, &err), &err, "the table has no samples");
    stm_comparand_free(&c);
}

/* A side with one measure; keys k0, k1, … repeated `replicates` times. */
static struct stm_comparand side(const double *values, int n, int replicates)
{
    struct stm_comparand c = {.kind = "test", .unit = "samples"};
    struct stm_error err = {0};
    char key[32];
    const int m = stm_comparand_measure(&c, "M");
    for (int i = 0; i < n; i++) {
        snprintf(key, sizeof key, "k%d", i / replicates);
        struct stm_comparand_sample *const s = stm_comparand_add(&c, key, &err);
        assert_non_null(s);
        s->value[m] = values[i];
    }
    return c;
}

/* R: t.test(c(30.02, 29.99, 30.11, 29.97, 30.01, 29.99), c(29.89, 29.93, 29.72, 29.98, 30.02, 29.98)):
 * t = 1.959, df = 7.03, p = 0.0907 (the example of many text books). */
static void independent_samples_are_tested_by_welch(void **state)
{
    (void)state;
    static const double a[] = {30.02, 29.99, 30.11, 29.97, 30.01, 29.99},
                        b[] = {29.89, 29.93, 29.72, 29.98, 30.02, 29.98};
    struct stm_comparand x = side(a, 6, 1), y = side(b, 6, 1);
    struct stm_compare c = {0};
    struct stm_error err = {0};
    assert_ok(stm_compare_run(&c, &x, &y, false, 0.95, &err), &err);
    assert_int_equal(c.n, 1);
    assert_near(c.item[0].difference, -0.095, 1e-9);
    assert_near(c.item[0].p, 0.0907, 5e-4);
    assert_near(c.item[0].adjusted, c.item[0].p, 1e-12);
    assert_false(c.item[0].moved);
    assert_true(c.item[0].low < -0.095 && c.item[0].high > 0);
    stm_compare_free(&c);
    stm_comparand_free(&x);
    stm_comparand_free(&y);
}

static void pairs_see_what_scatter_between_samples_hides(void **state)
{
    (void)state;
    static const double a[] = {10, 50, 90, 30, 70}, b[] = {12.1, 51.9, 92, 32.2, 71.8};
    struct stm_comparand x = side(a, 5, 1), y = side(b, 5, 1);
    struct stm_compare c = {0};
    struct stm_error err = {0};
    assert_ok(stm_compare_run(&c, &x, &y, false, 0.95, &err), &err);
    assert_false(c.item[0].moved);
    stm_compare_free(&c);
    assert_ok(stm_compare_run(&c, &x, &y, true, 0.95, &err), &err);
    assert_true(c.item[0].moved);
    assert_int_equal(c.item[0].pairs, 5);
    assert_near(c.item[0].units.bias, 2.0, 1e-9);
    assert_near(c.item[0].line.slope, 1, 0.01);
    stm_compare_free(&c);
    stm_comparand_free(&x);
    stm_comparand_free(&y);
}

static void replicates_give_repeatability_and_one_pair(void **state)
{
    (void)state;
    static const double a[] = {9, 11, 19, 21, 29, 31}, b[] = {10, 10, 20, 20, 30, 30};
    struct stm_comparand x = side(a, 6, 2), y = side(b, 6, 2);
    struct stm_compare c = {0};
    struct stm_error err = {0};
    assert_ok(stm_compare_run(&c, &x, &y, true, 0.95, &err), &err);
    assert_int_equal(c.item[0].pairs, 3);
    assert_near(c.item[0].repeatability[0], sqrt(2), 1e-9);
    assert_near(c.item[0].repeatability[1], 0, 1e-9);
    assert_near(c.item[0].units.bias, 0, 1e-9);
    stm_compare_free(&c);
    assert_fails(
        (stm_compare_run(&c, &x, &(struct stm_comparand){.kind = "t", .unit = "u"}, false, 0.95, &err)), &err,
        "no measure has two values on both sides");
    stm_comparand_free(&x);
    stm_comparand_free(&y);
}

/* Twenty measures of two sides that are alike: any of them is said to have moved in at most 5 % of
 * comparisons. */
static void nothing_moves_when_nothing_changed(void **state)
{
    (void)state;
    enum { MEASURES = 20, ROUNDS = 400 };
    int alarms = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct stm_random r = stm_random_from(stm_seed(7, (uint64_t)round));
        struct stm_comparand sides[2] = {{.kind = "t", .unit = "u"}, {.kind = "t", .unit = "u"}};
        struct stm_compare c = {0};
        struct stm_error err = {0};
        char name[16];
        for (int s = 0; s < 2; s++)
            for (int i = 0; i < 6; i++) {
                struct stm_comparand_sample *const sample = stm_comparand_add(&sides[s], "k", &err);
                for (int m = 0; m < MEASURES; m++) {
                    snprintf(name, sizeof name, "M%d", m);
                    double sum = 0; /* of twelve: near enough to a normal number */
                    for (int k = 0; k < 12; k++)
                        sum += stm_random_real(&r);
                    sample->value[stm_comparand_measure(&sides[s], name)] = sum;
                }
            }
        assert_ok(stm_compare_run(&c, &sides[0], &sides[1], false, 0.95, &err), &err);
        bool any = false;
        for (int m = 0; m < c.n; m++)
            any |= c.item[m].moved;
        alarms += any;
        stm_compare_free(&c);
        stm_comparand_free(&sides[0]);
        stm_comparand_free(&sides[1]);
    }
    assert_true(alarms <= 0.05 * ROUNDS);
    assert_true(alarms > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_other_counters_are_read_as_they_are),
        cmocka_unit_test(utf16_and_fixed_blanks_are_read),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(independent_samples_are_tested_by_welch),
        cmocka_unit_test(pairs_see_what_scatter_between_samples_hides),
        cmocka_unit_test(replicates_give_repeatability_and_one_pair),
        cmocka_unit_test(nothing_moves_when_nothing_changed),
    };
    return STM_TEST_MAIN(tests);
}
