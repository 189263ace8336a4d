/* Words that may stand for an option's value or an operand, from the tables that define them. */
#ifndef STM_MANUAL_WORDS_H
#define STM_MANUAL_WORDS_H

#include <stdbool.h>

/* `name`: of an option ("--assay"), or what help calls an operand ("[STAGE]"). Prints with blanks between. */
bool stm_manual_has_words(const char *name);
void stm_manual_words(const char *name);

#endif
