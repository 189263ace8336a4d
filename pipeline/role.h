/* What a channel shows. Names are what users write in --channels and protocols; aliases are what files call
 * them. */
#ifndef STM_ROLE_H
#define STM_ROLE_H

#include <stdbool.h>

enum { STM_MAX_CHANNELS = 8 };

enum stm_role {
    STM_ROLE_NUCLEI,      /* Hoechst, DAPI */
    STM_ROLE_DEAD,        /* PI, EthD-1, 7-AAD: enters cells whose membrane is broken */
    STM_ROLE_LIVE,        /* calcein, FDA */
    STM_ROLE_BODY,        /* actin, membrane or cytoplasm stain */
    STM_ROLE_BRIGHTFIELD, /* transmitted light, no stain */
    STM_ROLE_PHASE,       /* phase contrast */
    STM_ROLE_STAIN,       /* absorbing dye in colour brightfield: trypan blue */
    STM_ROLE_RED,         /* colours of a picture by transmitted light */
    STM_ROLE_GREEN,
    STM_ROLE_BLUE,
    STM_ROLE_OTHER,  /* measured, takes no part in decisions */
    STM_ROLE_IGNORE, /* not read */
    STM_ROLES
};

/* "nuclei", "dead", … */
const char *stm_role_name(enum stm_role role);

/* Light that went through the specimen: bright where there is nothing. */
bool stm_role_is_transmitted(enum stm_role role);

/* The role written or meant by `text` ("nuclei", "DAPI", "dead_nuclei_channel", "PI"); STM_ROLES when
 * unknown. Exact role names come first, then aliases as whole words, case ignored. */
enum stm_role stm_role_of(const char *text);

#endif
