/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/file.h"
#include "pipeline/samples.h"
#include "tests/support/tmpdir.h"

#include <stdio.h>
#include <string.h>

/* Reads `text` as a sheet; on failure `said` has the sentence. */
static bool read_sheet(struct stm_samples *samples, const char *text, char said[1024])
{
    char path[4096];
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/sheet.csv", dir);
    assert_ok(stm_file_save(path, text, strlen(text), &err), &err);
    *samples = (struct stm_samples){0};
    const bool good = stm_samples_read(samples, path, &err);
    said[0] = '\0';
    if (!good) snprintf(said, 1024, "%s: %s", err.where, err.message);
    stm_tmpdir_remove(dir);
    return good;
}

static void values(const char *text, const char *plate, const char *well, const char *expected)
{
    char said[1024], got[1024] = "";
    const char *value[STM_SAMPLE_COLUMNS];
    struct stm_samples s;
    if (!read_sheet(&s, text, said)) fail_msg("%s", said);
    if (!stm_samples_of_well(&s, plate, well, value))
        snprintf(got, sizeof got, "nothing");
    else
        for (int c = 0; c < s.n; c++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s=%s", c ? " " : "", s.name[c],
                     value[c]);
    assert_string_equal(got, expected);
    stm_samples_free(&s);
}

static void refused(const char *text, const char *sentence)
{
    char said[1024];
    struct stm_samples s;
    assert_false(read_sheet(&s, text, said));
    assert_string_equal(said, sentence);
    stm_samples_free(&s);
}

static void remarked(const char *text, const char *remarks)
{
    char said[1024];
    struct stm_samples s;
    if (!read_sheet(&s, text, said)) fail_msg("%s", said);
    assert_string_equal(s.remarks.text ? s.remarks.text : "", remarks);
    stm_samples_free(&s);
}

static void wells_are_normalised(void **state)
{
    (void)state;
    values("Well,Batch\nA1,x\n", "P", "A01", "Batch=x");
    values("Well,Batch\n b02 ,x\n", "P", "B02", "Batch=x");
    values("Well,Batch\naf48,x\n", "P", "AF48", "Batch=x");
    values("Well,Batch\n-,x\n", "P", "-", "Batch=x");
    values("Well,Batch\nA1,x\n", "P", "A02", "nothing");
    values("well_position;Metadata_Batch\r\nA1;x\r\n", "P", "A01", "Batch=x");
}

static void the_most_particular_row_wins(void **state)
{
    (void)state;
    static const char sheet[] = "Plate,Well,Batch,Donor,Passage\n"
                                ",*,B1,D-7,3\n"
                                "P2,,B2,,\n"
                                ",A1,,D-8,\n"
                                "P2,A1,,,P9\n";
    values(sheet, "P1", "B05", "Batch=B1 Donor=D-7 Passage=3");
    values(sheet, "P1", "A01", "Batch=B1 Donor=D-8 Passage=3");
    values(sheet, "P2", "B05", "Batch=B2 Donor=D-7 Passage=3");
    values(sheet, "P2", "A01", "Batch=B2 Donor=D-8 Passage=9");
    values("Batch,Donor\nB1,D1\n", "P", "H12", "Batch=B1 Donor=D1"); /* one row without wells: all of them */
}

static void cells_are_normalised(void **state)
{
    (void)state;
    values("Well,Tissue,passage,population doublings,Control,Lot PI\nA1, BM ,p4,12.5,Pos,17/3\n", "P", "A01",
           "Tissue=bone marrow Passage=4 PopulationDoublings=12.5 Control=positive Lot_PI=17/3");
    values("Well,Tissue\nA1,whartons jelly\n", "P", "A01", "Tissue=Wharton's jelly");
    values("Well,Tissue\nA1,liver\n", "P", "A01", "Tissue=liver");
    values("Well,Dye (uM)\nA1,\"a, b\"\n", "P", "A01", "Dye_uM=a, b");
}

static void errors_say_where_and_what(void **state)
{
    (void)state;
    refused("", ": the sheet is empty");
    refused("Well,Batch\n", ": the sheet has headings but no rows");
    refused("Well\nA1\n", ": the sheet says nothing: it needs a column beside Well");
    refused("Wel,Batch\nA1,x\nA2,x\n",
            ": there is no column Well (is it 'Wel'?); the first line has to name the columns");
    refused("Well,Batch\nA1,x\nQ99,x\n",
            "line 3: 'Q99' is no well: A1, A01 … AF48, or * for the whole plate");
    refused("Well,Batch\nA1,x\nB1,y\na01,z\n", ": lines 2 and 4 both speak of well A01; once is enough");
    refused("Plate,Well,Batch\nP1,*,x\nP1,,z\n",
            ": lines 2 and 3 both speak of all wells of plate P1; once is enough");
    refused("Well,Batch,BATCH\nA1,x,y\n", ": two columns are called Batch");
    refused("Well,Site\nA1,x\n", ": a column cannot be called Site: the outputs have their own");
    refused("Well,Concentration\nA1,\"0,5\"\n",
            "line 2, column Concentration: '0,5' is not a number (decimal point, no unit)");
    refused("Well,Passage\nA1,four\n", "line 2, column Passage: 'four' is no passage: 4 or P4");
    refused("Well,Control\nA1,maybe\n",
            "line 2, column Control: 'maybe' is neither positive nor negative (empty: no control)");
    refused("Well,Batch\nA1,\"a\nb\"\n",
            "line 2, column Batch: the cell has control characters or line ends in it");
}

static void remarks_on_what_may_be_a_slip(void **state)
{
    (void)state;
    remarked("Well,Batch,Donor\nA1,B1,D-17\nA2,B1,UC-2024-03\nA3,,MSC017\n", "");
    remarked("Well,Pasage\nA1,3\n",
             "sample sheet: column 'Pasage' is carried along as it is; did you mean Passage?\n");
    remarked("Well,Tissue\nA1,adipous\n",
             "sample sheet, line 2: tissue 'adipous' is kept as it is; did you mean adipose?\n");
    remarked("Well,Concentration\nA1,3\n",
             "sample sheet: Concentration has no unit; add a column ConcentrationUnit\n");
    remarked("Well,Date of birth\nA1,x\n",
             "sample sheet: column 'Date_of_birth' promises personal data, which "
             "does not belong into results; use donor codes\n");
}

static void donors_are_codes(void **state)
{
    (void)state;
    static const char *const names[] = {"Smith, Anna", "Anna Smith", "Meier",
                                        "O'Neil",      "J. Smith",   "M\xc3\xbcller"};
    static const char *const dates[] = {"1975-03-12", "12.03.1975", "3/12/1975", "12/03/75", "19750312"};
    static const char *const codes[] = {"D-17",  "D17", "MSC", "UC-2024-03", "2024-0317", "BM-A",   "7",
                                        "00123", "",    "A",   "4711",       "D1/2",      "donor 3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(stm_sample_personal(names[i]), "a name");
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        assert_string_equal(stm_sample_personal(dates[i]), "a date");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_null(stm_sample_personal(codes[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wells_are_normalised),          cmocka_unit_test(the_most_particular_row_wins),
        cmocka_unit_test(cells_are_normalised),          cmocka_unit_test(errors_say_where_and_what),
        cmocka_unit_test(remarks_on_what_may_be_a_slip), cmocka_unit_test(donors_are_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
