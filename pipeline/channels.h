/* Which role each channel of the input has: from --channels, from names, or because there is only one. */
#ifndef STM_CHANNELS_H
#define STM_CHANNELS_H

#include "pipeline/core/error.h"
#include "pipeline/role.h"

#include <stdbool.h>

/* What --channels says: roles by position, or roles by channel name. */
struct stm_channel_spec {
    int n;
    bool named;
    struct {
        enum stm_role role;
        char name[64]; /* when named */
    } item[64];
};

/* "nuclei,dead", "nuclei=w1,dead=w2" or "w1=nuclei,w2=dead"; "" gives n = 0. Errors name the nearest role. */
bool stm_channel_spec_parse(struct stm_channel_spec *spec, const char *text, struct stm_error *err);

/* The role of the channel at `position` of `n`, called `name` inside its file and `key` in file names (each
 * may be
 * ""). `lone` is what a single channel of unknown name is taken for. STM_ROLE_IGNORE: not wanted; STM_ROLES:
 * nobody said. */
enum stm_role stm_channel_role(const struct stm_channel_spec *spec, int position, int n, const char *name,
                               const char *key, enum stm_role lone);

/* Whether the specification takes a colour picture apart into red, green and blue. */
bool stm_channel_spec_splits_colour(const struct stm_channel_spec *spec);

#endif
