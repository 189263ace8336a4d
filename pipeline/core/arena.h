/* Bump allocator: scratch memory whose size is known before the work starts. */
#ifndef STM_CORE_ARENA_H
#define STM_CORE_ARENA_H

#include "pipeline/core/error.h"

#include <stddef.h>

enum { STM_ALIGN = 64 }; /* one cache line and one AVX-512 vector */

/* What a worker has for its task: memory, and threads it may put to work beside itself where the task can be
 * divided without changing its result. Thread-safety: one arena per thread. */
struct stm_arena {
    unsigned char *base;
    size_t size, used, peak;
    int threads; /* that may work at once, itself included; 0 is 1 */
    bool poisoned;
    unsigned char poison; /* what memory holds when it is taken and when it is given back, if `poisoned` */
};

/* Reserves `size` bytes (touched lazily by the system). Free with stm_arena_destroy. Where the environment
 * has STROMA_POISON=0 … 255, memory is filled with that whenever it is taken or given back: results may not
 * depend on it. */
bool stm_arena_create(struct stm_arena *arena, size_t size, struct stm_error *err);
/* For an arena that will be taken from end to end: large pages, so that fewer have to be fetched. They would
 * cost memory where much that is taken is never touched. */
void stm_arena_fill(struct stm_arena *arena);

/* Gives what is not taken back to the system until it is used: between steps that put much in different
 * places. */
void stm_arena_trim(struct stm_arena *arena);
/* Gives all of it back; what was taken is lost. */
void stm_arena_rest(struct stm_arena *arena);
void stm_arena_destroy(struct stm_arena *arena);

/* STM_ALIGN-aligned, not cleared; NULL when it does not fit. stm_arena_take fills `err` then. */
void *stm_arena_try(struct stm_arena *arena, size_t size);
void *stm_arena_take(struct stm_arena *arena, size_t size, const char *what, struct stm_error *err);

/* mark = where we are; reset gives back everything taken since. */
size_t stm_arena_mark(const struct stm_arena *arena);
void stm_arena_reset(struct stm_arena *arena, size_t mark);

/* What `size` bytes cost in an arena; for scratch_bytes sums. */
size_t stm_arena_cost(size_t size);

/* Of two such sums, what both need one after the other. */
static inline size_t stm_arena_most(size_t a, size_t b)
{
    return a > b ? a : b;
}

#endif
