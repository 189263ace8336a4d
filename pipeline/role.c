/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/role.h"

#include "pipeline/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char *const role_names[STM_ROLES] = {"nuclei", "dead", "live",  "body", "brightfield", "phase",
                                                  "stain",  "red",  "green", "blue", "other",       "ignore"};

/* Words found in channel names, most telling first: "dead_nuclei_channel" is dead before it is nuclei. */
static const struct {
    const char *word;
    enum stm_role role;
} aliases[] = {
    {"dead", STM_ROLE_DEAD},
    {"pi", STM_ROLE_DEAD},
    {"propidium", STM_ROLE_DEAD},
    {"ethd", STM_ROLE_DEAD},
    {"ethidium", STM_ROLE_DEAD},
    {"7aad", STM_ROLE_DEAD},
    {"sytox", STM_ROLE_DEAD},
    {"cytotox", STM_ROLE_DEAD},
    {"draq7", STM_ROLE_DEAD},
    {"hoechst", STM_ROLE_NUCLEI},
    {"hoechst33342", STM_ROLE_NUCLEI},
    {"dapi", STM_ROLE_NUCLEI},
    {"nuclei", STM_ROLE_NUCLEI},
    {"nucleus", STM_ROLE_NUCLEI},
    {"nuclear", STM_ROLE_NUCLEI},
    {"dna", STM_ROLE_NUCLEI},
    {"draq5", STM_ROLE_NUCLEI},
    {"calcein", STM_ROLE_LIVE},
    {"fda", STM_ROLE_LIVE},
    {"live", STM_ROLE_LIVE},
    {"actin", STM_ROLE_BODY},
    {"phalloidin", STM_ROLE_BODY},
    {"body", STM_ROLE_BODY},
    {"membrane", STM_ROLE_BODY},
    {"cytoplasm", STM_ROLE_BODY},
    {"brightfield", STM_ROLE_BRIGHTFIELD},
    {"bf", STM_ROLE_BRIGHTFIELD},
    {"transmitted", STM_ROLE_BRIGHTFIELD},
    {"tl", STM_ROLE_BRIGHTFIELD},
    {"phase", STM_ROLE_PHASE},
    {"ph", STM_ROLE_PHASE},
    {"phasecontrast", STM_ROLE_PHASE},
    {"trypan", STM_ROLE_STAIN},
    {"stain", STM_ROLE_STAIN},
    {"effector", STM_ROLE_OTHER},
};

const char *stm_role_name(enum stm_role role)
{
    return (unsigned)role < STM_ROLES ? role_names[role] : "";
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool has_word(const char *text, const char *word)
{
    const size_t n = strlen(word);
    char part[32];
    for (const char *p = text; *p;) {
        size_t k = 0;
        while (is_word_char(p[k]))
            k++;
        if (k == n && k < sizeof part) {
            memcpy(part, p, k);
            part[k] = '\0';
            if (!stm_text_casecmp(part, word)) return true;
        }
        p += k ? k : 1;
    }
    return false;
}

bool stm_role_is_transmitted(enum stm_role role)
{
    return role >= STM_ROLE_BRIGHTFIELD && role <= STM_ROLE_BLUE;
}

enum stm_role stm_role_of(const char *text)
{
    for (int r = 0; r < STM_ROLES; r++)
        if (!stm_text_casecmp(text, role_names[r])) return (enum stm_role)r;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (has_word(text, aliases[i].word)) return aliases[i].role;
    return STM_ROLES;
}
