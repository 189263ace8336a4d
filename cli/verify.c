/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/verify.h"

#include "cli/command.h"
#include "pipeline/core/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct stm_option options[] = {
    {"--claims", 'c', "FILE", "what is claimed of batches or vials (docs/verify.md; required)"},
    {"--output", 'o', "DIR", "where verify.csv, verify.json, verify.html and certificate.pdf go"},
    {"--uncertainty", 'u', "FILE",
     "your own components: Component,Percent,Source; default: stated tolerances"},
    {"--profiles", 'p', "FILE", "your own profiles: Profile,Quantity,Min,Max,Source"},
    {"--confidence", 0, "PERCENT", "one-sided, of each verdict, 80 to 99.9; default: 95"},
    {"--json", 0, NULL, "print verify.json instead of the table"},
    {0},
};

static bool read_options(const struct stm_arguments *args, struct stm_verify_options *o,
                         struct stm_error *err)
{
    const char *const text = stm_option_value(args, "--confidence");
    double percent = 95;
    if (text && (!stm_text_to_double(text, &percent) || !(percent >= 80 && percent <= 99.9)))
        return stm_fail(err, STM_USAGE, "--confidence takes a percentage from 80 to 99.9, not '%s'", text);
    if (!stm_option_value(args, "--claims"))
        return stm_fail(err, STM_USAGE, "verify needs the claims: --claims FILE.csv");
    o->confidence = percent / 100;
    o->uncertainty = stm_option_value(args, "--uncertainty");
    return true;
}

static bool save(const struct stm_verify_report *report, const char *directory, const char *name,
                 void (*write)(struct stm_string *, const struct stm_verify_report *), struct stm_error *err)
{
    char path[4096];
    struct stm_string text = {0};
    snprintf(path, sizeof path, "%s/%s", directory, name);
    write(&text, report);
    const bool good = text.failed ? stm_fail(err, STM_NO_MEMORY, "no memory to write %s", name)
                                  : stm_file_save(path, text.text, text.length, err);
    stm_string_free(&text);
    return good;
}

static bool certify(const struct stm_verify_report *report, const char *directory, struct stm_error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/certificate.pdf", directory);
    return stm_verify_pdf(report, path, err);
}

static bool write_files(const struct stm_verify_report *report, const char *directory, struct stm_error *err)
{
    return stm_file_mkdirs(directory, err) && save(report, directory, "verify.csv", stm_verify_csv, err) &&
           save(report, directory, "verify.json", stm_verify_json, err) &&
           save(report, directory, "verify.html", stm_verify_html, err) && certify(report, directory, err);
}

static bool print(const struct stm_verify_report *report, bool json, struct stm_error *err)
{
    struct stm_string text = {0};
    (json ? stm_verify_json : stm_verify_table)(&text, report);
    const bool good = !text.failed || stm_fail(err, STM_NO_MEMORY, "no memory for the verdicts");
    if (good) fputs(text.text, stdout);
    stm_string_free(&text);
    return good;
}

static bool read_all(const struct stm_arguments *args, struct stm_results *results, struct stm_error *err)
{
    for (int i = 0; i < args->n_operands; i++)
        if (!stm_results_read(&results[i], args->operands[i], err)) return false;
    return true;
}

static bool verify_all(const struct stm_arguments *args, struct stm_profiles *profiles,
                       struct stm_claims *claims, struct stm_results *results, struct stm_verify *verify,
                       struct stm_error *err)
{
    struct stm_verify_options o = {0};
    const char *const file = stm_option_value(args, "--claims"), *const directory =
                                                                     stm_option_value(args, "--output");
    const char *const own = stm_option_value(args, "--profiles");
    if (!read_options(args, &o, err) || (own && !stm_profiles_read(profiles, own, err)) ||
        !stm_claims_read(claims, file, err) || !read_all(args, results, err) ||
        !stm_verify_run(verify, claims, results, args->n_operands, &o, err))
        return false;
    if (claims->remarks.text) fprintf(stderr, "stroma: %s", claims->remarks.text);
    const struct stm_verify_report report = {verify, claims, results, args->n_operands,
                                             stm_text_basename(file)};
    return (!directory || write_files(&report, directory, err)) &&
           print(&report, stm_option_given(args, "--json"), err);
}

static int run(const struct stm_arguments *args, struct stm_error *err)
{
    struct stm_profiles profiles = {0};
    struct stm_claims claims = {.profiles = &profiles};
    struct stm_verify verify = {0};
    struct stm_results *const results = calloc((size_t)args->n_operands + 1, sizeof *results);
    const bool good = results ? verify_all(args, &profiles, &claims, results, &verify, err)
                              : stm_fail(err, STM_NO_MEMORY, "no memory for the results");
    const bool supported = verify.count[STM_CONTRADICTS] + verify.count[STM_INSUFFICIENT] == 0;
    stm_verify_free(&verify);
    for (int i = 0; results && i < args->n_operands; i++)
        stm_results_free(&results[i]);
    free(results);
    stm_claims_free(&claims);
    stm_profiles_free(&profiles);
    return !good ? STM_EXIT_FAILED : supported ? STM_EXIT_OK : STM_EXIT_SITES;
}

const struct stm_command stm_command_verify = {
    .name = "verify",
    .operands = "RESULTS…",
    .summary = "holds claims about batches against results: SUPPORTS, CONTRADICTS or INSUFFICIENT",
    .text =
        "RESULTS are directories that `stroma run` wrote. Each row of the claims file speaks of a batch,\n"
        "vial, plate or well (columns Batch, Vial, Plate, Well; a sample sheet says what is in a well) and\n"
        "claims Viability, Viable_Cells with Volume_mL, Total_per_mL …, with _Min, _Max or _Tolerance, or\n"
        "names a Profile (viability70, viability80, viability85, debris50, or one of --profiles).\n"
        "Exit codes: 0 every claim is supported, 3 at least one is not, 1 failed, 2 usage.\n",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
