/* What an instruction set can do at most: dot products of bytes that never leave the registers. */
#ifndef STM_PEAK_DOT8_H
#define STM_PEAK_DOT8_H

#include "kernels/isa.h"

/* The loop for an instruction set, NULL where there is none; each call does PEAK_DOT8_MACS multiply-adds. */
typedef void peak_dot8_fn(void *unused);
peak_dot8_fn *peak_dot8(enum stm_isa isa);
enum { PEAK_DOT8_ROUNDS = 20000, PEAK_DOT8_SUMS = 12 };
double peak_dot8_macs(enum stm_isa isa);

#endif
