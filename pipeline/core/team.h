/* Threads that share the work on one image. */
#ifndef STM_CORE_TEAM_H
#define STM_CORE_TEAM_H

#include "pipeline/core/arena.h"

enum { STM_TEAM_MOST = 32 };

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

/* Divides rows 0 … h - 1 into a band for each thread that own->threads allow, of `least` rows at least, and
 * calls `work` for each, several at once, with an arena that has `bytes` (one of them is `own`, which must
 * have them); it gives back what it takes. What is divided may not depend on where bands end. */
bool stm_team_bands(struct stm_arena *own, int h, int least, size_t bytes, void *context,
                    bool (*work)(void *context, struct stm_arena *arena, int y0, int y1,
                                 struct stm_error *err),
                    struct stm_error *err);

#endif
