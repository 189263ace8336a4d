/* The command tables as a manual page and as completions of shells, for installation. */
#ifndef STM_MANUAL_H
#define STM_MANUAL_H

#include <stdbool.h>

/* Prints what `form` ("man", "bash", "zsh") asks for on stdout; false when there is no such form. */
bool stm_manual_print(const char *form);

#endif
