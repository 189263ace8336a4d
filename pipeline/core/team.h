/* Threads that share the work on one image. */
#ifndef STM_CORE_TEAM_H
#define STM_CORE_TEAM_H

#include "pipeline/core/arena.h"

#include <stdint.h>

/* Members; rows of an image for which one more of them pays. */
enum { STM_TEAM_MOST = 32, STM_TEAM_ROWS = 64 };

/* Member i works with *arena[i]; the first one's is the arena of the worker who asked for help. */
struct stm_team {
    int n;
    struct stm_arena *arena[STM_TEAM_MOST];
    struct stm_arena more[STM_TEAM_MOST];
};

/* As many members as own->threads and `most` allow, at least one; every other one gets `bytes` of memory.
 * Where there is no memory for more, the team stays smaller. Dismiss it when the work is done. */
void stm_team_gather(struct stm_team *team, struct stm_arena *own, int most, size_t bytes);
void stm_team_dismiss(struct stm_team *team);

/* Calls `work` for items 0 … n - 1, in any order, several at once; `worker` is the member's number. False
 * with the error of the first failing item. */
bool stm_team_run(const struct stm_team *team, int n, void *context,
                  bool (*work)(void *context, int worker, int item, struct stm_error *err),
                  struct stm_error *err);

/* Divides the numbers 0 … n - 1 among the members, in order: each gets those from `from`, a multiple of
 * `unit`, to `end` - 1, unless that is none. `part` is the member whose arena is free for that. A team that
 * is NULL has one member. What is divided may not depend on where parts end. */
typedef bool stm_team_part_fn(void *context, int part, int64_t from, int64_t end, struct stm_error *err);
bool stm_team_share(const struct stm_team *team, int64_t n, int unit, void *context, stm_team_part_fn *work,
                    struct stm_error *err);

/* The same for rows 0 … h - 1, STM_TEAM_ROWS a member at least, by a team that stands only as long: `arena`
 * has `bytes` (one of them is `own`, which must have them); `work` gives back what it takes. */
typedef bool stm_team_band_fn(void *context, struct stm_arena *arena, int y0, int y1, struct stm_error *err);
bool stm_team_bands(struct stm_arena *own, int h, size_t bytes, void *context, stm_team_band_fn *work,
                    struct stm_error *err);

#endif
