/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With an argument it writes the example there instead. */
#include "tests/support/stm_assert.h"

#include "images/dilution.h"
#include "pipeline/core/csv.h"
#include "pipeline/core/file.h"

#include <math.h>
#include <stdlib.h>

static void shipped_example_is_what_the_recipe_makes(void **state)
{
    (void)state;
    struct stm_string made = {0};
    struct stm_error err = {0};
    char *shipped;
    size_t n;
    stm_dilution_csv(&made, &stm_dilution_example);
    assert_ok(stm_file_read_all(STM_SOURCE_ROOT "/images/linearity/counts.csv", 1 << 20, &shipped, &n, &err),
              &err);
    assert_int_equal(n, made.length);
    assert_string_equal(shipped, made.text);
    free(shipped);
    stm_string_free(&made);
}

/* Means over 100 tubes that differ by 2.2 % (pipette and tube); of thousands of counted cells Poisson adds
 * little. */
static void counts_follow_the_recipe(void **state)
{
    (void)state;
    const struct stm_dilution_counter counters[] = {{"lossy", 0.1, 0.2, 0.01}, {0}};
    const struct stm_dilution_recipe recipe = {7, 200000, 0.01, 0.02, 5, 100, 2, counters};
    struct stm_string made = {0};
    struct stm_csv csv;
    struct stm_error err = {0};
    double sum[5] = {0}, n[5] = {0};
    stm_dilution_csv(&made, &recipe);
    assert_ok(stm_csv_parse(&csv, made.text, made.length, ',', &err), &err);
    assert_int_equal(csv.rows, 1 + 5 * 100 * 2);
    for (size_t row = 1; row < csv.rows; row++) {
        const int f = (int)((atof(stm_csv_cell(&csv, row, 1)) - 0.1) / 0.2 + 0.5);
        sum[f] += atof(stm_csv_cell(&csv, row, 5));
        n[f]++;
    }
    for (int f = 0; f < 5; f++) {
        const double x = 0.1 + 0.2 * f, expected = 200000 * x * (1 - 0.2 * x);
        assert_true(n[f] == 200);
        assert_near(sum[f] / n[f] / expected, 1, 0.01); /* four standard errors */
    }
    stm_csv_free(&csv);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct stm_string made = {0};
        struct stm_error err = {0};
        stm_dilution_csv(&made, &stm_dilution_example);
        return !stm_file_save(argv[1], made.text, made.length, &err);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_example_is_what_the_recipe_makes),
        cmocka_unit_test(counts_follow_the_recipe),
    };
    return STM_TEST_MAIN(tests);
}
