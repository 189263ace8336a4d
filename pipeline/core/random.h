/* Random numbers that are the same on every machine. */
#ifndef STM_CORE_RANDOM_H
#define STM_CORE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* splitmix64 (Steele, Lea, Flood 2014): a counter and a mixing function. One draw to a full expression: the
 * order in which arguments, operands and initialisers are evaluated is the compiler's choice. Thread-safety:
 * one per thread. */
struct stm_random {
    uint64_t state;
    double spare; /* the second of a pair of normal numbers */
    bool has_spare;
};

/* The seed of the `key`-th part of what `seed` stands for; parts are independent of each other. */
uint64_t stm_seed(uint64_t seed, uint64_t key);
uint64_t stm_seed_text(uint64_t seed, const char *text);

struct stm_random stm_random_from(uint64_t seed);
uint64_t stm_random_bits(struct stm_random *r);
double stm_random_real(struct stm_random *r); /* 0 <= x < 1 */
double stm_random_between(struct stm_random *r, double lo, double hi);
int stm_random_below(struct stm_random *r, int n); /* 0 .. n - 1, n > 0, unbiased */
bool stm_random_chance(struct stm_random *r, double percent);

#endif
