/* Runs for a store, made from numbers. */
#ifndef STM_FAKE_STORE_H
#define STM_FAKE_STORE_H

#include "pipeline/store/store.h"

/* Run `number` (from 0): wells A01 …, measures Viability = 80 + number % 10 + w % 3 - 1 for well w (from 0),
 * Count_Nuclei, and M2 …; batch B0 … B9 by number / 10 % 10; one image a well. It started number hours after
 * 2026-01-01. Free with stm_store_run_free. */
void stm_fake_store_run(struct stm_store_run *run, int number, int wells, int measures);

#endif
