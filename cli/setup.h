/* From a command line to a plan and an input: what run, inspect and capture have in common. */
#ifndef STM_SETUP_H
#define STM_SETUP_H

#include "cli/command.h"
#include "pipeline/intake.h"
#include "pipeline/plan.h"

/* Option rows that the commands share. */
#define STM_SETUP_OPTIONS                                                                                    \
    {"--assay", 'a', "NAME", "method (`stroma assays`); default: what the protocol or the images say"},      \
        {"--protocol", 'p', "FILE", "settings from a protocol file"},                                        \
        {"--set", 's', "STAGE.PARAM=VALUE", "change one parameter (`stroma stages`); may be repeated"},      \
        {"--channels", 'c', "ROLES",                                                                         \
         "what the channels show: nuclei,dead (in file order) or nuclei=w1,dead=w2"},                        \
        {"--pixel-size", 'x', "UM", "size of a pixel in micrometres; default: from the files"},              \
    {                                                                                                        \
        "--pattern", 0, "TEXT",                                                                              \
            "how file names are read, for example '{plate}_{well}_s{site}_w{channel}.tif'"                   \
    }

/* Plan from the options; the caller frees it, also after a failure. */
bool stm_setup_plan(const struct stm_arguments *args, struct stm_plan *plan, struct stm_error *err);

/* Input from the operands, and the plan finished for it. */
bool stm_setup_intake(const struct stm_arguments *args, struct stm_plan *plan, struct stm_intake *input,
                      struct stm_error *err);

#endif
