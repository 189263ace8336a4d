/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The example series of NIST's COMET. Skipped (77) when they are not there. */
#include "tests/unit/stats/linearity_golden.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[4096];

static const struct golden golden[] = {
    {"comet_example_1.csv",
     "Method 2",
     15,
     4,
     {"1059213.611", "0.998381161", "0.9992762926", "0.2701521705", "0.01162283234", "1.590973021",
      "0.3466678998", "5757.757956", "237.2680894"},
     {"0.05623260277", "0.07743512505", "0.04867999707", "0.03828727305", "0.03908860376"}},
    {"comet_example_2.csv",
     "Method 5",
     15,
     4,
     {"2492194.311", "0.9980248943", "0.9989246017", "0.3289985518", "0.02312129518", "1.957244925",
      "0.4746590033", "20122.40148", "463.517463"},
     {"0.3065374845", "0.09870588779", "0.151856236", "0.08919056075", "0.07512644328"}},
    {"comet_example_2.csv",
     "Method 6",
     15,
     4,
     {"2415141.867", "0.9816460222", "0.9943063068", "2.056787533", "0.09873102493", "4.322118496",
      "1.003668802", "103723.6466", "990.5731735"},
     {"0.4904186441", "0.181471369", "0.2467768293", "0.1869286605", "0.0732380468"}},
    {"comet_example_2.csv",
     "Method 7",
     15,
     4,
     {"2447184.844", "0.9570395051", "0.9649251264", "15.54503948", "0.7484987928", "13.34832218",
      "3.144000929", "667160.8246", "2997.957212"},
     {"0.1057103828", "0.1038173518", "0.07651910588", "0.08761867877", "0.0693327085"}},
    {"comet_example_2.csv",
     "Method 8",
     15,
     4,
     {"2422316.089", "0.9569164212", "0.9757281216", "7.65519445", "1.062690126", "8.231329604",
      "2.796309908", "451925.2879", "2125.771973"},
     {"0.3772023978", "0.2307581843", "0.231914586", "0.2508838342", "0.09223212346"}},
    {"comet_example_3.csv",
     "Method 1",
     20,
     4,
     {"2725473.707", "0.9993193229", "0.9996780627", "0.09766942727", "0.02054499779", "1.290300803",
      "0.4591074761", "8767.137316", "359.1322407"},
     {"0.0442754911", "0.04490428183", "0.0210494152", "0.02037493222", "0.01472580543"}},
    {"comet_example_3.csv",
     "Method 2",
     20,
     4,
     {"1857611.01", "0.9947245202", "0.9990640525", "0.4491335729", "0.02370403063", "2.264283056",
      "0.5195040876", "17382.71192", "444.0546244"},
     {"0.1898009174", "0.1221277123", "0.08007140365", "0.0565013756", "0.07465634301"}},
    {"comet_example_3.csv",
     "Method 3",
     20,
     4,
     {"1889671.247", "0.983157376", "0.993557119", "3.255721828", "0.1812165088", "7.319190557", "1.64769904",
      "122399.078", "1406.154479"},
     {"0.09209710771", "0.07519221759", "0.05239376247", "0.1002068309", "0.07706936316"}},
};

static void values_have_all_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        char path[5000];
        struct stm_linearity analysis;
        struct stm_linearity_data data;
        snprintf(path, sizeof path, "%s/%s", folder, golden[i].file);
        analyse_file(&analysis, &data, path);
        check_golden(&golden[i], &analysis);
        stm_linearity_close(&analysis);
        stm_linearity_free(&data);
    }
}

int main(void)
{
    const char *const given = getenv("STROMA_REFERENCE");
    snprintf(folder, sizeof folder, "%s/golden", given ? given : STM_SOURCE_ROOT "/../shared/reference");
    if (access(folder, R_OK) != 0) {
        printf("skipped: no series at %s (STROMA_REFERENCE/golden)\n", folder);
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_have_all_digits)};
    return STM_TEST_MAIN(tests);
}
