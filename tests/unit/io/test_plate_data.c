/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of real plates. Skipped (77) when the images are not there. */
#include "tests/support/stm_assert.h"

#include "pipeline/io/plate.h"

#include <stdlib.h>
#include <unistd.h>

static char data[4096];

static const struct {
    const char *folder, *naming;
    int sites, wells, channels, problems;
} cases[] = {
    {"cellprofiler_examples/images/ExampleHuman", "cellomics", 1, 1, 3, 0},
    {"cellprofiler_examples/images/ExamplePercentPositive", "cellomics", 1, 1, 2, 0},
    {"cellprofiler_examples/images/ExampleVitraImages", "vitra", 2, 2, 2, 0},
    {"cellprofiler_examples/images/ExampleIlluminationCorrection", "cellomics", 6, 6, 1, 1},
    {"cellprofiler_examples/images/ExampleWoundHealing", "basic", 2, 1, 1, 0},
    {"cellprofiler_examples/images/ExampleColocalization", NULL, 4, 1, 1, 0},
    {"basic_brightfield_timelapse/images", "timelapse", 8, 1, 1, 0},
    {"usiigaci_phase/images", NULL, 26, 1, 1, 0},
    {"kudi_chamber_livedead/images", NULL, 130, 1, 1, 0},
    {"dsb2018_fluo_nuclei/images", NULL, 115, 1, 1, 0},
    {"celldetective_mcf7_hoechst_pi_bf/images", NULL, 16, 1, 1, 0},
    {"cellphe_mdamb231_ptychography/images", NULL, 15, 1, 1, 0},
};

static void real_folders_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char folder[5000];
        struct stm_plate plate;
        struct stm_error err = {0};
        const char *const paths[] = {folder};
        snprintf(folder, sizeof folder, "%s/%s", data, cases[i].folder);
        assert_ok(stm_plate_find(&plate, paths, 1, NULL, &err), &err);
        const char *const naming = plate.naming ? plate.naming->name : "none";
        if (strcmp(naming, cases[i].naming ? cases[i].naming : "none") || plate.n_sites != cases[i].sites ||
            plate.n_wells != cases[i].wells || plate.n_channels != cases[i].channels ||
            plate.n_problems != cases[i].problems)
            fail_msg("%s: %s, %d sites, %d wells, %d channels, %d problems: %s", cases[i].folder, naming,
                     plate.n_sites, plate.n_wells, plate.n_channels, plate.n_problems,
                     plate.n_problems ? plate.problems[0] : "");
        stm_plate_free(&plate);
    }
}

int main(void)
{
    const char *const given = getenv("STROMA_DATA");
    snprintf(data, sizeof data, "%s", given ? given : STM_SOURCE_ROOT "/../shared/data");
    if (access(data, R_OK) != 0) {
        printf("skipped: no images at %s (STROMA_DATA says where they are)\n", data);
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_folders_are_understood)};
    return STM_TEST_MAIN(tests);
}
