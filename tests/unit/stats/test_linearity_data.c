/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stats/linearity_data.h"

#include <math.h>
#include <stdlib.h>

#define HEAD "counting_method,target_dilution_fraction,random_sample_number,rep_obsv,cell_conc"

static bool take(struct stm_linearity_data *data, const char *text, struct stm_error *err)
{
    struct stm_csv csv;
    *err = (struct stm_error){0};
    if (stm_csv_parse(&csv, strdup(text), strlen(text), 0, err)) return stm_linearity_take(data, &csv, err);
    fail_msg("%s", err->message);
    return false;
}

/* Each row alone below a first row; `where` and `what` are parts of the message. */
static const struct {
    const char *text, *where, *what;
} bad[] = {
    {"", "", "the table is empty"},
    {HEAD "\n", "", "no observations"},
    {HEAD "\n,,,,\n", "", "no observations"},
    {"counting_method,target_dilution_fraction,random_sample_number,rep_obsv,cell_con\n", "",
     "no column cell_conc (is it 'cell_con'?)"},
    {"a\nb\n", "", "no column counting_method"},
    {HEAD "\nm,0.1,1,1,5\nm,0.1,1,2,many\n", "row 3, column cell_conc", "'many' is not a number"},
    {HEAD "\nm,0.1,1,1,1e999\n", "row 2, column cell_conc", "is not a number"},
    {HEAD "\nm,0.1,1,1,-3\n", "row 2, column cell_conc", "-3 is not between 0 and 1e+15"},
    {"counting_method;target_dilution_fraction;random_sample_number;rep_obsv;cell_conc\nm;0,1;1;1;5\n",
     "row 2, column target_dilution_fraction", "'0,1' is not a number (decimal point"},
    {HEAD "\nm,10,1,1,5\n", "row 2, column target_dilution_fraction",
     "10 is not between 1e-06 and 1; a dilution fraction"},
    {HEAD "\nm,NA,1,1,5\n", "row 2, column target_dilution_fraction", "the cell is empty"},
    {HEAD "\n,0.1,1,1,5\n", "row 2, column counting_method", "the cell is empty"},
    {HEAD "\nm,0.1,,1,5\n", "row 2, column random_sample_number", "the cell is empty"},
    {HEAD "\nm,0.1,1,n/a,5\n", "row 2, column rep_obsv", "the cell is empty"},
    {HEAD ",measured_dilution_fraction\nm,0.1,1,1,5,0.01\n", "row 2, column measured_dilution_fraction",
     "0.01 is not near the target 0.1"},
    {HEAD ",percent_viable_cells\nm,0.1,1,1,5,101\n", "row 2, column percent_viable_cells",
     "not between 0 and 100"},
    {HEAD ",time_elapsed\nm,0.1,1,1,5,12:30\n", "row 2, column time_elapsed", "'12:30' is not a number"},
    {HEAD ",cell_type\nm,0.1,1,1,5,MSC\nm,0.1,1,2,5,\nm,0.1,1,3,5,HeLa\n", "row 4, column cell_type",
     "'HeLa' after 'MSC'"},
    {HEAD ",concentration_type\nm,0.1,1,1,5,total\nm,0.1,1,2,5,viable\n", "row 3, column concentration_type",
     "one at a time"},
    {HEAD "\n\"m\n1\",0.1,1,1,5\n", "row 2, column counting_method", "control characters or line ends"},
    {HEAD "\nm,0.1,7,1,5\nn,0.1,7,1,5\nm,0.1,7,1,6\n", "", "rows 2 and 4 are both observation 1 of sample 7"},
};

static void errors_name_row_and_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct stm_linearity_data data;
        struct stm_error err;
        if (take(&data, bad[i].text, &err)) fail_msg("'%s' was read", bad[i].text);
        if (strcmp(err.where, bad[i].where) || !strstr(err.message, bad[i].what))
            fail_msg("'%s' is answered '%s: %s'", bad[i].text, err.where, err.message);
        stm_linearity_free(&data);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    struct stm_string text = {0};
    struct stm_linearity_data data;
    struct stm_error err;
    stm_string_add(&text, HEAD "\n");
    for (int i = 0; i < 17; i++)
        stm_string_addf(&text, "m%d,0.1,1,1,5\n", i);
    assert_false(take(&data, text.text, &err));
    assert_string_equal(err.where, "row 18, column counting_method");
    stm_linearity_free(&data);
    text.length = strlen(HEAD "\n");
    for (int i = 0; i < 300; i++)
        stm_string_add(&text, "x");
    stm_string_add(&text, ",0.1,1,1,5\n");
    assert_fails(take(&data, text.text, &err), &err, "longer than 200 bytes");
    stm_linearity_free(&data);
    text.length = strlen(HEAD "\n");
    for (int i = 0; i < STM_LINEARITY_ROWS; i++)
        stm_string_add(&text, "m,1,1,1,1\n");
    assert_fails(take(&data, text.text, &err), &err, "100001 rows; at most 100000");
    stm_linearity_free(&data);
    stm_string_free(&text);
}

/* Columns in any order, blanks, NA, quotes, a byte order mark; samples by stock_extraction where it is given.
 */
static void rows_become_samples(void **state)
{
    (void)state;
    static const char text[] =
        "\xEF\xBB\xBFRep_Obsv, Cell_Conc ,counting_method,random_sample_number,target_dilution_fraction,"
        "measured_dilution_fraction,stock_extraction,time_elapsed,cell_type\r\n"
        "2, 30 ,\"B, second\",1,0.5,0.51,9,4,MSC\r\n"
        "1,10,\"B, second\",2,0.5,0.51,9,3,MSC\r\n"
        "1,NA,\"B, second\",3,0.5,0.49,8,3,\r\n"
        ",,,,,,,,\r\n"
        "1,7,A,3,0.5,NA,NA,5,MSC\r\n"
        "1,8,A,4,0.25,NA,NA,,MSC\r\n";
    struct stm_linearity_data data;
    struct stm_error err;
    assert_ok(take(&data, text, &err), &err);
    assert_int_equal(data.n_methods, 2);
    assert_int_equal(data.n_ignored, 1);
    assert_string_equal(data.cell_type, "MSC");
    assert_string_equal(data.concentration_type, "");
    assert_false(data.has_time);
    const struct stm_linearity_method *const b = &data.method[0], *const a = &data.method[1];
    assert_string_equal(b->name, "B, second");
    assert_int_equal(b->n_fractions, 1);
    assert_int_equal(b->n_samples, 2);
    assert_int_equal(b->n_missing, 1);
    assert_int_equal(b->n_values, 2);
    assert_true(b->sample[0].x == 0.49 && b->sample[0].n == 0 && b->sample[0].missing == 1);
    assert_true(b->sample[1].x == 0.51 && b->sample[1].n == 2);
    assert_true(b->sample[1].value[0] == 10 && b->sample[1].value[1] == 30 && b->sample[1].time[1] == 4);
    assert_string_equal(b->sample[1].number, "9");
    assert_int_equal(a->n_fractions, 2);
    assert_int_equal(a->first[0], 0);
    assert_int_equal(a->first[1], 1);
    assert_int_equal(a->first[2], 2);
    assert_true(a->sample[0].target == 0.25 && a->sample[1].x == 0.5);
    assert_string_equal(a->sample[1].number, "3");
    assert_true(a->sample[1].key != b->sample[0].key && a->sample[0].key != a->sample[1].key);
    stm_linearity_free(&data);
}

/* `fractions` x `samples` x `observations` of a method, the last `missing` without concentration. */
static void add(struct stm_string *text, const char *method, int fractions, int samples, int observations,
                int missing)
{
    int left = fractions * samples * observations;
    for (int f = 0; f < fractions; f++)
        for (int s = 0; s < samples; s++)
            for (int o = 0; o < observations; o++)
                stm_string_addf(text, "%s,%.3f,%d,%d,%s\n", method, (f + 1) * 0.05, s + 1, o + 1,
                                left-- > missing ? "100" : "NA");
}

static const struct {
    int fractions, samples, observations, missing;
    const char *problem; /* the first; NULL: good */
} designs[] = {
    {4, 3, 3, 0, NULL},
    {14, 3, 3, 0, NULL},
    {4, 3, 3, 2, NULL},
    {3, 3, 3, 0, "'m' has 3 dilution fractions; from 4 to 14 are needed"},
    {15, 3, 3, 0, "'m' has 15 dilution fractions; from 4 to 14 are needed"},
    {1, 3, 3, 0, "'m' has 1 dilution fraction; from 4 to 14 are needed"},
    {5, 2, 3, 0, "'m', dilution fraction 0.05 has 2 samples; each needs at least 3"},
    {5, 1, 3, 0, "'m', dilution fraction 0.05 has 1 sample; each needs at least 3"},
    {5, 3, 2, 0, "'m', dilution fraction 0.05: sample 1 has 2 observations; each needs at least 3"},
    {5, 3, 1, 0, "'m', dilution fraction 0.05: sample 1 has 1 observation; each needs at least 3"},
    {5, 3, 3, 3, "'m', dilution fraction 0.25: sample 3 has no concentration at all"},
};

static void poor_designs_are_refused_with_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        struct stm_string text = {0};
        struct stm_linearity_data data;
        struct stm_lines problems = {0};
        struct stm_error err;
        stm_string_add(&text, HEAD "\n");
        add(&text, "good", 4, 3, 3, 0);
        add(&text, "m", designs[i].fractions, designs[i].samples, designs[i].observations,
            designs[i].missing);
        assert_ok(take(&data, text.text, &err), &err);
        assert_true(stm_linearity_check(&data, &problems) == !designs[i].problem);
        if (designs[i].problem) assert_string_equal(problems.line[0], designs[i].problem);
        assert_true(problems.n <= 20); /* of a file that is none, not a thousand sentences */
        stm_lines_free(&problems);
        stm_linearity_free(&data);
        stm_string_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_row_and_column),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(rows_become_samples),
        cmocka_unit_test(poor_designs_are_refused_with_sentences),
    };
    return STM_TEST_MAIN(tests);
}
