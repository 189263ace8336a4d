/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE
#include "cli/key.h"

#include "pipeline/core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line from the terminal without showing it. */
static bool read_hidden(int tty, char *text, size_t size)
{
    struct termios shown, hidden;
    size_t n = 0;
    char c;
    const bool terminal = tcgetattr(tty, &shown) == 0;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    if (terminal) tcsetattr(tty, TCSAFLUSH, &hidden);
    while (read(tty, &c, 1) == 1 && c != '\n' && n + 1 < size)
        text[n++] = c;
    text[n] = '\0';
    if (terminal) tcsetattr(tty, TCSAFLUSH, &shown);
    dprintf(tty, "\n");
    return n > 0;
}

static bool ask(const char *question, const char *path, char *text, struct stm_error *err)
{
    const char *const given = getenv("STROMA_PASSPHRASE");
    if (given && given[0])
        return stm_text_copy(text, STM_PASSPHRASE, given) ||
               stm_fail(err, STM_USAGE, "STROMA_PASSPHRASE has more than %d bytes", STM_PASSPHRASE - 1);
    const int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (tty < 0)
        return stm_fail(err, STM_USAGE,
                        "a passphrase is needed, but there is no terminal to ask for it; it may be in "
                        "STROMA_PASSPHRASE");
    dprintf(tty, "%s %s: ", question, path);
    const bool good = read_hidden(tty, text, STM_PASSPHRASE);
    close(tty);
    return good || stm_fail(err, STM_USAGE, "the passphrase is empty");
}

bool stm_ask_passphrase(void *context, const char *path, char *text, struct stm_error *err)
{
    (void)context;
    return ask("passphrase of", path, text, err);
}

bool stm_ask_new_passphrase(const char *path, char *text, struct stm_error *err)
{
    char again[STM_PASSPHRASE];
    if (!ask("new passphrase for", path, text, err) || !ask("once more, for", path, again, err)) return false;
    const bool same = !strcmp(text, again);
    memset(again, 0, sizeof again);
    return same || stm_fail(err, STM_USAGE, "the two passphrases differ");
}

bool stm_open_key(const struct stm_arguments *args, struct stm_secret_key **key, struct stm_error *err)
{
    const char *const path = stm_option_value(args, "--key");
    *key = NULL;
    if (!path) return stm_fail(err, STM_USAGE, "this is signed: --key FILE (`stroma keygen` makes one)");
    return stm_key_open(key, path, stm_ask_passphrase, NULL, err);
}

bool stm_take_reason(const struct stm_arguments *args, const char **reason, struct stm_error *err)
{
    *reason = stm_option_value(args, "--reason");
    if (*reason && strspn(*reason, " \t\n") < strlen(*reason)) return true;
    return stm_fail(err, STM_USAGE, "the audit log wants to know why: --reason TEXT");
}
