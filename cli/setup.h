/* From a command line to a plan and an input: what run, inspect and capture have in common. */
#ifndef STM_SETUP_H
#define STM_SETUP_H

#include "cli/command.h"
#include "pipeline/intake.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"

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

/* What is written; the sink of an option's name is left out. */
#define STM_OUTPUT_OPTIONS                                                                                   \
    {"--no-overlays", 0, NULL, "no pictures with outlines"}, {"--no-labels", 0, NULL, "no label images"},    \
        {"--no-html", 0, NULL, "no report.html"},                                                            \
    {                                                                                                        \
        "--no-pdf", 0, NULL, "no report.pdf"                                                                 \
    }

enum { STM_SETUP_SINKS = 16 };

/* The outputs that are on, NULL-ended. */
void stm_setup_sinks(const struct stm_arguments *args, const struct stm_sink **chosen, int room);

/* What --isa says, into options->kernels and options->isa. */
bool stm_setup_kernels(const struct stm_arguments *args, struct stm_run_options *options,
                       struct stm_error *err);

/* The command line as one text, which the caller frees. */
char *stm_setup_command_line(const struct stm_arguments *args);

/* Plan from the options; the caller frees it, also after a failure. */
bool stm_setup_plan(const struct stm_arguments *args, struct stm_plan *plan, struct stm_error *err);

/* Input from the operands, and the plan finished for it. */
bool stm_setup_intake(const struct stm_arguments *args, struct stm_plan *plan, struct stm_intake *input,
                      struct stm_error *err);

#endif
