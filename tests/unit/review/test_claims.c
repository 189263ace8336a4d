/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/file.h"
#include "pipeline/review/claims.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool read_claims(struct stm_claims *claims, const char *text, char said[1024])
{
    char path[4096];
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/claims.csv", dir);
    assert_ok(stm_file_save(path, text, strlen(text), &err), &err);
    *claims = (struct stm_claims){0};
    const bool good = stm_claims_read(claims, path, &err);
    said[0] = '\0';
    if (!good) snprintf(said, 1024, "%s: %s", err.where, err.message);
    stm_tmpdir_remove(dir);
    return good;
}

/* "Viability 90 -> 85 .. - (basis)" for each claim of the first row. */
static void limits(const char *text, const char *expected)
{
    char said[1024], got[1024] = "";
    struct stm_claims c;
    if (!read_claims(&c, text, said)) fail_msg("%s", said);
    for (int i = 0; i < c.row[0].n; i++) {
        const struct stm_claim *const k = &c.row[0].claim[i];
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s %g: %g to %g (%s)", i ? "; " : "",
                 stm_quantity_kinds[k->quantity].name, isnan(k->claimed) ? -1 : k->claimed,
                 isnan(k->low) ? -1 : k->low, isnan(k->high) ? -1 : k->high, k->basis);
    }
    assert_string_equal(got, expected);
    stm_claims_free(&c);
}

static void refused(const char *text, const char *sentence)
{
    char said[1024];
    struct stm_claims c;
    assert_false(read_claims(&c, text, said));
    assert_string_equal(said, sentence);
    stm_claims_free(&c);
}

static void limits_follow_from_what_is_said(void **state)
{
    (void)state;
    limits("Batch,Viability\nB1,90\n", "Viability 90: 90 to -1 (at least what is claimed)");
    limits("Batch,Viability,Viability tolerance\nB1,90,5\n",
           "Viability 90: 85 to -1 (at least what is claimed, 5 points tolerance)");
    limits("Batch,Viability,Viability_Min\nB1,90,80\n", "Viability 90: 80 to -1 (limits of the claim)");
    limits("Batch,Viable cells,Volume mL\nB1,1e6,1.5\n",
           "Viable_Cells 1e+06: 1e+06 to -1 (at least what is claimed)");
    limits("Batch,Viable_Cells,Tolerance\nB1,1e6,20\n",
           "Viable_Cells 1e+06: 800000 to 1.2e+06 (what is claimed, 20 % tolerance both ways)");
    limits("Batch,Total_per_mL_Min,Total_per_mL_Max\nB1,5e5,2e6\n",
           "Total_per_mL -1: 500000 to 2e+06 (limits of the claim)");
    limits("Batch,Debris\nB1,20\n", "Debris 20: -1 to 20 (at most what is claimed)");
    limits("Batch,Profile\nB1,viability80 Debris50\n",
           "Viability -1: 80 to -1 (profile viability80); Debris -1: -1 to 50 (profile debris50)");
    limits(
        "Batch,Volume_mL,Volume_Measured_mL,Tolerance,Viability\nB1,2,1.9,10,70\n",
        "Viability 70: 70 to -1 (at least what is claimed); Volume_mL 2: 1.8 to 2.2 (what is claimed, 10 % "
        "tolerance both ways)");
}

static void errors_say_where_and_what(void **state)
{
    (void)state;
    refused("", ": the file is empty");
    refused("Batch,Viability\n", ": the file has headings but no claims");
    refused("Batch,Viabilty\nB1,90\n", ": there is no column 'Viabilty'; did you mean Viability?");
    refused(
        "Batch,Viability\nB1,90%\n",
        "line 2, column Viability: '90%' is not a number (decimal point, no unit, no thousands separators)");
    refused("Batch,Viability\nB1,900\n", "line 2, column Viability: 900 is out of range: 0 to 100");
    refused("Batch,Viability\nB1,\n", "line 2: the row claims nothing: no quantity, no limits, no profile");
    refused("Batch,Viability_Min,Viability_Max\nB1,90,80\n",
            "line 2, column Viability: the least, 90, is more than the most, 80");
    refused("Batch,Profile\nB1,viability75\n",
            "line 2, column Profile: there is no profile 'viability75'; did you mean viability70?");
    refused("Well,Viability\nQ77,90\n", "line 2, column Well: 'Q77' is no well: A1, A01 … AF48");
    refused("Viability,viability\n1,2\n", ": two columns are called 'viability'");
}

static void other_columns_and_reports_are_kept_apart(void **state)
{
    (void)state;
    char said[1024];
    struct stm_claims c;
    if (!read_claims(&c, "Batch;Viability;CD73;Remark\nB1;90;98.2;as agreed\n\n", said)) fail_msg("%s", said);
    assert_int_equal(c.n, 1);
    assert_string_equal(c.remarks.text, "claims: column 'Remark' is not used\n");
    assert_string_equal(c.row[0].isct[1], "98.2");
    assert_string_equal(c.row[0].isct[2], "");
    stm_claims_free(&c);
}

static bool read_profiles(struct stm_profiles *profiles, const char *text, char said[1024])
{
    char path[4096];
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/profiles.csv", dir);
    assert_ok(stm_file_save(path, text, strlen(text), &err), &err);
    *profiles = (struct stm_profiles){0};
    const bool good = stm_profiles_read(profiles, path, &err);
    said[0] = '\0';
    if (!good) snprintf(said, 1024, "%s: %s", err.where, err.message);
    stm_tmpdir_remove(dir);
    return good;
}

/* Rows of one name are one profile. */
static void a_laboratory_has_its_own_profiles(void **state)
{
    (void)state;
    char said[1024], path[4096];
    struct stm_profiles own;
    struct stm_error err = {0};
    static const char text[] = "Batch,Profile\nB1,Release7 viability70\n";
    if (!read_profiles(&own,
                       "Profile;Quantity;Min;Max;Source\nrelease7;viability;80;;spec 7\n\n"
                       "release7;Debris;;20;\nother;Total_Cells;1e5;2e5;\n",
                       said))
        fail_msg("%s", said);
    assert_int_equal(own.n, 3);
    assert_string_equal(own.item[0].source, "spec 7");
    struct stm_claims c = {.profiles = &own};
    char *const dir = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/claims.csv", dir);
    assert_ok(stm_file_save(path, text, sizeof text - 1, &err), &err);
    assert_ok(stm_claims_read(&c, path, &err), &err);
    stm_tmpdir_remove(dir);
    assert_int_equal(c.row[0].n, 3);
    assert_int_equal(c.row[0].claim[0].quantity, STM_VIABILITY);
    assert_near(c.row[0].claim[0].low, 80, 0);
    assert_true(isnan(c.row[0].claim[0].high));
    assert_string_equal(c.row[0].claim[0].basis, "profile release7");
    assert_int_equal(c.row[0].claim[1].quantity, STM_DEBRIS);
    assert_near(c.row[0].claim[1].high, 20, 0);
    assert_near(c.row[0].claim[2].low, 70, 0);
    stm_claims_free(&c);
    stm_profiles_free(&own);
}

static void profiles_refused(const char *text, const char *sentence)
{
    char said[1024];
    struct stm_profiles own;
    assert_false(read_profiles(&own, text, said));
    if (!strstr(said, sentence)) fail_msg("'%s' does not say '%s'", said, sentence);
    stm_profiles_free(&own);
}

static void profiles_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    profiles_refused("Name,Quantity,Min\na,Viability,80\n", "has to name the columns Profile, Quantity");
    profiles_refused("Profile,Quantity,Min\n", "no profiles");
    profiles_refused("Profile,Quantity,Min\na,Viabilty,80\n", "did you mean Viability?");
    profiles_refused("Profile,Quantity,Min\na,Volume_mL,1\n", "there is no quantity 'Volume_mL'");
    profiles_refused("Profile,Quantity,Min\na,Viability,101\n", "'101' is no limit from 0 to 100");
    profiles_refused("Profile,Quantity,Min\na,Viability,nan\n", "'nan' is no limit");
    profiles_refused("Profile,Quantity,Min\na,Viability,\n", "neither Min nor Max");
    profiles_refused("Profile,Quantity,Min,Max\na,Debris,9,8\n", "the least, 9, is more than the most, 8");
    profiles_refused("Profile,Quantity,Min\na b,Viability,80\n", "'a b' is no name");
    profiles_refused("Profile,Quantity,Min\nViability80,Viability,70\n", "is a profile of the program");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_follow_from_what_is_said),
        cmocka_unit_test(errors_say_where_and_what),
        cmocka_unit_test(other_columns_and_reports_are_kept_apart),
        cmocka_unit_test(a_laboratory_has_its_own_profiles),
        cmocka_unit_test(profiles_that_mean_nothing_are_refused),
    };
    return STM_TEST_MAIN(tests);
}
