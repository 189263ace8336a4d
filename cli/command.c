/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include "cli/manual.h"

#include "pipeline/core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int option_index(const struct stm_arguments *args, const char *name)
{
    for (int i = 0; args->options && args->options[i].name; i++)
        if (!strcmp(args->options[i].name, name)) return i;
    return -1;
}

const char *stm_option_value(const struct stm_arguments *args, const char *name)
{
    const int i = option_index(args, name);
    return i >= 0 && args->n_values[i] ? args->values[i][args->n_values[i] - 1] : NULL;
}

bool stm_option_given(const struct stm_arguments *args, const char *name)
{
    const int i = option_index(args, name);
    return i >= 0 && args->n_values[i] > 0;
}

int stm_option_values(const struct stm_arguments *args, const char *name, const char *const **values)
{
    const int i = option_index(args, name);
    if (i < 0) return 0;
    *values = args->values[i];
    return args->n_values[i];
}

bool stm_option_long(const struct stm_arguments *args, const char *name, long lo, long hi, long fallback,
                     long *value, struct stm_error *err)
{
    const char *const text = stm_option_value(args, name);
    *value = fallback;
    if (!text || (stm_text_to_long(text, value) && *value >= lo && *value <= hi)) return true;
    return stm_fail(err, STM_USAGE, "%s takes a whole number from %ld to %ld, not '%s'", name, lo, hi, text);
}

static bool unknown_option(const struct stm_command *command, const char *given, struct stm_error *err)
{
    const char *names[STM_MAX_OPTIONS + 1] = {"--help"};
    size_t n = 1;
    for (const struct stm_option *o = command->options; o && o->name; o++)
        names[n++] = o->name;
    const char *const near = stm_text_nearest(given, names, n);
    return stm_fail(err, STM_USAGE, "%s has no option %s%s%s%s; `stroma %s --help` lists them", command->name,
                    given, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "", command->name);
}

/* --name, --name=value, -x, -xvalue: the option's index, with its inline value if any; -1 when unknown. */
static int match_option(const struct stm_command *command, const char *word, const char **inline_value)
{
    const size_t n = strcspn(word, "=");
    *inline_value = NULL;
    for (int i = 0; command->options && command->options[i].name; i++) {
        const struct stm_option *const o = &command->options[i];
        if (word[1] == '-') {
            if (strlen(o->name) != n || strncmp(o->name, word, n) != 0) continue;
            if (word[n] == '=') *inline_value = word + n + 1;
            return i;
        }
        if (o->letter != word[1]) continue;
        if (word[2]) *inline_value = word + 2;
        return i;
    }
    return -1;
}

static bool take_option(const struct stm_command *command, struct stm_arguments *args, int *at,
                        struct stm_error *err)
{
    const char *value, *const word = args->argv[*at];
    const int i = match_option(command, word, &value);
    if (i < 0) return unknown_option(command, word, err);
    const struct stm_option *const o = &command->options[i];
    if (!o->value && value) return stm_fail(err, STM_USAGE, "%s takes no value", o->name);
    if (o->value && !value) {
        if (*at + 1 >= args->argc)
            return stm_fail(err, STM_USAGE, "%s needs a value: %s %s", o->name, o->name, o->value);
        value = args->argv[++*at];
    }
    if (args->n_values[i] == STM_MAX_VALUES)
        return stm_fail(err, STM_USAGE, "%s is given too often", o->name);
    args->values[i][args->n_values[i]++] = value ? value : "";
    return true;
}

static bool parse(const struct stm_command *command, struct stm_arguments *args, struct stm_error *err)
{
    bool only_operands = false;
    args->options = command->options;
    for (int i = 2; i < args->argc; i++) {
        const char *const word = args->argv[i];
        if (!only_operands && !strcmp(word, "--"))
            only_operands = true;
        else if (!only_operands && word[0] == '-' && word[1]) {
            if (!take_option(command, args, &i, err)) return false;
        } else
            args->operands[args->n_operands++] = word;
    }
    if (args->n_operands < command->min_operands)
        return stm_fail(err, STM_USAGE, "%s needs %s; `stroma %s --help` shows how", command->name,
                        command->operands, command->name);
    if (command->max_operands >= 0 && args->n_operands > command->max_operands)
        return stm_fail(err, STM_USAGE, "%s does not take '%s'", command->name,
                        args->operands[command->max_operands]);
    return true;
}

void stm_command_help(const struct stm_command *command)
{
    printf("usage: stroma %s%s%s%s%s\n%s\n", command->name, command->options ? " [options]" : "",
           command->operands[0] ? " " : "", command->operands, "\n", command->summary);
    if (command->options) printf("\noptions:\n");
    for (const struct stm_option *o = command->options; o && o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                 o->letter ? ", " : "  ", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-32s %s\n", left, o->help);
    }
    if (command->text) printf("\n%s", command->text);
}

static void overview(FILE *out)
{
    fprintf(out, "stroma " STM_VERSION ": counts and judges cells in microscope images\n\n"
                 "usage: stroma COMMAND [options] …\n\n");
    for (int i = 0; stm_commands[i]; i++)
        fprintf(out, "  %-10s %s\n", stm_commands[i]->name, stm_commands[i]->summary);
    fprintf(out, "\n`stroma COMMAND --help` explains one. A first run: stroma run FOLDER -o results\n");
}

static const struct stm_command *find_command(const char *name)
{
    for (int i = 0; stm_commands[i]; i++)
        if (!strcmp(stm_commands[i]->name, name)) return stm_commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[32];
    size_t n = 0;
    for (; stm_commands[n] && n < 32; n++)
        names[n] = stm_commands[n]->name;
    const char *const near = stm_text_nearest(name, names, n);
    fprintf(stderr, "stroma: there is no command '%s'%s%s%s; `stroma help` lists them\n", name,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    return STM_EXIT_USAGE;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return true;
    return false;
}

static int run_command(const struct stm_command *command, int argc, char **argv)
{
    char text[1024];
    struct stm_error err = {0};
    struct stm_arguments *const args = calloc(1, sizeof *args);
    const char **const operands = calloc((size_t)argc + 1, sizeof *operands);
    int code = STM_EXIT_FAILED;
    if (args && operands) {
        *args = (struct stm_arguments){.operands = operands, .argc = argc, .argv = argv};
        code = parse(command, args, &err) ? command->run(args, &err) : STM_EXIT_USAGE;
    } else
        stm_fail(&err, STM_NO_MEMORY, "no memory for the command line");
    if (err.status != STM_OK) {
        stm_error_text(&err, text, sizeof text);
        fprintf(stderr, "stroma: %s\n", text);
        if (code == STM_EXIT_OK) code = STM_EXIT_FAILED;
        if (err.status == STM_USAGE) code = STM_EXIT_USAGE;
    }
    free(args);
    free(operands);
    return code;
}

int stm_command_main(int argc, char **argv)
{
    if (argc < 2) return overview(stderr), STM_EXIT_USAGE;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) return overview(stdout), STM_EXIT_OK;
    const char *const name = !strcmp(argv[1], "--version") ? "version" : argv[1];
    const struct stm_command *command = find_command(name);
    if (!command) return unknown_command(name);
    if (asks_for_help(argc, argv)) return stm_command_help(command), STM_EXIT_OK;
    if (!strcmp(name, "help")) {
        if (argc < 3) return overview(stdout), STM_EXIT_OK;
        if (!strncmp(argv[2], "--", 2) && stm_manual_print(argv[2] + 2)) return STM_EXIT_OK;
        command = find_command(argv[2]);
        if (!command) return unknown_command(argv[2]);
        return stm_command_help(command), STM_EXIT_OK;
    }
    const int code = run_command(command, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "stroma: cannot write to standard output\n");
        return code ? code : STM_EXIT_FAILED;
    }
    return code;
}
