/* Commands as const tables: parsing, help, completion and the man page come from the rows. */
#ifndef STM_COMMAND_H
#define STM_COMMAND_H

#include "pipeline/core/error.h"

#include <stdbool.h>

/* Exit codes. */
enum stm_exit { STM_EXIT_OK = 0, STM_EXIT_FAILED = 1, STM_EXIT_USAGE = 2, STM_EXIT_SITES = 3 };

/* One option of a command. `value` is what help calls its argument, NULL for a switch. Tables end with a NULL
 * name. */
struct stm_option {
    const char *name; /* "--threads" */
    char letter;      /* 't' for -t, 0 for none */
    const char *value;
    const char *help;
};

enum { STM_MAX_OPTIONS = 32, STM_MAX_VALUES = 64 };

/* What was on the command line; texts are argv's. */
struct stm_arguments {
    const struct stm_option *options;
    const char *values[STM_MAX_OPTIONS][STM_MAX_VALUES]; /* of options[i], in order given */
    int n_values[STM_MAX_OPTIONS];                       /* 0 = not given; switches count occurrences */
    const char **operands;
    int n_operands;
    int argc;
    char **argv;
};

struct stm_command {
    const char *name;
    const char *operands; /* "PATH…" in the usage line */
    const char *summary;  /* one line, lower case, no full stop */
    const char *text;     /* paragraphs after the options */
    const struct stm_option *options;
    int min_operands, max_operands; /* max -1 = any number */
    int (*run)(const struct stm_arguments *args,
               struct stm_error *err); /* exit code; err is printed when status is set */
};

extern const struct stm_command *const stm_commands[]; /* NULL-ended */

/* Last value of the option, or NULL; whether a switch was given; number of times it was. */
const char *stm_option_value(const struct stm_arguments *args, const char *name);
bool stm_option_given(const struct stm_arguments *args, const char *name);
int stm_option_values(const struct stm_arguments *args, const char *name, const char *const **values);

/* An option whose value is a whole number from lo to hi; `fallback` when not given. */
bool stm_option_long(const struct stm_arguments *args, const char *name, long lo, long hi, long fallback,
                     long *value, struct stm_error *err);

/* Usage, options and text of a command on stdout. */
void stm_command_help(const struct stm_command *command);

/* Runs the command line of the program and returns its exit code. */
int stm_command_main(int argc, char **argv);

#endif
